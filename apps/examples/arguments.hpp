#pragma once

#include "mdp/security/certificate.hpp"

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the examples take from their command lines, so that each speaks CURVE by the options of our programs.
namespace examples {

/// First the broker's endpoint, then the example's own words; and anywhere between them
///
///     --server-key KEY|FILE   the broker's public key: for who connects
///     --curve                 for a broker
///     --certificate FILE      who one is; a broker's is made if there is none
///
/// Wrong use is a line on standard error, and exit code 2.
class arguments {
public:
  /// Takes up to `most` words.
  arguments(int argc, char** argv, std::size_t most = 1) : program_(argv[0]) {
    for (int i = 1; i < argc; ++i) {
      const std::string_view given = argv[i];
      if (given == "--curve")
        is_curve_ = true;
      else if (given == "--server-key" && i + 1 < argc)
        server_key_ = argv[++i];
      else if (given == "--certificate" && i + 1 < argc)
        certificate_ = argv[++i];
      else if (given.starts_with("--") || words_.size() == most)
        fail("not understood here: " + std::string(given));
      else
        words_.emplace_back(given);
    }
  }

  /// For who connects: the configuration of a client or a worker.
  template <class Config>
  void connect(Config& config) const {
    if (is_curve_ || (server_key_.empty() && !certificate_.empty()))
      fail("who connects speaks CURVE by --server-key KEY|FILE, and perhaps --certificate FILE");
    if (!words_.empty())
      config.brokers = {words_[0]};
    if (server_key_.empty())
      return;
    config.sockets.curve.server = good(mdp::security::key_or_file(server_key_));
    if (!certificate_.empty())
      config.sockets.curve.own = shared(mdp::security::certificate::load(certificate_));
  }

  /// For who listens: the configuration of a broker. Prints what the others have to be told.
  template <class Config>
  void listen(Config& config) const {
    if (!server_key_.empty() || (!is_curve_ && !certificate_.empty()))
      fail("a broker speaks CURVE by --curve, and perhaps --certificate FILE");
    if (!words_.empty())
      config.endpoints = {words_[0]};
    if (!is_curve_)
      return;
    const auto file = certificate_.empty() ? "mdp-broker.cert" : certificate_;
    const auto own =
      shared(mdp::security::certificate::load_or_generate(file, {{"name", "mdp-broker"}}));
    config.sockets.curve.own = own;
    std::cout << "The others need: --server-key '" << own->key().text() << "'\n";
  }

  /// One of the example's own, or what it is without.
  [[nodiscard]] std::string word(std::size_t index, std::string otherwise = {}) const {
    if (index < words_.size())
      return words_[index];
    return otherwise;
  }

private:
  template <class Result>
  typename Result::value_type good(Result result) const {
    if (!result)
      fail(result.error());
    return *std::move(result);
  }

  template <class Result>
  std::shared_ptr<mdp::security::certificate> shared(Result result) const {
    return std::make_shared<mdp::security::certificate>(good(std::move(result)));
  }

  [[noreturn]] void fail(const std::string& line) const {
    std::cerr << program_ << ": " << line << '\n';
    std::exit(2);
  }

  std::string program_;
  std::vector<std::string> words_;
  std::string server_key_;
  std::string certificate_;
  bool is_curve_ = false;
};

} // namespace examples
