#include "mdp/security/key_list.hpp"

#include "mdp/security/certificate.hpp"
#include "mdp/security/secret_file.hpp"
#include "mdp/security/security_defaults.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace mdp::security {

namespace {

using certificates = std::vector<public_certificate>;

std::string_view first_word(std::string_view& line) noexcept {
  constexpr std::string_view blanks = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  const auto word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  return word;
}

/// Lines of `KEY [NAME]`. No key begins with `#`, which would be more than 32 bits.
tl::expected<certificates, std::string> read_lines(std::string_view text) {
  certificates all;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto word = first_word(line);
    if (word.empty() || word.front() == '#')
      continue;
    const auto key = public_key::parse(word);
    if (!key)
      return tl::unexpected("line " + std::to_string(number) + ": " + key.error());
    public_certificate read{*key, {}};
    if (const auto name = first_word(line); !name.empty() && name.front() != '#')
      read.metadata["name"] = name;
    all.push_back(std::move(read));
  }
  return all;
}

tl::expected<certificates, std::string> read_file(const std::string& path) {
  const auto text = read_secret_file(path, file_privacy::open, defaults::key_file_max_bytes);
  if (!text)
    return tl::unexpected(text.error());
  if (auto one = parse_certificate(text->text()))
    return certificates{std::move(one->shown)};
  auto lines = read_lines(text->text());
  if (!lines)
    return tl::unexpected(path + ": neither a certificate nor a list of keys: " + lines.error());
  return lines;
}

} // namespace

tl::expected<key_list, std::string> key_list::of(const certificates& certificates) {
  if (certificates.size() > defaults::key_store_max_keys)
    return tl::unexpected("there are more than " + std::to_string(defaults::key_store_max_keys) +
                          " keys");
  key_list list;
  for (const auto& each : certificates) {
    auto key = each.key.text();
    const auto name = each.name();
    const auto is_odd = [](unsigned char c) { return c <= ' ' || c == 0x7F; };
    if (std::ranges::any_of(name, is_odd))
      return tl::unexpected("the name of the certificate with the key " + key +
                            " has a blank or a control character in it");
    // A name that looks like a key could be taken for somebody else.
    if (public_key::parse(name) && name != key)
      return tl::unexpected("the certificate with the key " + key + " has another key for a name");
    const frame user(name.empty() ? key : name);
    const auto [entry, is_new] = list.by_key_.try_emplace(std::move(key), user);
    if (!is_new && entry->second != user)
      return tl::unexpected("the key " + entry->first + " is there twice, under different names");
    list.users_.insert(user);
  }
  return list;
}

tl::expected<key_list, std::string> key_list::read_folder(const std::string& path,
                                                          const key_list* before) {
  namespace fs = std::filesystem;
  file_map files;
  std::vector<std::string> broken;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().string();
    std::error_code ignored;
    if (name.starts_with('.') || name.ends_with("_secret") || !entry->is_regular_file(ignored))
      continue;
    if (files.size() >= defaults::key_store_max_keys)
      return tl::unexpected(path + ": there are more than " +
                            std::to_string(defaults::key_store_max_keys) + " keys");
    if (auto read = load_public_certificate(entry->path().string())) {
      files.emplace(name, *std::move(read));
    } else if (before == nullptr) {
      return tl::unexpected(read.error());
    } else {
      if (broken.size() < defaults::key_store_max_broken)
        broken.push_back(read.error());
      if (const auto known = before->files_.find(name); known != before->files_.end())
        files.insert(*known);
    }
  }
  if (error)
    return tl::unexpected(path + ": cannot read the folder: " + error.message());
  auto list = of_files(std::move(files));
  if (!list)
    return tl::unexpected(path + ": " + list.error());
  list->broken_ = std::move(broken);
  return list;
}

tl::expected<key_list, std::string> key_list::of_files(file_map files) {
  certificates all;
  all.reserve(files.size());
  for (const auto& [name, certificate] : files)
    all.push_back(certificate);
  auto list = of(all);
  if (list)
    list->files_ = std::move(files);
  return list;
}

tl::expected<key_list, std::string> key_list::load(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return read_folder(path, nullptr);
  const auto read = read_file(path);
  if (!read)
    return tl::unexpected(read.error());
  auto list = of(*read);
  if (!list)
    return tl::unexpected(path + ": " + list.error());
  return list;
}

tl::expected<key_list, std::string> key_list::reload(const std::string& path,
                                                     const key_list& before) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? read_folder(path, &before) : load(path);
}

const frame* key_list::user_of(std::string_view key_text) const {
  const auto known = by_key_.find(key_text);
  return known == by_key_.end() ? nullptr : &known->second;
}

} // namespace mdp::security
