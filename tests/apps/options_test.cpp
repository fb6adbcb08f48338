#include "support/options.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace mdp;
using namespace mdp::apps;
using namespace std::chrono_literals;

namespace {

using outcome = parse_outcome::kind;

enum class colour { red, green };

/// A program with an option of each kind, in a folder where files can lie.
class sample {
public:
  sample() {
    info.program = "paint";
    info.command = "wall";
    info.commands = {"wall", "door"};
    info.usage = "WALL [COAT...] [OPTION...]";
    info.purpose = "Paints a wall.";
    info.epilogue = "Examples:\n  paint wall north\n";
  }

  parse_outcome parse(std::vector<std::string> arguments) {
    options all(info);
    all.positional("WALL", wall, "Which one.");
    all.positionals("COAT", coats, "Layers.");
    all.group("Paint");
    all.texts("brush", "NAME", brushes, "What to paint with.");
    all.text("note", "TEXT", note, "Anything.");
    all.number("layers", "N", std::uint8_t{1}, layers, "How many.");
    all.time("dry", 5ms, dry, "How long to wait.");
    all.choice("colour", {{"red", colour::red}, {"green", colour::green}}, shade, "Which one.");
    all.toggle("quick", quick, "Do not wait.");
    all.log_level(level);
    auto result = all.parse(std::move(arguments));
    note_was_given = all.was_given("note");
    return result;
  }

  /// `--config` and the path of a file with this content.
  std::vector<std::string> with_file(const std::string& content,
                                     std::vector<std::string> arguments = {"north"}) const {
    std::ofstream(path()) << content;
    arguments.insert(arguments.end(), {"--config", path()});
    return arguments;
  }

  [[nodiscard]] std::string path() const { return folder.path() + "/paint.toml"; }

  program_info info;
  std::string wall;
  std::vector<std::string> coats;
  std::vector<std::string> brushes{"wide"};
  std::string note;
  std::uint8_t layers = 2;
  duration dry = 1500ms;
  colour shade = colour::red;
  bool quick = false;
  bool note_was_given = false;
  spdlog::level::level_enum level = spdlog::level::info;
  test::temporary_folder folder;
};

} // namespace

TEST_CASE("every kind of option is read from the command line") {
  sample s;
  const auto result =
    s.parse({"north", "--brush", "thin", "--brush=thick", "--note", "a b", "--layers", "3",
             "--dry=20", "--colour", "green", "--quick", "--log-level", "off", "one", "two"});
  CHECK_MESSAGE(result.what == outcome::run, result.text);
  CHECK(s.wall == "north");
  CHECK(s.coats == std::vector<std::string>{"one", "two"});
  CHECK(s.brushes == std::vector<std::string>{"thin", "thick"});
  CHECK(s.note == "a b");
  CHECK(s.note_was_given);
  CHECK(s.layers == 3);
  CHECK(s.dry == 20ms);
  CHECK(s.shade == colour::green);
  CHECK(s.quick);
  CHECK(s.level == spdlog::level::off);
}

TEST_CASE("what is not given keeps its default") {
  sample s;
  CHECK(s.parse({"north"}).what == outcome::run);
  CHECK(s.brushes == std::vector<std::string>{"wide"});
  CHECK(s.layers == 2);
  CHECK(s.dry == 1500ms);
  CHECK_FALSE(s.note_was_given);
}

TEST_CASE("values without a name are taken as they are") {
  sample s;
  const auto result = s.parse({"north", "", "[a,b]", "{}", "a=b", "--", "--quick", "-x", "--"});
  CHECK_MESSAGE(result.what == outcome::run, result.text);
  CHECK(s.coats == std::vector<std::string>{"", "[a,b]", "{}", "a=b", "--quick", "-x", "--"});
  CHECK_FALSE(s.quick);
}

TEST_CASE("an option that takes more than one value leaves the next argument alone") {
  sample s;
  CHECK(s.parse({"--brush", "thin", "north", "one"}).what == outcome::run);
  CHECK(s.brushes == std::vector<std::string>{"thin"});
  CHECK(s.wall == "north");
}

TEST_CASE("the last of several single values counts") {
  sample s;
  CHECK(s.parse({"north", "--layers", "3", "--layers", "4", "--quick", "--quick=false"}).what ==
        outcome::run);
  CHECK(s.layers == 4);
  CHECK_FALSE(s.quick);
}

TEST_CASE("wrong command lines are one line that names the option") {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
    {{}, "WALL is required"},
    {{"north", "--unknown"}, "--unknown"},
    {{"north", "--layers"}, "--layers needs a value: N"},
    {{"north", "--layers="}, "--layers needs a value behind the ="},
    {{"north", "--layers", "--quick"}, "--layers needs a value, but --quick follows"},
    {{"north", "--layers", "--quick=true"}, "--layers needs a value, but --quick=true follows"},
    {{"north", "--layers", "many"}, "--layers expects a whole number, not \"many\""},
    {{"north", "--layers", "-1"}, "--layers expects a whole number, not \"-1\""},
    {{"north", "--layers", "+1"}, "--layers expects a whole number, not \"+1\""},
    {{"north", "--layers", "0x10"}, "--layers expects a whole number, not \"0x10\""},
    {{"north", "--layers", " 1"}, "--layers expects a whole number, not \" 1\""},
    {{"north", "--layers", "0"}, "--layers is 0, but must be at least 1"},
    {{"north", "--layers", "256"}, "--layers is 256, but at most 255 is possible"},
    {{"north", "--dry", "99999999999999999999"}, "but at most 500h is possible"},
    {{"north", "--dry", "501h"}, "--dry is 501h, but at most 500h is possible"},
    {{"north", "--dry", "4"}, "--dry is 4, but must be at least 5ms"},
    {{"north", "--dry", "1.5s"}, "expects a time such as 1500ms, 2s, 5min or 1h, not \"1.5s\""},
    {{"north", "--dry", "5 s"}, "not \"5 s\""},
    {{"north", "--dry", "s"}, "not \"s\""},
    {{"north", "--dry", "-5s"}, "not \"-5s\""},
    {{"north", "--colour", "blue"}, "--colour is one of red|green, not \"blue\""},
    {{"north", "--quick=perhaps"}, "--quick is true or false, not \"perhaps\""},
    {{"north", "--log-level", "loud"}, "--log-level is one of trace|debug|info|warn|error|off"},
  };
  for (const auto& each : cases) {
    const auto& [arguments, expected] = each;
    CAPTURE(each.second);
    sample s;
    const auto result = s.parse(arguments);
    CHECK(result.what == outcome::wrong);
    CHECK_MESSAGE(result.text.find(expected) != std::string::npos, result.text);
    CHECK(result.text.find('\n') == std::string::npos);
  }
}

TEST_CASE("every option can stand in the file, under its name") {
  sample s;
  const auto result = s.parse(s.with_file(R"(
# what the wall needs
brush = ["thin", "thick"]
note = "a # b"
layers = 3
dry = "20ms"
colour = "green"
quick = true
log-level = "off"
)"));
  CHECK_MESSAGE(result.what == outcome::run, result.text);
  CHECK(s.brushes == std::vector<std::string>{"thin", "thick"});
  CHECK(s.note == "a # b");
  CHECK(s.note_was_given);
  CHECK(s.layers == 3);
  CHECK(s.dry == 20ms);
  CHECK(s.shade == colour::green);
  CHECK(s.quick);
  CHECK(s.level == spdlog::level::off);
}

TEST_CASE("the command line wins over the file") {
  sample s;
  const auto result =
    s.parse(s.with_file("brush = 'thin'\nlayers = 3\nquick = true\ncolour = 'green'",
                        {"north", "--layers", "4", "--quick=false", "--brush", "x"}));
  CHECK_MESSAGE(result.what == outcome::run, result.text);
  CHECK(s.layers == 4);
  CHECK(s.brushes == std::vector<std::string>{"x"});
  CHECK_FALSE(s.quick);
  CHECK(s.shade == colour::green); // not on the command line
}

TEST_CASE("a command reads its own table and leaves those of the others alone") {
  sample s;
  const auto result =
    s.parse(s.with_file("layers = 3\n[wall]\nnote = 'x'\n[door]\nhandle = 'round'"));
  CHECK_MESSAGE(result.what == outcome::run, result.text);
  CHECK(s.layers == 3);
  CHECK(s.note == "x");
}

TEST_CASE("wrong files are one line with the file and the line number") {
  const std::pair<std::string, std::string> cases[] = {
    {"\nlayer = 3", ":2: unknown key \"layer\""},
    {"log_level = 3", ":1: unknown key \"log_level\"; it is spelled log-level"},
    {"[roof]\nlayers = 3", ":2: unknown key \"roof.layers\""},
    {"[wall]\n\nlayer = 3", ":3: unknown key \"wall.layer\""},
    {"wall.layer = 3", ":1: unknown key \"wall.layer\""},
    {"layers = '3'", ":1: \"layers\" expects a whole number"},
    {"layers = 3.0", ":1: \"layers\" expects a whole number"},
    {"layers = [3]", ":1: \"layers\" takes one value, not a list"},
    {"layers = -3", ":1: \"layers\" expects a whole number, not \"-3\""},
    {"layers = 0", ":1: \"layers\" is 0, but must be at least 1"},
    {"note = 3", ":1: \"note\" expects text in quotes"},
    {"brush = ['a', 3]", ":1: \"brush\" expects text in quotes"},
    {"brush = []", ":1: \"brush\" is an empty list"},
    {"quick = 'true'", ":1: \"quick\" expects true or false"},
    {"dry = 1979-05-27", ":1: \"dry\" expects a time, in quotes"},
    {"colour = 'blue'", ":1: \"colour\" is one of red|green, not \"blue\""},
    {"WALL = 'north'", ":1: \"WALL\" can only stand on the command line"},
    {"config = 'other.toml'", ":1: unknown key \"config\""},
    {"layers = 3\nlayers = 4", ":2: "},
    {"layers =", ":1: "},
    {"\n\n???", ":3: "},
    {"note = \"\n\"", ":1: "},
  };
  for (const auto& each : cases) {
    const auto& [content, expected] = each;
    CAPTURE(each.first);
    sample s;
    const auto result = s.parse(s.with_file(content));
    CHECK(result.what == outcome::wrong);
    CHECK_MESSAGE(result.text.starts_with(s.path() + expected), result.text);
    CHECK(result.text.find('\n') == std::string::npos);
  }
}

TEST_CASE("a file that the command line overrides is still checked") {
  sample s;
  CHECK(s.parse(s.with_file("layers = 0", {"north", "--layers", "3"})).what == outcome::wrong);
}

TEST_CASE("a file that cannot be read is one line with the reason") {
  sample s;
  const auto missing = s.parse({"north", "--config", s.path()});
  CHECK(missing.what == outcome::wrong);
  CHECK(missing.text == s.path() + ": cannot read the file: No such file or directory");
  const auto folder = s.parse({"north", "--config", s.folder.path()});
  CHECK(folder.what == outcome::wrong);
  CHECK(folder.text == s.folder.path() + ": cannot read the file: Is a directory");
}

TEST_CASE("an empty file changes nothing") {
  sample s;
  CHECK(s.parse(s.with_file("")).what == outcome::run);
  CHECK(s.layers == 2);
}

TEST_CASE("the help has every option, its default and the examples, within 80 columns") {
  sample s;
  const auto result = s.parse({"--help"});
  CHECK(result.what == outcome::answered);
  for (const auto* part :
       {"Usage: paint wall WALL [COAT...] [OPTION...]", "--brush NAME", "[default: wide]",
        "--layers N", "--dry TIME", "[default: 1500ms]", "--colour red|green", "[default: red]",
        "--quick", "--config FILE", "--log-level", "--version", "-h, --help", "Paint:\n",
        "General:\n", "Examples:\n  paint wall north\n"})
    CHECK_MESSAGE(result.text.find(part) != std::string::npos, part);
  std::size_t begin = 0;
  for (auto end = result.text.find('\n'); end != std::string::npos;
       end = result.text.find('\n', begin)) {
    CHECK(end - begin <= 80);
    begin = end + 1;
  }
}

TEST_CASE("help and version come before complaints") {
  CHECK(sample().parse({"--help", "--unknown"}).what == outcome::answered);
  const auto result = sample().parse({"--version"});
  CHECK(result.what == outcome::answered);
  CHECK(result.text.starts_with("paint "));
}
