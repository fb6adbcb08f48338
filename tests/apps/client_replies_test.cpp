#include "mdp/service/status_reply.hpp"
#include "support/dead_letter_list.hpp"
#include "support/port_file.hpp"
#include "support/process.hpp"
#include "support/service_list.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace mdp;
using namespace mdp::apps;

namespace {

message reply(std::string_view text) {
  return {frame(text)};
}

} // namespace

TEST_CASE("a status reply is told from a body that only looks like one") {
  const auto status = read_status(reply("mdp-status 503 service overloaded"));
  REQUIRE(status);
  CHECK(status->code == 503);
  CHECK(status->text == "service overloaded");
  CHECK(status->is_error());
  CHECK(read_status(reply("mdp-status 404"))->text.empty());
  CHECK(read_status(reply("mdp-status 404 "))->text.empty());
  CHECK_FALSE(read_status(reply("mdp-status 200 fine"))->is_error());
  CHECK(read_status(reply("mdp-status 500 a\nb\x1b[0m"))->text == "a?b?[0m");
  for (const auto* text :
       {"", "mdp-status", "mdp-status ", "mdp-status 5", "mdp-status 5000 x", "mdp-status 500x",
        "mdp-status -50 x", "MDP-STATUS 500 x", " mdp-status 500"})
    CHECK_FALSE_MESSAGE(read_status(reply(text)).has_value(), text);
  CHECK_FALSE(read_status({}));
  CHECK_FALSE(read_status({frame("mdp-status 500 x"), frame("")}));
}

TEST_CASE("the list of services is read, blanks and unknown members included") {
  CHECK(read_service_list("[]")->empty());
  const auto services = read_service_list(
    R"( [ {"service":"echo","workers":2}, {"workers": 0, "state" : "idle", "waiting":17, "service":"a\"b\\c"} ] )");
  REQUIRE(services);
  CHECK(*services == std::vector<listed_service>{{"echo", 2}, {"a\"b\\c", 0}});
}

TEST_CASE("what is no list of services is refused") {
  for (const auto* text :
       {"", "x", "[", "[]x", "[{}]", "{}", "[{\"service\":\"a\"}]", "[{\"workers\":1}]",
        "[{\"service\":\"a\",\"workers\":-1}]", "[{\"service\":\"a\",\"workers\":\"1\"}]",
        "[{\"service\":1,\"workers\":1}]", "[{\"service\":\"a\",\"workers\":1},]",
        "[{\"service\":\"a\",\"workers\":1}", "[{\"service\":\"a\\", "[{\"service\":\"a\\u0041\"",
        "[{\"service\":\"a\",\"workers\":99999999999999999999999}]", "[{\"service\" \"a\"}]"})
    CHECK_FALSE_MESSAGE(read_service_list(text).has_value(), text);
}

TEST_CASE("services are shown as a table, sorted by name") {
  CHECK(service_table({}) == "SERVICE  WORKERS\n");
  CHECK(service_table({{"thumbnails", 12}, {"echo", 1}}) == "SERVICE     WORKERS\n"
                                                            "echo              1\n"
                                                            "thumbnails       12\n");
}

TEST_CASE("dead letters are read, unknown members included, and shown as a table") {
  CHECK(read_dead_letters("[]")->empty());
  CHECK(dead_letter_table({}) == "AGE  SERVICE  CLIENT  ATTEMPTS  BYTES  BEGINNING\n");
  const auto letters = read_dead_letters(
    R"([{"service":"echo","client":"00ff","attempts":3,"age_ms":350,"frames":1,"bytes":9,"head":"68690a"}])");
  REQUIRE(letters);
  CHECK(*letters == std::vector<listed_dead_letter>{{"echo", "00ff", 3, 350, 9, "68690a"}});
  CHECK(dead_letter_table(*letters) == "AGE     SERVICE  CLIENT  ATTEMPTS  BYTES  BEGINNING\n"
                                       "350 ms  echo     00ff    3         9      hi.\n");
}

TEST_CASE("what is no list of dead letters is refused") {
  for (const auto* text :
       {"", "{}", "[1]", "[{}]", "[null]", R"([{"service":"echo"}])",
        R"([{"service":1,"client":"00","attempts":3,"age_ms":1,"bytes":9,"head":""}])",
        R"([{"service":"echo","client":"00","attempts":-3,"age_ms":1,"bytes":9,"head":""}])"})
    CHECK_FALSE_MESSAGE(read_dead_letters(text).has_value(), text);
}

TEST_CASE("the port file has the TCP ports in their order, and appears as a whole") {
  const auto ports = ports_of({"tcp://127.0.0.1:5555", "ipc:///tmp/x:1", "tcp://[::1]:40001"});
  CHECK(ports == "5555\n40001\n");
  const test::temporary_folder folder;
  const auto path = folder.path() + "/port";
  std::ofstream(path) << "something old and longer than what comes";
  CHECK_FALSE(write_file_atomically(path, ports));
  std::ifstream file(path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == ports);
  // The temporary file is gone.
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  const auto problem = write_file_atomically(folder.path() + "/none/port", ports);
  REQUIRE(problem);
  CHECK(*problem == "cannot write " + folder.path() + "/none/port: No such file or directory");
}
