#include "mdp/engine/mmi.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;

namespace {

/// The answer that needs no asking around, or what is to be asked for one that does.
std::string reading(std::string_view service, const message& question) {
  constexpr const char* listings[] = {"services", "workers", "queues",
                                      "stats",    "version", "dead_letters"};
  const auto meant = read_mmi(service, question);
  if (const auto* one = std::get_if<mmi_count_workers>(&meant))
    return "count " + one->service;
  if (const auto* listing = std::get_if<mmi_listing>(&meant))
    return std::string("list ") + listings[static_cast<std::size_t>(*listing)];
  const auto& answer = std::get<mmi_answer>(meant).body;
  CHECK(answer.size() == 1);
  return std::string(answer[0].text());
}

} // namespace

TEST_CASE("8-1 what starts with the prefix is reserved, and nothing else") {
  for (const auto* name : {"mmi.", "mmi.service", "mmi.x", "mmi.mmi."})
    CHECK(is_reserved_service(name));
  for (const auto* name : {"", "m", "mmi", "mmi,service", "Mmi.x", " mmi.x", "x.mmi.x", "mm.i"})
    CHECK_FALSE(is_reserved_service(name));
}

TEST_CASE("8-3 mmi.service asks about the service its body names") {
  CHECK(reading("mmi.service", body({"echo"})) == "count echo");
}

TEST_CASE("8-3 a body that is no possible name is asked about all the same, nobody offers it") {
  CHECK(reading("mmi.service", body({""})) == "count ");
  CHECK(reading("mmi.service", {frame(std::string_view("a\0b", 3))}) ==
        std::string("count a\0b", 9));
}

TEST_CASE("8-3 about a reserved name there is nothing special to say") {
  CHECK(reading("mmi.service", body({"mmi.service"})) == "count mmi.service");
}

TEST_CASE("8-6 mmi.service with more than one body frame, or none, is a bad question") {
  CHECK(reading("mmi.service", body({"echo", "more"})) == "400");
  CHECK(reading("mmi.service", {}) == "400");
}

TEST_CASE("8-4 whatever else is under mmi. is not implemented") {
  for (const auto* name :
       {"mmi.", "mmi.servic", "mmi.service2", "mmi.SERVICE", "mmi.queue", "mmi.unknown"})
    CHECK(reading(name, body({"echo"})) == "501");
}

TEST_CASE("our additions are listings, asked for with one empty frame") {
  for (const std::string word :
       {"services", "workers", "queues", "stats", "version", "dead_letters"})
    CHECK(reading("mmi." + word, body({""})) == "list " + word);
}

TEST_CASE("a listing that is told something it does not expect is a bad question") {
  for (const auto* name : {"mmi.services", "mmi.workers", "mmi.queues", "mmi.stats", "mmi.version",
                           "mmi.dead_letters"}) {
    CHECK(reading(name, body({"echo"})) == "400");
    CHECK(reading(name, body({"", ""})) == "400");
    CHECK(reading(name, {}) == "400");
  }
}

TEST_CASE("8-3 8-7 the answer is one frame of three digits: 200 with a worker, 404 without") {
  CHECK(answer_mmi_service(0) == body({"404"}));
  CHECK(answer_mmi_service(1) == body({"200"}));
  CHECK(answer_mmi_service(1000) == body({"200"}));
}

TEST_CASE("a listing is answered with 200 and its document, a question too many with 503") {
  CHECK(answer_mmi_listing("[]") == body({"200", "[]"}));
  CHECK(answer_mmi_overload() == body({"503"}));
}
