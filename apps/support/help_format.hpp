#pragma once

#include <CLI/CLI.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mdp::apps {

/// `text` in lines of at most `width` characters, broken between words; all but the first begin with
/// `indent` blanks, which count. A line break in `text` stays one.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

/// How our programs print their help: 80 columns, what an option is beside its name, its default
/// behind it.
class help_format : public CLI::Formatter {
public:
  /// `usage` is what stands behind the program's name.
  explicit help_format(std::string usage) : usage_(std::move(usage)) {}

  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> opts) const override;
  std::string make_option(const CLI::Option* opt, bool is_positional) const override;

private:
  std::string usage_;
};

} // namespace mdp::apps
