#include "mdp/engine/service_catalog.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace mdp::engine;

namespace {

using catalog_t = service_catalog<int>;

/// A catalog with room for three, two of which are taken.
catalog_t two_of_three() {
  catalog_t catalog(3);
  catalog.add("echo", 1);
  catalog.add("sum", 2);
  return catalog;
}

} // namespace

TEST_CASE("8-1 a reserved name is internal, whether the catalog has room or not") {
  for (const std::size_t room : {0, 10}) {
    catalog_t catalog(room);
    for (const auto* name : {"mmi.", "mmi.service", "mmi.unheard.of"}) {
      const auto found = catalog.find(name);
      CHECK(found.verdict == name_verdict::internal);
      CHECK(found.known == nullptr);
    }
  }
}

TEST_CASE("8-1 Z17 M6 a name that only looks like it is a service as any other") {
  catalog_t catalog(10);
  for (const auto* name : {"mmi", "m", "i", ".", "mmiservice", "x.mmi.service", "MMI.service"})
    CHECK(catalog.find(name).verdict == name_verdict::unknown);
}

TEST_CASE("7-11 an unknown name may be opened, and is known from then on") {
  auto catalog = two_of_three();
  const auto found = catalog.find("new");
  CHECK(found.verdict == name_verdict::unknown);
  CHECK(found.known == nullptr);
  CHECK(catalog.size() == 2); // asking alone leaves no trace
  CHECK(catalog.add("new", 3).handle == 3);
  const auto again = catalog.find("new");
  CHECK(again.verdict == name_verdict::known);
  CHECK(again.known->handle == 3);
}

TEST_CASE("T8 Z7 names are bounded; the known ones stay known when the catalog is full") {
  auto catalog = two_of_three();
  catalog.add("new", 3);
  CHECK(catalog.find("newer").verdict == name_verdict::full);
  CHECK(catalog.find("echo").verdict == name_verdict::known);
  CHECK(catalog.size() == 3);
}

TEST_CASE("T8 a catalog without room knows nothing but its own") {
  catalog_t catalog(0);
  CHECK(catalog.find("echo").verdict == name_verdict::full);
}

TEST_CASE("T8 a queue that got all its messages and asks to go is forgotten") {
  auto catalog = two_of_three();
  catalog.find("echo").known->passed_on = 7;
  CHECK(catalog.remove_if_settled("echo", 7));
  CHECK(catalog.find("echo").verdict == name_verdict::unknown);
  CHECK(catalog.size() == 1);
  CHECK(catalog.find("sum").known->handle == 2);
}

TEST_CASE("T8 a queue to which something is under way stays") {
  auto catalog = two_of_three();
  catalog.find("echo").known->passed_on = 8;
  CHECK_FALSE(catalog.remove_if_settled("echo", 7));
  CHECK(catalog.find("echo").verdict == name_verdict::known);
}

TEST_CASE("a queue that is not known cannot be forgotten") {
  auto catalog = two_of_three();
  CHECK_FALSE(catalog.remove_if_settled("other", 0));
  CHECK(catalog.size() == 2);
}

TEST_CASE("a name that was forgotten starts counting anew") {
  auto catalog = two_of_three();
  catalog.find("echo").known->passed_on = 5;
  catalog.remove_if_settled("echo", 5);
  CHECK(catalog.add("echo", 9).passed_on == 0);
}

TEST_CASE("all services can be visited") {
  auto catalog = two_of_three();
  std::vector<std::string> seen;
  catalog.for_each([&](const std::string& service, const catalog_t::entry& known) {
    seen.push_back(service + std::to_string(known.handle));
  });
  std::ranges::sort(seen);
  CHECK(seen == std::vector<std::string>{"echo1", "sum2"});
}
