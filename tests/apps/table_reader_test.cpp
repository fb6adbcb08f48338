#include "support/options.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::apps;
using namespace std::chrono_literals;

namespace {

enum class wood { oak, pine };

/// What one [[shelf]] says.
struct shelf {
  std::string name;
  std::uint16_t boards = 3;
  duration age = 1s;
  wood made_of = wood::oak;
  bool is_painted = false;
};

/// A program whose file may have any number of shelves.
class sample {
public:
  parse_outcome read(const std::string& file) {
    std::ofstream(path()) << file;
    options all({.program = "store",
                 .command = {},
                 .commands = {},
                 .usage = "",
                 .purpose = "Keeps things.",
                 .epilogue = {}});
    all.text("owner", "NAME", owner, "Whose.");
    all.tables("shelf", [this](table_reader& table) { return read_shelf(table); });
    return all.parse({"--config", path()});
  }

  /// What is wrong with the file, without its path.
  std::string problem_with(const std::string& file) {
    const auto outcome = read(file);
    CHECK(outcome.what == parse_outcome::kind::wrong);
    REQUIRE(outcome.text.starts_with(path()));
    return outcome.text.substr(path().size());
  }

  std::string owner;
  std::vector<shelf> shelves;

private:
  [[nodiscard]] std::string path() const { return folder_.path() + "/store.toml"; }

  problem read_shelf(table_reader& table) {
    auto& each = shelves.emplace_back();
    constexpr std::pair<std::string_view, wood> woods[] = {{"oak", wood::oak},
                                                           {"pine", wood::pine}};
    if (auto wrong = table.text("name", each.name))
      return wrong;
    if (each.name.empty())
      return "a shelf needs a name";
    if (auto wrong = table.number("boards", std::uint16_t{1}, each.boards))
      return wrong;
    if (auto wrong = table.time("age", 1ms, each.age))
      return wrong;
    if (auto wrong = table.choice("wood", woods, each.made_of))
      return wrong;
    return table.toggle("painted", each.is_painted);
  }

  test::temporary_folder folder_;
};

} // namespace

TEST_CASE("tables that come many times are read in their order, each on its own") {
  sample s;
  const auto outcome =
    s.read("owner = \"me\"\n"
           "[[shelf]]\nname = \"a\"\nboards = 5\nage = \"2h\"\n"
           "[[shelf]]\nname = \"b\"\nwood = \"pine\"\npainted = true\nage = 7\n");
  REQUIRE_MESSAGE(outcome.what == parse_outcome::kind::run, outcome.text);
  CHECK(s.owner == "me");
  REQUIRE(s.shelves.size() == 2);
  CHECK(s.shelves[0].name == "a");
  CHECK(s.shelves[0].boards == 5);
  CHECK(s.shelves[0].age == 2h);
  CHECK(s.shelves[0].made_of == wood::oak);
  CHECK_FALSE(s.shelves[0].is_painted);
  CHECK(s.shelves[1].boards == 3);
  CHECK(s.shelves[1].age == 7ms);
  CHECK(s.shelves[1].made_of == wood::pine);
  CHECK(s.shelves[1].is_painted);
}

TEST_CASE("what is wrong in such a table is one line that says where") {
  struct row {
    const char* file;
    const char* expected;
  };
  constexpr row rows[] = {
    {"[[shelf]]\nname = \"a\"\n\n[[shelf]]\nboards = 2\n", ":5: a shelf needs a name"},
    {"[[shelf]]\n", ":1: a shelf needs a name"},
    {"[[shelf]]\nname = \"a\"\nboards = 0\n", ":3: \"shelf.boards\" is 0, but must be at least 1"},
    {"[[shelf]]\nname = \"a\"\nboards = \"two\"\n", ":3: \"shelf.boards\" expects a whole number"},
    {"[[shelf]]\nname = \"a\"\nage = true\n", ":3: \"shelf.age\" expects a time, in quotes"},
    {"[[shelf]]\nname = \"a\"\nwood = \"tin\"\n",
     ":3: \"shelf.wood\" is one of oak|pine, not \"tin\""},
    {"[[shelf]]\nname = [\"a\", \"b\"]\n", ":2: \"shelf.name\" takes one value, not a list"},
    {"[[shelf]]\nname = \"a\"\ncolour = 1\n", ":3: unknown key \"shelf.colour\""},
    {"[[box]]\nname = \"a\"\n", ":2: unknown key \"box.name\""},
    {"[shelf]\nname = \"a\"\n", ":2: unknown key \"shelf.name\""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.file);
    sample s;
    CHECK(s.problem_with(row.file) == row.expected);
  }
}
