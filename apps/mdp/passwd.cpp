#include "mdp/commands.hpp"
#include "mdp/security/password_file.hpp"
#include "mdp/security/security_defaults.hpp"
#include "support/program.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

namespace mdp::apps {

namespace {

struct settings {
  std::string file;
  std::string user;
  bool remove = false;
  spdlog::level::level_enum log_level = spdlog::level::warn;
};

program_info info() {
  return client_command(
    "passwd", "FILE USER [OPTION...]",
    "Gives a user a password in a file of users, which is made if it is not "
    "there. The password is the first line of standard input. What the file "
    "keeps is its Argon2id hash.",
    R"(The file is read by mdp-broker --plain, and by services that give tokens for
passwords (docs/security.md); it is for its owner alone. For --plain a password
may have up to 255 bytes.
Exit codes: 0 it is done; 1 it is not; 2 wrong use.

Examples:
  mdp passwd users alice
  mdp passwd users alice --remove
)");
}

/// Keeps a terminal from showing what is typed.
class no_echo {
public:
  no_echo() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0)
      return;
    is_terminal_ = true;
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::fputs("Password: ", stderr);
  }
  ~no_echo() {
    if (!is_terminal_)
      return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputs("\n", stderr);
  }
  no_echo(const no_echo&) = delete;
  no_echo& operator=(const no_echo&) = delete;

private:
  termios before_{};
  bool is_terminal_ = false;
};

/// The first line of standard input; nothing if there is none, or it is too long.
std::optional<security::secret> read_password() {
  const no_echo quiet;
  security::secret line(defaults::password_max_bytes + 1);
  std::size_t size = 0;
  for (;; ++size) {
    if (size == line.size())
      return std::nullopt;
    const auto count = ::read(STDIN_FILENO, line.bytes().data() + size, 1);
    if (count < 0 && errno == EINTR) {
      --size;
      continue;
    }
    if (count <= 0 || line.bytes()[size] == std::byte{'\n'})
      break;
  }
  if (size == 0)
    return std::nullopt;
  security::secret password(size);
  std::memcpy(password.bytes().data(), line.bytes().data(), size);
  return password;
}

int fail(const std::string& line) {
  std::fprintf(stderr, "%s: %s\n", client_program, line.c_str());
  return exit_code::failure;
}

} // namespace

int run_passwd(const std::vector<std::string>& arguments) {
  const auto about = info();
  settings set;
  options all(about);
  all.positional("FILE", set.file, "The file of users.");
  all.positional("USER", set.user, "Whose password.");
  all.group("User");
  all.toggle("remove", set.remove, "Take the user out instead.");
  all.log_level(set.log_level);
  if (const auto done = answer(about, all.parse(arguments)))
    return *done;
  if (const auto wrong = security::password_file::check_user(set.user))
    return report_wrong_use(about, {*wrong});
  security::password_file users;
  if (::access(set.file.c_str(), F_OK) == 0) {
    auto loaded = security::password_file::load(set.file);
    if (!loaded)
      return fail(loaded.error());
    users = *std::move(loaded);
  }
  if (set.remove) {
    if (!users.remove(set.user))
      return fail(set.file + ": there is no user " + set.user);
  } else {
    const auto password = read_password();
    if (!password)
      return fail("no password: it is the first line of standard input, up to " +
                  std::to_string(defaults::password_max_bytes) + " bytes");
    users.set(set.user, *password);
  }
  if (const auto saved = users.save(set.file); !saved)
    return fail(saved.error());
  return exit_code::success;
}

} // namespace mdp::apps
