#pragma once

#include "support/config_file.hpp"
#include "support/option_values.hpp"
#include "support/table_reader.hpp"

#include <spdlog/common.h>

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Its header takes a compiler seconds, and is seen by options.cpp alone.
namespace CLI {
class App;
class Option;
} // namespace CLI

/// The options of one program (or one command of it): on the command line, read by CLI11, and in the
/// TOML file that `--config` names, read by toml++. Each option has one name in both places, the
/// command line wins, and whatever is wrong is one line that says where.
///
///     options all({.program = "mdp-broker", .purpose = "..."});
///     all.group("Heartbeats");
///     all.time("heartbeat", 1ms, config.heartbeat.interval, "How often ...");
///     const auto outcome = all.parse({argv + 1, argv + argc});
///
/// The variables hold the defaults before, which the help shows, and the values afterwards.
namespace mdp::apps {

/// What the help says besides the options.
struct program_info {
  std::string program; ///< "mdp"
  std::string command; ///< "request", or empty when the program has no commands
  /// All commands the program has; each may have a table of its own in the file.
  std::vector<std::string> commands;
  std::string usage;    ///< What comes behind the name: "SERVICE [BODY...] [OPTION...]".
  std::string purpose;  ///< What it does, in a sentence or some.
  std::string epilogue; ///< Exit codes and examples, printed as it stands.

  [[nodiscard]] std::string name() const {
    return command.empty() ? program : program + ' ' + command;
  }
};

/// What came of a command line.
struct parse_outcome {
  enum class kind : std::uint8_t {
    run,      ///< all is set, go on
    answered, ///< the user wanted help or the version: print `text`, exit code 0
    wrong,    ///< wrong use: `text` is one line for standard error, exit code 2
  };
  kind what = kind::run;
  std::string text;
};

class options {
public:
  explicit options(program_info info);
  ~options();
  options(const options&) = delete;
  options& operator=(const options&) = delete;

  // -- what there is; the variables must outlive parse() ----------------------------------------------

  /// What is added from now on stands under this title in the help.
  void group(std::string title) { group_ = std::move(title); }

  /// `placeholder` is how the help calls the value.
  void text(const std::string& name, std::string placeholder, std::string& value, std::string help);

  /// May be given more than once; what is given replaces all defaults.
  void texts(const std::string& name, std::string placeholder, std::vector<std::string>& values,
             std::string help);

  template <std::unsigned_integral T>
  void number(const std::string& name, std::string placeholder, T at_least, T& value,
              std::string help) {
    add({name, std::move(placeholder), std::move(help), value_kind::number, std::to_string(value),
         false, [at_least, &value](const std::vector<std::string>& given) {
           return read_number(given.back(), at_least, value);
         }});
  }

  /// A time, as read_time() takes it.
  void time(const std::string& name, duration at_least, duration& value, std::string help);

  /// One of some words.
  template <class Enum>
  void choice(const std::string& name,
              std::initializer_list<std::pair<std::string_view, Enum>> words, Enum& value,
              std::string help) {
    std::string all;
    std::string present;
    for (const auto& [word, meaning] : words) {
      all.append(all.empty() ? "" : "|").append(word);
      if (meaning == value)
        present = word;
    }
    add(
      {name, all, std::move(help), value_kind::text, present, false,
       [known = std::vector(words), all, &value](const std::vector<std::string>& given) -> problem {
         for (const auto& [word, meaning] : known)
           if (word == given.back()) {
             value = meaning;
             return std::nullopt;
           }
         return "is one of " + all + ", not \"" + given.back() + "\"";
       }});
  }

  /// A switch: `--name` turns it on, `--name=false` off again what a file turned on.
  void toggle(const std::string& name, bool& value, std::string help);

  /// `--log-level`, which every program has. Add it last.
  void log_level(spdlog::level::level_enum& value);

  /// Tables of the file that may come many times, as `[[name]]`; there is nothing like it on the
  /// command line. `read` gets each, in their order, and says what is wrong with it.
  void tables(const std::string& name, std::function<problem(table_reader&)> read);

  /// A value without a name, in the order of these calls.
  void positional(const std::string& placeholder, std::string& value, std::string help);

  /// All further values without a name; empty ones count.
  void positionals(const std::string& placeholder, std::vector<std::string>& values,
                   std::string help);

  // -- what was given -----------------------------------------------------------------------------------

  /// Reads the arguments (without the program's name) and the file they name.
  [[nodiscard]] parse_outcome parse(std::vector<std::string> arguments);

  /// Whether an option or positional was given, on the command line or in the file.
  [[nodiscard]] bool was_given(const std::string& name) const;

private:
  struct entry {
    std::string name;
    std::string placeholder;
    std::string help;
    value_kind kind{};
    std::string shown_default;
    bool is_repeatable = false;
    /// Takes all values that were given, at least one; the last counts where only one can.
    std::function<problem(const std::vector<std::string>&)> set;
    CLI::Option* on_command_line = nullptr;
    bool was_set = false;
  };

  CLI::Option* add(entry option);
  void add_general();
  [[nodiscard]] problem check_syntax(const std::vector<std::string>& arguments);
  [[nodiscard]] problem apply_command_line();
  [[nodiscard]] problem apply_file(const std::string& path);
  [[nodiscard]] problem apply(const config_entry& setting);
  [[nodiscard]] problem apply_tables(const std::string& path,
                                     const std::vector<config_entry>& settings);
  [[nodiscard]] entry* find(std::string_view name);

  program_info info_;
  std::unique_ptr<CLI::App> app_;
  std::string group_;
  std::vector<std::unique_ptr<entry>> entries_;
  std::map<std::string, std::function<problem(table_reader&)>> tables_;
  CLI::Option* config_ = nullptr;
};

} // namespace mdp::apps
