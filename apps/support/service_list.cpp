#include "support/service_list.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace mdp::apps {

namespace {

/// As much of JSON as the list has in it. Each function takes what it reads off the front, or
/// nothing.
class reader {
public:
  explicit reader(std::string_view text) : text_(text), rest_(text) {}

  bool take(char expected) {
    skip_blanks();
    if (!rest_.starts_with(expected))
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// A string; of the escapes only those of printable characters.
  std::optional<std::string> take_text() {
    if (!take('"'))
      return std::nullopt;
    std::string text;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\') {
        rest_.remove_prefix(1);
        if (rest_.empty() ||
            std::string_view("\"\\/").find(rest_.front()) == std::string_view::npos)
          return std::nullopt;
      }
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return take('"') ? std::optional(text) : std::nullopt;
  }

  std::optional<std::uint64_t> take_number() {
    skip_blanks();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc{})
      return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return number;
  }

  bool is_at_end() {
    skip_blanks();
    return rest_.empty();
  }

  [[nodiscard]] std::size_t position() const noexcept { return text_.size() - rest_.size(); }

private:
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  std::string_view text_;
  std::string_view rest_;
};

std::optional<listed_service> take_service(reader& json) {
  listed_service service;
  bool has_name = false;
  bool has_workers = false;
  if (!json.take('{'))
    return std::nullopt;
  do {
    const auto member = json.take_text();
    if (!member || !json.take(':'))
      return std::nullopt;
    const auto text = json.take_text();
    const auto number = text ? std::nullopt : json.take_number();
    if (!text && !number)
      return std::nullopt;
    if (*member == "service" && text) {
      service.name = *text;
      has_name = true;
    } else if (*member == "workers" && number) {
      service.workers = *number;
      has_workers = true;
    }
  } while (json.take(','));
  return json.take('}') && has_name && has_workers ? std::optional(service) : std::nullopt;
}

bool take_services(reader& json, std::vector<listed_service>& services) {
  if (!json.take('['))
    return false;
  if (json.take(']'))
    return json.is_at_end();
  do {
    auto service = take_service(json);
    if (!service)
      return false;
    services.push_back(*std::move(service));
  } while (json.take(','));
  return json.take(']') && json.is_at_end();
}

} // namespace

tl::expected<std::vector<listed_service>, std::string> read_service_list(std::string_view json) {
  reader rest(json);
  std::vector<listed_service> services;
  if (!take_services(rest, services))
    return tl::unexpected("not a list of services, from byte " + std::to_string(rest.position()) +
                          " on");
  return services;
}

std::string service_table(std::vector<listed_service> services) {
  constexpr std::string_view service_title = "SERVICE";
  constexpr std::string_view workers_title = "WORKERS";
  std::sort(services.begin(), services.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  auto width = service_title.size();
  for (const auto& service : services)
    width = std::max(width, service.name.size());
  std::string lines;
  const auto add_line = [&](std::string_view name, std::string_view workers) {
    lines.append(name).append(width - name.size() + 2, ' ');
    lines.append(workers_title.size() - std::min(workers.size(), workers_title.size()), ' ');
    lines.append(workers).append(1, '\n');
  };
  add_line(service_title, workers_title);
  for (const auto& service : services)
    add_line(service.name, std::to_string(service.workers));
  return lines;
}

} // namespace mdp::apps
