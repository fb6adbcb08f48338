#include "mdp/commands.hpp"
#include "mdp/version.hpp"
#include "support/program.hpp"

#include <cstdio>
#include <iterator>

namespace mdp::apps {

namespace {

struct command {
  std::string_view name;
  std::string_view purpose;
  int (*run)(const std::vector<std::string>& arguments);
};

constexpr command commands[] = {
  {"request", "Asks a service and prints the reply.", run_request},
  {"services", "Lists the services of a broker, or says whether some are there.", run_services},
  {"dead-letters", "Lists the latest requests that a broker has given up.", run_dead_letters},
  {"tree", "Prints the supervision tree of a broker.", run_tree},
  {"keygen", "Makes a CURVE key pair.", run_keygen},
  {"key", "Shows what a certificate's file says.", run_key},
  {"passwd", "Gives a user a password in a file of users.", run_passwd},
  {"access", "Says what a broker's rules let a user do.", run_access},
  {"bench", "Puts any broker under load and measures what its clients see.", run_bench},
  {"conformance", "Checks any broker or worker against the RFCs.", run_conformance},
};

/// "request, services or conformance"
std::string names() {
  std::string all;
  for (const auto& each : commands)
    all.append(&each == commands                 ? ""
               : &each == std::end(commands) - 1 ? " or "
                                                 : ", ")
      .append(each.name);
  return all;
}

std::string help() {
  std::string text = "A client of ZeroMQ Majordomo brokers (MDP 0.1 and 0.2).\n\n"
                     "Usage: mdp COMMAND [ARGUMENT...] [OPTION...]\n\nCommands:\n";
  for (const auto& each : commands) {
    constexpr std::size_t name_width = 14;
    text.append("  ").append(each.name).append(name_width - each.name.size(), ' ');
    text.append(each.purpose).append("\n");
  }
  text += "\nOptions:\n"
          "  --version   Print the version and exit.\n"
          "  -h, --help  Print this help and exit; mdp COMMAND --help says more.\n\n"
          "Examples:\n"
          "  mdp request echo hello\n"
          "  mdp services --broker tcp://127.0.0.1:5555\n";
  return text;
}

int run(const std::vector<std::string>& arguments) {
  const program_info info = client_command({}, {}, {}, {});
  if (arguments.empty())
    return report_wrong_use(info, {"the command is missing: " + names()});
  const auto& first = arguments.front();
  for (const auto& each : commands)
    if (each.name == first)
      return each.run({arguments.begin() + 1, arguments.end()});
  if (first == "--help" || first == "-h" || first == "help")
    std::fputs(help().c_str(), stdout);
  else if (first == "--version")
    std::printf("%s %s\n", client_program, std::string(version).c_str());
  else
    return report_wrong_use(info, {"there is no command \"" + first + "\"; it is " + names()});
  return exit_code::success;
}

} // namespace

program_info client_command(std::string name, std::string usage, std::string purpose,
                            std::string epilogue) {
  program_info info;
  info.program = client_program;
  info.command = std::move(name);
  for (const auto& each : commands)
    info.commands.emplace_back(each.name);
  info.usage = std::move(usage);
  info.purpose = std::move(purpose);
  info.epilogue = std::move(epilogue);
  return info;
}

} // namespace mdp::apps

int main(int argc, char** argv) {
  return mdp::apps::run_program(mdp::apps::client_program, [&] {
    return mdp::apps::run({argv + 1, argv + argc});
  });
}
