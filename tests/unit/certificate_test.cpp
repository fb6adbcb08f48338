#include "mdp/net/context.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/security/certificate.hpp"
#include "mdp/security/security_defaults.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

using namespace mdp;
using namespace mdp::security;

namespace {

/// As pyzmq and CZMQ write it.
constexpr std::string_view foreign = R"(#   ****  Generated on 2024-01-02 by CZMQ  ****

metadata
    name = "alice"
    place = 'the "cellar"'
    bare = word    # a remark
curve
    public-key = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
)";

constexpr std::string_view known_public = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
constexpr std::string_view known_secret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

unsigned mode_of(const std::string& path) {
  struct stat about {};
  REQUIRE(stat(path.c_str(), &about) == 0);
  return about.st_mode & 07777U;
}

} // namespace

TEST_CASE("a key is read from its text, and from nothing else") {
  const auto key = public_key::parse(known_public);
  REQUIRE(key);
  CHECK(key->text() == known_public);
  CHECK(public_key::of(std::as_bytes(std::span(key->bytes()))) == *key);
  CHECK_FALSE(public_key::of({}));
  std::string longer(known_public);
  longer += "00000";
  std::string cut(known_public);
  cut[20] = '\0';
  std::string alien(known_public);
  alien[7] = '"';
  for (const auto& text : {std::string(), longer, cut, alien, std::string(40, ' '),
                           std::string(40, '#') + "x", std::string(39, '0'), std::string(40, '#')})
    CHECK_FALSE_MESSAGE(public_key::parse(text).has_value(), text); // 40 times # is over 32 bits
}

TEST_CASE("a certificate of CZMQ is read") {
  const auto read = parse_certificate(foreign);
  REQUIRE_MESSAGE(read.has_value(), read.error());
  CHECK(read->shown.key.text() == known_public);
  CHECK(read->shown.name() == "alice");
  CHECK(read->shown.metadata.at("place") == "the \"cellar\"");
  CHECK(read->shown.metadata.at("bare") == "word");
  CHECK_FALSE(read->secret_key);
}

TEST_CASE("what is no certificate is refused with its line") {
  const auto error = [](std::string_view text) { return parse_certificate(text).error(); };
  CHECK(error("") == "there is no public-key under curve");
  CHECK(error("public-key = \"" + std::string(known_public) + "\"\n") ==
        "there is no public-key under curve");
  CHECK(error("curve\n    public-key = \"short\"\n").starts_with("line 2: this is no CURVE key"));
  CHECK(error("curve\n\n    secret-key = 1\n").starts_with("line 3: this is no CURVE key"));
  CHECK(error("curve\n    ?\n").starts_with("line 2: this is neither"));
  CHECK(error("metadata\n    name = \"open\n").starts_with("line 2: this is neither"));
  CHECK(error(std::string(defaults::certificate_max_bytes + 1, '\n')) ==
        "it is too large for a certificate");
  CHECK(error("metadata\n    name = " + std::string(256, 'x') + "\n") ==
        "line 2: this is too long");
  std::string much = "metadata\n";
  for (std::size_t i = 0; i <= defaults::certificate_max_metadata; ++i)
    much += "    k" + std::to_string(i) + " = v\n";
  CHECK(error(much).ends_with("there is too much metadata"));
}

TEST_CASE("what is saved is loaded again, and each new certificate is another") {
  const test::temporary_folder folder;
  const auto path = folder.path() + "/alice.cert";
  const auto made = certificate::generate({{"name", "alice"}, {"motto", R"(say "no")"}});
  CHECK(made.key() != certificate::generate().key());
  REQUIRE(made.save(path));
  CHECK(mode_of(path + "_secret") == 0600);
  const auto shown = load_public_certificate(path);
  REQUIRE(shown);
  CHECK(*shown == made.shown());
  CHECK(content_of(path).find("secret-key") == std::string::npos);
  for (const auto& name : {path, path + "_secret"}) {
    const auto loaded = certificate::load(name);
    REQUIRE_MESSAGE(loaded.has_value(), loaded.error());
    CHECK(loaded->shown() == made.shown());
    CHECK(loaded->secret_key().equals(made.secret_key().bytes()));
  }
  CHECK(key_or_file(path) == made.key());
  CHECK(key_or_file(made.key().text()) == made.key());
  CHECK(key_or_file("nowhere").error() ==
        "nowhere: cannot read the file: No such file or directory");
  CHECK(key_or_file(std::string(40, '"'))
          .error()
          .ends_with("is neither a CURVE key in Z85 nor a file"));
}

TEST_CASE("a secret that others can read is refused, in whatever way they can") {
  const test::temporary_folder folder;
  const auto path = folder.path() + "/key";
  REQUIRE(certificate::generate().save(path));
  for (const mode_t mode : {0640, 0604, 0620, 0601}) {
    REQUIRE(chmod((path + "_secret").c_str(), mode) == 0);
    const auto loaded = certificate::load(path);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().find("others can read this secret: chmod 600") != std::string::npos);
  }
  REQUIRE(chmod((path + "_secret").c_str(), 0400) == 0);
  CHECK(certificate::load(path));
}

TEST_CASE("a certificate overwrites no file, and leaves no half of itself") {
  const test::temporary_folder folder;
  const auto path = folder.path() + "/key";
  std::ofstream(path) << "mine";
  const auto made = certificate::generate();
  const auto saved = made.save(path);
  REQUIRE_FALSE(saved);
  CHECK(saved.error().find("the file is there already") != std::string::npos);
  CHECK(content_of(path) == "mine");
  CHECK_FALSE(std::filesystem::exists(path + "_secret"));
  std::ofstream(path + "2_secret") << "mine";
  CHECK_FALSE(made.save(path + "2"));
  CHECK_FALSE(std::filesystem::exists(path + "2"));
  CHECK_FALSE(made.save(folder.path() + "/x_secret"));
  CHECK(made.save(folder.path() + "/no/such/folder").error().find("No such file") !=
        std::string::npos);
}

TEST_CASE("keys that do not belong together, and what is no file, are refused") {
  const test::temporary_folder folder;
  const auto path = folder.path() + "/key";
  {
    std::ofstream file(path + "_secret");
    file << "curve\n    public-key = \"" << certificate::generate().key().text()
         << "\"\n    secret-key = \"" << known_secret << "\"\n";
  }
  REQUIRE(chmod((path + "_secret").c_str(), 0600) == 0);
  CHECK(certificate::load(path).error().ends_with("the two keys do not belong together"));
  REQUIRE(mkfifo((path + "-pipe").c_str(), 0600) == 0);
  CHECK(load_public_certificate(path + "-pipe").error().ends_with("this is no ordinary file"));
  CHECK(load_public_certificate(folder.path()).error().ends_with("this is no ordinary file"));
  std::ofstream(path) << foreign;
  REQUIRE(std::filesystem::remove(path + "_secret"));
  std::filesystem::copy(path, path + "_secret");
  REQUIRE(chmod((path + "_secret").c_str(), 0600) == 0);
  CHECK(certificate::load(path).error().ends_with("there is no secret-key under curve"));
}

TEST_CASE("metadata that would not be read again cannot be written") {
  CHECK_FALSE(check_metadata({{"name", "alice"}, {"$-_@.&+/", ""}}));
  for (const auto& name : {"", "a b", "a=b", "a#", "a\nb"})
    CHECK_MESSAGE(check_metadata({{name, "x"}}).has_value(), name);
  for (const auto& value : {"a\nb", "a\tb", "\x7f", "'\""})
    CHECK_MESSAGE(check_metadata({{"name", value}}).has_value(), value);
  CHECK(check_metadata({{"name", std::string(256, 'x')}}));
  CHECK_FALSE(certificate::generate({{"a b", ""}}).save("/nowhere/at/all"));
}

TEST_CASE("a secret compares by its bytes") {
  secret some(3);
  CHECK(some.text() == std::string_view("\0\0\0", 3));
  CHECK(some.equals(secret(3).bytes()));
  some.bytes()[1] = std::byte{1};
  CHECK_FALSE(some.equals(secret(3).bytes()));
  CHECK_FALSE(some.equals(secret(4).bytes()));
  CHECK(secret(0).equals({}));
}

TEST_CASE("a socket is not opened with half of what CURVE needs") {
  net::context context;
  net::socket_config config;
  zmq::socket_t listener(context.handle(), zmq::socket_type::router);
  zmq::socket_t caller(context.handle(), zmq::socket_type::dealer);
  config.curve.server = certificate::generate().key();
  CHECK(net::configure(listener, config).value() == EINVAL);
  CHECK_FALSE(net::configure(caller, config));
  config.curve = {std::make_shared<certificate>(certificate::generate()), {}};
  CHECK_FALSE(net::configure(listener, config));
  CHECK(net::configure(caller, config).value() == EINVAL);
}
