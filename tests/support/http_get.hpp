#pragma once

#include <string>

namespace mdp::test {

/// What the server at `url` ("http://127.0.0.1:9090/metrics", the host a number) answers to a plain
/// GET, headers included; empty if nobody is there.
[[nodiscard]] std::string http_get(const std::string& url);

} // namespace mdp::test
