#include "mdp/peers/user_connections.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace mdp;
using namespace mdp::peers;

namespace {

std::vector<int> removed(user_connections& known, const frame& stays) {
  auto gone = known.remove_unless([&](const frame& user) { return user == stays; });
  std::ranges::sort(gone);
  return gone;
}

} // namespace

TEST_CASE("the connections of users that may not stay are found, once") {
  user_connections known;
  known.said(3, frame("alice"));
  known.said(4, frame("bob"));
  known.said(5, frame("bob"));
  known.said(5, frame("bob"));
  CHECK(removed(known, frame("alice")) == std::vector{4, 5});
  CHECK(removed(known, frame("alice")).empty());
  CHECK(known.size() == 1);
}

TEST_CASE("a connection that has closed is nobody's, and its name may become another's") {
  user_connections known;
  known.said(3, frame("bob"));
  known.closed(3);
  known.closed(9);
  CHECK(removed(known, frame("alice")).empty());
  known.said(3, frame("bob"));
  known.said(3, frame("alice")); // nobody said that it had closed
  CHECK(removed(known, frame("alice")).empty());
  CHECK(removed(known, frame("bob")) == std::vector{3});
}
