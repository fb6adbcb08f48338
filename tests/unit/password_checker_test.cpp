#include "mdp/security/password_checker.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

using namespace mdp;
using namespace mdp::security;

namespace {

secret password(std::string_view text) {
  secret made(text.size());
  std::ranges::copy(std::as_bytes(std::span(text)), made.bytes().begin());
  return made;
}

/// A file of users, and what a checker has said about them.
struct users {
  test::temporary_folder folder;
  std::string path = folder.path() + "/users";
  std::shared_ptr<password_store> store;
  std::mutex mutex;
  std::map<std::uint64_t, bool> told;

  users() {
    REQUIRE(password_file().save(path)); // for its owner alone
    add_easy("alice", "correct");
    store = *password_store::open(path);
  }

  /// His password is checked in next to no time, as the file says how hard that is: most tests are not about
  /// that, and forty checks are worth ten seconds of a processor otherwise.
  void add_easy(const std::string& user, std::string_view shown) {
    use_sodium();
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    REQUIRE(crypto_pwhash_str(hash.data(), shown.data(), shown.size(), crypto_pwhash_OPSLIMIT_MIN,
                              crypto_pwhash_MEMLIMIT_MIN) == 0);
    std::ofstream(path, std::ios::app) << user << ':' << hash.data() << '\n';
  }

  /// The only user from now on, with a password that takes as long as any.
  void replace_by(const std::string& user, std::string_view shown) {
    password_file file;
    file.set(user, password(shown));
    REQUIRE(file.save(path));
    REQUIRE(store->refresh() == true);
  }

  password_checker::listener listener() {
    return [this](std::uint64_t number, bool is_right) {
      const std::lock_guard guard(mutex);
      told.emplace(number, is_right);
    };
  }

  std::size_t told_so_far() {
    const std::lock_guard guard(mutex);
    return told.size();
  }

  /// Each within the time, however many they are: a check takes what it takes.
  bool are_told(std::size_t count) {
    for (std::size_t seen = 0; seen < count; seen = told_so_far())
      if (!test::eventually([&] { return told_so_far() > seen; }))
        return false;
    return told_so_far() == count;
  }
};

/// Runs what it was given at the end of a test, whichever way that is left.
struct at_exit {
  std::function<void()> what;
  ~at_exit() { what(); }
};

} // namespace

TEST_CASE_FIXTURE(users, "a right password is right, and everything else is not") {
  password_checker checker(store, listener());
  REQUIRE(checker.submit({1, "a", "alice", password("correct")}));
  REQUIRE(checker.submit({2, "a", "alice", password("wrong")}));
  REQUIRE(checker.submit({3, "a", "bob", password("correct")}));
  REQUIRE(checker.submit({4, "a", "", password("")}));
  REQUIRE(are_told(4));
  CHECK(told == std::map<std::uint64_t, bool>{{1, true}, {2, false}, {3, false}, {4, false}});
}

TEST_CASE_FIXTURE(users, "what was right is known from then on, until the users change") {
  password_checker checker(store, listener());
  CHECK_FALSE(checker.knows("alice", "correct"));
  REQUIRE(checker.submit({1, "a", "alice", password("correct")}));
  REQUIRE(checker.submit({2, "a", "bob", password("correct")}));
  REQUIRE(are_told(2));
  CHECK(checker.knows("alice", "correct"));
  CHECK_FALSE(checker.knows("alice", "correct "));
  CHECK_FALSE(checker.knows("alic", "ecorrect"));
  CHECK_FALSE(checker.knows("bob", "correct"));
  add_easy("bob", "another");
  REQUIRE(store->refresh() == true);
  CHECK_FALSE(checker.knows("alice", "correct"));
  REQUIRE(checker.submit({3, "a", "alice", password("correct")}));
  REQUIRE(are_told(3));
  CHECK(checker.knows("alice", "correct"));
}

TEST_CASE_FIXTURE(users, "no more wait than there is room for, in all and of an address") {
  std::atomic<bool> goes_on = false;
  password_checker checker(store, [&, tell = listener()](std::uint64_t number, bool is_right) {
    tell(number, is_right);
    goes_on.wait(false);
  });
  const auto go_on = [&] {
    goes_on = true;
    goes_on.notify_all();
  };
  const at_exit before_the_checker_ends{go_on}; // which waits for a listener
  std::uint64_t number = 0;
  REQUIRE(checker.submit({++number, "first", "alice", password("wrong")}));
  REQUIRE(are_told(1)); // and now it stands still
  std::size_t taken = 0;
  for (int round = 0; round < 1000; ++round)
    taken += checker.submit({++number, "one", "alice", password("wrong")}) ? 1 : 0;
  CHECK(taken == defaults::password_max_checks_by_address);
  REQUIRE(checker.submit({++number, "another", "alice", password("correct")}));
  ++taken;
  for (int address = 0; address < 500; ++address)
    taken +=
      checker.submit({++number, std::to_string(address), "alice", password("wrong")}) ? 1 : 0;
  CHECK(taken == defaults::password_max_checks);
  go_on();
  REQUIRE(are_told(1 + taken)); // nothing that was taken is lost
  CHECK(checker.submit({++number, "one", "alice", password("wrong")})); // there is room again
}

TEST_CASE_FIXTURE(users,
                  "the end does not wait for a check that has begun, and then nobody is told") {
  // The thread has its share of the store until it has noticed the end. That it is in the middle of a check
  // at the end is likely, and seen sooner or later; were it waited for, it would never be.
  replace_by("alice", "correct");
  const auto has_left = [this] { return store.use_count() == 1; };
  bool was_busy = false;
  for (int round = 0; round < 50 && !was_busy; ++round) {
    {
      password_checker checker(store, listener());
      for (std::uint64_t number = 0; number < defaults::password_max_checks; ++number)
        REQUIRE(checker.submit({number, std::to_string(number), "alice", password("wrong")}));
      REQUIRE(test::eventually([&] {
        const std::lock_guard guard(mutex);
        return !told.empty();
      }));
    }
    was_busy = !has_left();
    const auto before = told.size(); // without the mutex: nobody else writes to it any more
    CHECK(before < defaults::password_max_checks);
    CHECK(test::eventually(has_left));
    CHECK(told.size() == before);
    told.clear();
  }
  CHECK(was_busy);
}

TEST_CASE_FIXTURE(
  users, "a store of users reads what has changed, and keeps what it had where that is broken") {
  CHECK(store->current()->has_user("alice"));
  CHECK(store->refresh() == false);
  std::filesystem::remove(path);
  CHECK_FALSE(store->refresh());
  CHECK(store->current()->has_user("alice"));
  replace_by("bob", "another");
  CHECK_FALSE(store->current()->has_user("alice"));
  CHECK(store->current()->has_user("bob"));
  CHECK_FALSE(password_store::open(folder.path() + "/nowhere"));
}

TEST_CASE_FIXTURE(users,
                  "at a shared desk what one has shown is known to all, and each hears his own") {
  const auto desk = std::make_shared<password_desk>(store);
  std::map<std::uint64_t, bool> other_told;
  std::optional<password_checker> first(std::in_place, desk, listener());
  password_checker second(desk, [&](std::uint64_t number, bool is_right) {
    const std::lock_guard guard(mutex);
    other_told.emplace(number, is_right);
  });
  REQUIRE(first->submit({1, "a", "alice", password("correct")}));
  REQUIRE(second.submit({1, "a", "alice", password("wrong")}));
  const auto has_other_heard = [&] {
    const std::lock_guard guard(mutex);
    return other_told == std::map<std::uint64_t, bool>{{1, false}};
  };
  CHECK(test::eventually(has_other_heard));
  CHECK(told == std::map<std::uint64_t, bool>{{1, true}}); // it came first
  CHECK(second.knows("alice", "correct"));
  SUBCASE("and one that ends takes nothing from the others") {
    first.reset();
    REQUIRE(second.submit({2, "a", "alice", password("correct")}));
    CHECK(test::eventually([&] {
      const std::lock_guard guard(mutex);
      return other_told.size() == 2;
    }));
    CHECK(other_told.at(2));
    CHECK(told.size() == 1);
  }
}
