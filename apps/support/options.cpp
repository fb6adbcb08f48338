#include "support/options.hpp"

#include "mdp/version.hpp"
#include "support/help_format.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace mdp::apps {

namespace {

/// More than any command line has.
constexpr int any_number = CLI::detail::expected_max_vector_size;

constexpr const char* general = "General";

constexpr const char* about_times = "TIME is a whole number with a unit: 1500ms, 2s, 5min or 1h. A "
                                    "number alone is\nmilliseconds.\n\n";

/// CLI11 wants something to call; we look at the results ourselves.
bool accept_all(const CLI::results_t& /*results*/) {
  return true;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

parse_outcome wrong(std::string text) {
  return {parse_outcome::kind::wrong, one_line(std::move(text))};
}

/// Whether an option of one kind takes a file's value of the other.
bool accepts(value_kind wanted, value_kind found) {
  if (wanted == value_kind::time)
    return found == value_kind::text || found == value_kind::number;
  return wanted == found;
}

std::string with_dashes(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

} // namespace

options::options(program_info info)
    : info_(std::move(info)), app_(std::make_unique<CLI::App>(info_.purpose, info_.name())) {
  app_->set_help_flag(); // added again behind all others
  app_->formatter(std::make_shared<help_format>(info_.usage));
  // CLI11 keeps all that was given; which of several counts is our entries' business.
  app_->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

options::~options() = default;

void options::text(const std::string& name, std::string placeholder, std::string& value,
                   std::string help) {
  add({name, std::move(placeholder), std::move(help), value_kind::text, value, false,
       [&value](const std::vector<std::string>& given) -> problem {
         value = given.back();
         return std::nullopt;
       }});
}

void options::texts(const std::string& name, std::string placeholder,
                    std::vector<std::string>& values, std::string help) {
  add({name, std::move(placeholder), std::move(help), value_kind::text, join(values, " "), true,
       [&values](const std::vector<std::string>& given) -> problem {
         values = given;
         return std::nullopt;
       }});
}

void options::time(const std::string& name, duration at_least, duration& value, std::string help) {
  add({name, "TIME", std::move(help), value_kind::time, time_text(value), false,
       [at_least, &value](const std::vector<std::string>& given) {
         return read_time(given.back(), at_least, value);
       }});
}

void options::toggle(const std::string& name, bool& value, std::string help) {
  add({name,
       {},
       std::move(help),
       value_kind::boolean,
       {},
       false,
       [&value](const std::vector<std::string>& given) {
         return read_boolean(given.back(), value);
       }});
}

void options::log_level(spdlog::level::level_enum& value) {
  using namespace spdlog::level;
  group(general);
  choice<level_enum>("log-level",
                     {{"trace", trace},
                      {"debug", debug},
                      {"info", info},
                      {"warn", warn},
                      {"error", err},
                      {"off", off}},
                     value, "How much is said on standard error.");
}

void options::tables(const std::string& name, std::function<problem(table_reader&)> read) {
  tables_.insert_or_assign(name, std::move(read));
}

void options::positional(const std::string& placeholder, std::string& value, std::string help) {
  add({placeholder,
       {},
       std::move(help),
       value_kind::text,
       {},
       false,
       [&value](const std::vector<std::string>& given) -> problem {
         value = given.back();
         return std::nullopt;
       }});
}

void options::positionals(const std::string& placeholder, std::vector<std::string>& values,
                          std::string help) {
  // `expected` with an upper bound and no extra arguments: only then does CLI11 leave "[a,b]" whole.
  add({placeholder,
       {},
       std::move(help),
       value_kind::text,
       {},
       true,
       [&values](const std::vector<std::string>& given) -> problem {
         values = given;
         return std::nullopt;
       }})
    ->expected(any_number - 1, any_number - 1);
}

CLI::Option* options::add(entry option) {
  // What has no placeholder and is no switch has no dashes either: CLI11's sign for a positional.
  const bool is_positional = option.placeholder.empty() && option.kind == value_kind::text;
  const auto name = is_positional ? option.name : "--" + option.name;
  CLI::Option* added = nullptr;
  if (option.kind == value_kind::boolean)
    added = app_->add_flag_function(
      name, [](std::int64_t) {}, option.help);
  else
    added = app_->add_option(name, CLI::callback_t(accept_all), option.help);
  if (is_positional)
    added->required(!option.is_repeatable);
  else
    added->group(group_);
  added->type_name(option.placeholder);
  added->default_str(option.shown_default);
  if (option.is_repeatable && !is_positional)
    added->expected(1, any_number)->allow_extra_args(false);
  option.on_command_line = added;
  entries_.push_back(std::make_unique<entry>(std::move(option)));
  return added;
}

void options::add_general() {
  const bool has_times = std::ranges::any_of(
    entries_, [](const auto& option) { return option->kind == value_kind::time; });
  app_->footer((has_times ? about_times : "") + info_.epilogue);
  group(general);
  std::string about_file =
    "Read options from this TOML file. A key is an option's name without the "
    "dashes in front; the command line wins.";
  if (!info_.command.empty())
    about_file += " The table [" + info_.command + "] is for this command alone.";
  config_ = app_->add_option("--config", CLI::callback_t(accept_all), about_file);
  config_->type_name("FILE")->group(group_);
  app_
    ->set_version_flag("--version", info_.program + ' ' + std::string(version),
                       "Print the version and exit.")
    ->group(group_);
  app_->set_help_flag("--help,-h", "Print this help and exit.")->group(group_);
}

options::entry* options::find(std::string_view name) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& option) { return option->name == name; });
  return found == entries_.end() ? nullptr : found->get();
}

bool options::was_given(const std::string& name) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const auto& option) { return option->name == name && option->was_set; });
}

parse_outcome options::parse(std::vector<std::string> arguments) {
  add_general();
  if (auto found = check_syntax(arguments))
    return wrong(std::move(*found));
  std::reverse(arguments.begin(), arguments.end()); // as CLI11 wants it
  try {
    app_->parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return {parse_outcome::kind::answered, app_->help()};
  } catch (const CLI::CallForVersion& answer) {
    return {parse_outcome::kind::answered, std::string(answer.what()) + '\n'};
  } catch (const CLI::ParseError& error) {
    return wrong(error.what());
  }
  // The file first, so that the command line wins; what is wrong in either is found.
  if (!config_->empty())
    if (auto found = apply_file(config_->results().back()))
      return wrong(std::move(*found));
  if (auto found = apply_command_line())
    return wrong(std::move(*found));
  return {};
}

problem options::apply_command_line() {
  for (auto& option : entries_) {
    const auto& given = option->on_command_line->results();
    if (given.empty())
      continue;
    const auto name = option->on_command_line->get_name();
    if (auto found = option->set(given))
      return name + ' ' + *found;
    option->was_set = true;
  }
  return std::nullopt;
}

/// Finds what CLI11 takes without a word: it would read `--bind --liveness 4` and `--bind= --liveness
/// 4` as the endpoint "--liveness", and stumbles over `--echo=perhaps`.
problem options::check_syntax(const std::vector<std::string>& arguments) {
  const auto name_of = [](std::string_view argument) {
    return argument.starts_with("--") ? argument.substr(2, argument.find('=') - 2)
                                      : std::string_view();
  };
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const auto* option = find(name_of(arguments[i]));
    if (option == nullptr)
      continue;
    const auto shown = "--" + option->name;
    const auto equals = arguments[i].find('=');
    if (equals == std::string::npos && option->kind == value_kind::boolean)
      continue;
    if (equals != std::string::npos) {
      const auto value = arguments[i].substr(equals + 1);
      bool ignored = false;
      if (value.empty())
        return shown + " needs a value behind the =";
      if (option->kind == value_kind::boolean)
        if (auto found = read_boolean(value, ignored))
          return shown + ' ' + *found;
    } else if (++i == arguments.size()) {
      return shown + " needs a value: " + option->placeholder;
    } else if (app_->get_option_no_throw("--" + std::string(name_of(arguments[i]))) != nullptr) {
      return shown + " needs a value, but " + arguments[i] + " follows";
    }
  }
  return std::nullopt;
}

problem options::apply_file(const std::string& path) {
  const auto settings = read_config_file(path);
  if (!settings)
    return settings.error();
  const auto is_for_another = [this](const config_entry& setting) {
    return setting.table != info_.command && std::find(info_.commands.begin(), info_.commands.end(),
                                                       setting.table) != info_.commands.end();
  };
  for (const auto& setting : *settings) {
    if (is_for_another(setting) || (setting.element > 0 && tables_.contains(setting.table)))
      continue;
    if (auto found = apply(setting))
      return path + ':' + std::to_string(setting.line) + ": " + *found;
  }
  return apply_tables(path, *settings);
}

problem options::apply_tables(const std::string& path, const std::vector<config_entry>& settings) {
  std::map<std::string, std::map<std::size_t, std::vector<config_entry>>> found;
  for (const auto& setting : settings)
    if (setting.element > 0 && tables_.contains(setting.table))
      found[setting.table][setting.element].push_back(setting);
  for (auto& [name, all] : found)
    for (auto& [element, entries] : all) {
      table_reader reader(name, std::move(entries));
      auto wrong = tables_.at(name)(reader);
      if (wrong || (wrong = reader.unknown_key()))
        return path + ':' + std::to_string(reader.line()) + ": " + *wrong;
    }
  return std::nullopt;
}

problem options::apply(const config_entry& setting) {
  const auto shown = setting.table.empty() ? setting.key : setting.table + '.' + setting.key;
  const bool is_here =
    setting.element == 0 && (setting.table.empty() || setting.table == info_.command);
  auto* option = is_here ? find(setting.key) : nullptr;
  if (option == nullptr) {
    const auto similar = with_dashes(setting.key);
    const bool is_near = is_here && find(similar) != nullptr;
    return "unknown key \"" + shown + '"' + (is_near ? "; it is spelled " + similar : "");
  }
  if (option->placeholder.empty() && option->kind == value_kind::text)
    return '"' + shown + "\" can only stand on the command line";
  if (setting.is_list && !option->is_repeatable)
    return '"' + shown + "\" takes one value, not a list";
  if (setting.values.empty())
    return '"' + shown + "\" is an empty list";
  std::vector<std::string> values;
  for (const auto& value : setting.values) {
    if (!accepts(option->kind, value.kind))
      return '"' + shown + "\" expects " + to_string(option->kind);
    values.push_back(value.text);
  }
  if (auto found = option->set(values))
    return '"' + shown + "\" " + *found;
  option->was_set = true;
  return std::nullopt;
}

} // namespace mdp::apps
