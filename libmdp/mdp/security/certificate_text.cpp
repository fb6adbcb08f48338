#include "mdp/security/certificate_text.hpp"

#include "mdp/security/security_defaults.hpp"

#include <zmq.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace mdp::security {

namespace {

constexpr std::string_view public_head =
  "#   ZeroMQ CURVE public certificate. Anybody may have it.\n\n";
constexpr std::string_view secret_head =
  "#   ZeroMQ CURVE **SECRET** certificate. Nobody but its owner may have it: do not send it\n"
  "#   anywhere, do not change who may read it.\n\n";
constexpr std::string_view before_secret = "    secret-key = \"";
constexpr std::string_view behind_secret = "\"\n";
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t secret_text = 40;

bool is_name_character(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("$-_@.&+/").find(c) != std::string_view::npos;
}

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

/// `name`, or `name = value`; the value may stand in quotes. Nothing if it is neither.
struct setting {
  std::string_view name;
  std::string_view value;
};

std::optional<setting> read_setting(std::string_view line) noexcept {
  const auto equals = line.find('=');
  const auto name = trim(line.substr(0, equals));
  if (name.empty() || !std::ranges::all_of(name, is_name_character))
    return std::nullopt;
  if (equals == std::string_view::npos)
    return setting{name, {}};
  auto value = trim(line.substr(equals + 1));
  if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
    const auto closing = value.find(value.front(), 1);
    if (closing == std::string_view::npos)
      return std::nullopt;
    return setting{name, value.substr(1, closing - 1)}; // behind it is a remark
  }
  return setting{name, trim(value.substr(0, value.find(" #")))};
}

/// Reads line by line; keeps what it has found.
class file_reader {
public:
  std::optional<std::string> read(std::string_view line) {
    ++number_;
    const auto content = trim(line);
    if (content.empty() || content.front() == '#')
      return std::nullopt;
    const auto found = read_setting(content);
    if (!found)
      return at_line("this is neither a section nor NAME = VALUE");
    if (!is_blank(line.front())) {
      section_ = found->name;
      return std::nullopt;
    }
    if (section_ == "metadata")
      return keep_metadata(*found);
    return section_ == "curve" ? keep_key(*found) : std::nullopt;
  }

  tl::expected<certificate_fields, std::string> take() {
    if (!has_public_key_)
      return tl::unexpected(std::string("there is no public-key under curve"));
    return std::move(fields_);
  }

private:
  std::string at_line(std::string_view what) const {
    return "line " + std::to_string(number_) + ": " + std::string(what);
  }

  std::optional<std::string> keep_metadata(const setting& found) {
    auto& all = fields_.shown.metadata;
    if (found.name.size() > defaults::certificate_max_name_bytes ||
        found.value.size() > defaults::certificate_max_value_bytes)
      return at_line("this is too long");
    if (all.size() >= defaults::certificate_max_metadata)
      return at_line("there is too much metadata");
    all[std::string(found.name)] = found.value;
    return std::nullopt;
  }

  std::optional<std::string> keep_key(const setting& found) {
    if (found.name == "public-key") {
      const auto key = public_key::parse(found.value);
      if (!key)
        return at_line(key.error());
      fields_.shown.key = *key;
      has_public_key_ = true;
    } else if (found.name == "secret-key") {
      secret key(secret_bytes);
      if (!read_z85(found.value, key.bytes()))
        return at_line("this is no CURVE key, which is 40 characters of Z85");
      fields_.secret_key = std::move(key);
    }
    return std::nullopt;
  }

  certificate_fields fields_;
  std::string_view section_;
  std::size_t number_ = 0;
  bool has_public_key_ = false;
};

std::string settings_text(const public_certificate& shown) {
  std::string text = "metadata\n";
  for (const auto& [name, value] : shown.metadata) {
    const char quote = value.find('"') == std::string::npos ? '"' : '\'';
    text.append("    ").append(name).append(" = ").append(1, quote).append(value);
    text.append(1, quote).append("\n");
  }
  return text.append("curve\n    public-key = \"").append(shown.key.text()).append("\"\n");
}

} // namespace

std::string public_certificate::name() const {
  const auto entry = metadata.find("name");
  return entry == metadata.end() ? std::string() : entry->second;
}

tl::expected<certificate_fields, std::string> parse_certificate(std::string_view text) {
  if (text.size() > defaults::certificate_max_bytes)
    return tl::unexpected(std::string("it is too large for a certificate"));
  file_reader reader;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (auto wrong = reader.read(text.substr(0, end)))
      return tl::unexpected(*std::move(wrong));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.take();
}

std::optional<std::string> check_metadata(const certificate_metadata& metadata) {
  if (metadata.size() > defaults::certificate_max_metadata)
    return "a certificate has room for " + std::to_string(defaults::certificate_max_metadata) +
           " entries of metadata";
  for (const auto& [name, value] : metadata) {
    if (name.empty() || name.size() > defaults::certificate_max_name_bytes ||
        !std::ranges::all_of(name, is_name_character))
      return '"' + name + "\" is no name for metadata: up to " +
             std::to_string(defaults::certificate_max_name_bytes) + " letters, digits and $-_@.&+/";
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7F; };
    if (value.size() > defaults::certificate_max_value_bytes ||
        std::ranges::any_of(value, is_control) ||
        (value.find('"') != std::string::npos && value.find('\'') != std::string::npos))
      return "the value of \"" + name + "\" cannot be kept: it may have " +
             std::to_string(defaults::certificate_max_value_bytes) +
             " bytes, no control characters, and only one kind of quotes";
  }
  return std::nullopt;
}

std::string public_file_text(const public_certificate& shown) {
  return std::string(public_head) + settings_text(shown);
}

secret secret_file_text(const public_certificate& shown, const secret& secret_key) {
  const auto open = std::string(secret_head) + settings_text(shown) + std::string(before_secret);
  secret text(open.size() + secret_text + behind_secret.size());
  secret digits(secret_text + 1);
  zmq_z85_encode(reinterpret_cast<char*>(digits.bytes().data()),
                 reinterpret_cast<const std::uint8_t*>(secret_key.bytes().data()),
                 secret_key.size());
  auto* to = text.bytes().data();
  std::memcpy(to, open.data(), open.size());
  std::memcpy(to + open.size(), digits.bytes().data(), secret_text);
  std::memcpy(to + open.size() + secret_text, behind_secret.data(), behind_secret.size());
  return text;
}

} // namespace mdp::security
