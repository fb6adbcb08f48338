#include "support/help_format.hpp"

namespace mdp::apps {

namespace {

constexpr std::size_t page_width = 80;
constexpr std::size_t name_width = 26; // with the two blanks in front of it

} // namespace

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string lines;
  std::size_t column = indent;
  bool is_line_empty = true;
  const auto break_line = [&] {
    lines.append(1, '\n').append(indent, ' ');
    column = indent;
    is_line_empty = true;
  };
  while (!text.empty()) {
    const auto length = text.find_first_of(" \n");
    const auto word = text.substr(0, length);
    if (!is_line_empty && column + 1 + word.size() > width)
      break_line();
    if (!is_line_empty) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += word.size();
    is_line_empty = is_line_empty && word.empty();
    if (length == std::string_view::npos)
      break;
    if (text[length] == '\n')
      break_line();
    text.remove_prefix(length + 1);
  }
  return lines;
}

std::string help_format::make_usage(const CLI::App* app, std::string /*name*/) const {
  return "Usage: " + app->get_name() + ' ' + usage_ + "\n\n";
}

std::string help_format::make_description(const CLI::App* app) const {
  return wrap(app->get_description(), page_width, 0) + "\n\n";
}

std::string help_format::make_group(std::string group, bool is_positional,
                                    std::vector<const CLI::Option*> opts) const {
  auto lines = (is_positional ? "Arguments" : group) + ":\n";
  for (const auto* opt : opts)
    lines += make_option(opt, is_positional);
  return is_positional ? lines + '\n' : lines; // CLI11 separates the others
}

std::string help_format::make_option(const CLI::Option* opt, bool is_positional) const {
  auto name = "  " + make_option_name(opt, is_positional);
  if (const auto comma = name.find(','); comma != std::string::npos)
    name.insert(comma + 1, 1, ' ');
  if (!opt->get_type_name().empty())
    name += ' ' + opt->get_type_name();
  auto what = opt->get_description();
  if (!opt->get_default_str().empty())
    what += " [default: " + opt->get_default_str() + ']';
  if (name.size() + 2 > name_width)
    name += '\n' + std::string(name_width, ' ');
  else
    name.append(name_width - name.size(), ' ');
  return name + wrap(what, page_width, name_width) + '\n';
}

} // namespace mdp::apps
