#include "mdp/security/certificate.hpp"
#include "mdp/security/key_store.hpp"
#include "mdp/security/key_watcher.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::security;

namespace {

struct key_folder {
  /// Makes a certificate there and returns its key.
  std::string add(const std::string& file, certificate_metadata metadata = {}) {
    const auto made = certificate::generate(std::move(metadata));
    const auto saved = made.save(path() + '/' + file);
    REQUIRE_MESSAGE(saved.has_value(), saved.error());
    return made.key().text();
  }
  void remove(const std::string& file) { std::filesystem::remove(path() + '/' + file); }
  /// All at once: who looks at the folder meanwhile sees no beginning of it.
  void write(const std::string& file, const std::string& content) {
    const auto hidden = path() + "/.written"; // which is no certificate
    std::ofstream(hidden) << content;
    std::filesystem::rename(hidden, path() + '/' + file);
  }
  [[nodiscard]] const std::string& path() const { return folder.path(); }

  test::temporary_folder folder;
};

std::string name_of(const key_list& list, const std::string& key) {
  const auto* user = list.user_of(key);
  return user == nullptr ? "nobody" : std::string(user->text());
}

} // namespace

TEST_CASE("a folder of certificates says who may come, and secrets in it say nothing") {
  key_folder keys;
  const auto alice = keys.add("alice.cert", {{"name", "alice"}});
  const auto again = keys.add("alice2.cert", {{"name", "alice"}});
  const auto nameless = keys.add("other");
  keys.write(".hidden", "nonsense");
  std::filesystem::create_directory(keys.path() + "/folder");
  const auto list = key_list::load(keys.path());
  REQUIRE_MESSAGE(list.has_value(), list.error());
  CHECK(list->size() == 3);
  CHECK(name_of(*list, alice) == "alice");
  CHECK(name_of(*list, again) == "alice");
  CHECK(name_of(*list, nameless) == nameless);
  CHECK(name_of(*list, certificate::generate().key().text()) == "nobody");
  CHECK(list->has_user(frame("alice")));
  CHECK_FALSE(list->has_user(frame("bob")));
  CHECK_FALSE(list->has_user(frame()));
}

TEST_CASE("a file may be one certificate, or list keys and names") {
  key_folder keys;
  const auto alice = keys.add("alice.cert", {{"name", "alice"}});
  CHECK(name_of(*key_list::load(keys.path() + "/alice.cert"), alice) == "alice");
  const auto bob = certificate::generate().key().text();
  keys.write("list", "# who may come\n\n" + alice + " alice # a remark\n  " + bob + "\r\n#\n");
  const auto list = key_list::load(keys.path() + "/list");
  REQUIRE_MESSAGE(list.has_value(), list.error());
  CHECK(list->size() == 2);
  CHECK(name_of(*list, alice) == "alice");
  CHECK(name_of(*list, bob) == bob);
  keys.write("none", "");
  CHECK(key_list::load(keys.path() + "/none")->size() == 0);
}

TEST_CASE("one wrong thing makes the whole list wrong, and says where it is") {
  key_folder keys;
  const auto error = [&](const std::string& file) {
    return key_list::load(keys.path() + '/' + file).error();
  };
  const auto key = certificate::generate().key().text();
  keys.write("bad", key + "\nnonsense\n");
  CHECK(error("bad").ends_with("neither a certificate nor a list of keys: line 2: this is no CURVE "
                               "key, which is 40 characters of Z85"));
  keys.write("twice", key + " alice\n" + key + " bob\n");
  CHECK(error("twice").find("is there twice, under different names") != std::string::npos);
  keys.write("stolen", key + ' ' + certificate::generate().key().text() + '\n');
  CHECK(error("stolen").ends_with("has another key for a name"));
  keys.write("odd",
             "metadata\n    name = \"a\x1b[31m\"\ncurve\n    public-key = \"" + key + "\"\n");
  CHECK(error("odd").ends_with("has a blank or a control character in it"));
  CHECK(error("nowhere").ends_with("No such file or directory"));
  CHECK(key_list::load(keys.path()).error().starts_with(keys.path() + '/'));
}

TEST_CASE("a store gives what was read last, and reads again only what has changed") {
  key_folder keys;
  const auto alice = keys.add("alice.cert");
  const auto store = *key_store::open(keys.path());
  const auto before = store->current();
  CHECK(store->refresh() == false);
  CHECK(store->current() == before);
  const auto bob = keys.add("bob.cert");
  CHECK(store->refresh() == true);
  CHECK(store->current()->user_of(bob) != nullptr);
  CHECK(before->user_of(bob) == nullptr); // who has it keeps it
  keys.remove("alice.cert");
  CHECK(store->refresh() == true);
  CHECK(store->current()->user_of(alice) == nullptr);
}

TEST_CASE("a file that cannot be read leaves its own key as it was, until it can") {
  key_folder keys;
  const auto alice = keys.add("alice.cert");
  const auto bob = keys.add("bob.cert");
  const auto store = *key_store::open(keys.path());
  keys.write("bob.cert", "metadata\n");
  keys.write("carol.cert", "metadata\n");
  keys.remove("alice.cert");
  const auto dave = keys.add("dave.cert");
  const auto failed = store->refresh();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().starts_with("this key stays as it was: " + keys.path()));
  CHECK(failed.error().ends_with("(and 1 other)"));
  CHECK(store->refresh() == failed); // again: they have not been read yet
  CHECK(store->current()->user_of(alice) == nullptr);
  CHECK(store->current()->user_of(bob) != nullptr);
  CHECK(store->current()->user_of(dave) != nullptr);
  CHECK(store->current()->size() == 2);
  keys.remove("carol.cert");
  keys.remove("bob.cert");
  CHECK(store->refresh() == true);
  CHECK(store->current()->size() == 1);
  CHECK(store->refresh() == false);
}

TEST_CASE("a list that cannot be read leaves all keys as they were, and nobody begins with a "
          "broken store") {
  key_folder keys;
  const auto key = certificate::generate().key().text();
  keys.write("list", key + " alice\n");
  const auto store = *key_store::open(keys.path() + "/list");
  keys.write("list", "nonsense\n");
  const auto failed = store->refresh();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().starts_with("the keys stay as they were: " + keys.path()));
  CHECK(store->current()->user_of(key) != nullptr);
  CHECK_FALSE(key_store::open(keys.path() + "/list"));
  CHECK_FALSE(key_store::open(keys.path()));
}

TEST_CASE("a watcher tells of changes, of failures once, and of what it is asked for") {
  key_folder keys;
  const auto store = *key_store::open(keys.path());
  std::mutex mutex;
  std::vector<std::string> heard;
  const auto times = [&](const char* what) {
    const std::lock_guard guard(mutex);
    return std::count(heard.begin(), heard.end(), what);
  };
  std::atomic<int> looks = 0;
  key_watcher watcher(
    [&] {
      ++looks;
      return store->refresh();
    },
    [&](const tl::expected<bool, std::string>& news) {
      const std::lock_guard guard(mutex);
      heard.push_back(!news ? "failed" : *news ? "changed" : "same");
    },
    std::chrono::milliseconds(5));
  keys.add("alice.cert");
  REQUIRE(test::eventually([&] { return store->current()->size() == 1; }));
  REQUIRE(test::eventually([&] {
    watcher.look_now(); // more than once: it may have read a file that was not whole yet
    return times("same") > 0;
  }));
  const auto early = times("failed"); // of the one that was not whole yet
  keys.write("broken", "metadata\n");
  REQUIRE(test::eventually([&] { return times("failed") > early; }));
  REQUIRE(test::eventually([&, until = looks + 20] { return looks > until; }));
  const auto failures = times("failed");
  CHECK(failures <= early + 2);         // one more if a look from above was still to come
  keys.write("broken", "metadata\n\n"); // it fails in the same way
  watcher.look_now();
  REQUIRE(test::eventually([&] { return times("failed") > failures; }));
  const auto changes = times("changed");
  keys.remove("broken");
  REQUIRE(test::eventually([&] { return times("changed") > changes; }));
}
