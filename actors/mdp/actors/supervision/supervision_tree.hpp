#pragma once

#include "mdp/defaults.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// What a supervision tree looks like, for whoever wants to print it. Supervisors write, anybody
/// reads, and nobody waits for an answer: a tree can be read while a part of it is down.
namespace mdp::actors {

/// One line of a tree: a supervisor, a child, or many children of the same name.
struct tree_report {
  std::string name;
  std::string kind;    ///< A supervisor's strategy; empty for any other child.
  std::string restart; ///< Its restart type; empty for the root.
  std::string state;   ///< "running", "down" (until its pause is over); for many: "n running".
  std::uint64_t restarts = 0;
  std::vector<tree_report> children;
};

/// The tree as text, a line each, children indented by two.
[[nodiscard]] std::string to_text(const tree_report& tree);

/// A supervisor as others see it. Thread-safe.
class tree_node {
public:
  explicit tree_node(std::string name) : name_(std::move(name)) {}

  /// The supervisor starts with no children yet.
  void begin_anew(std::string strategy);

  /// A child with a place of its own, with the node of its own if it is a supervisor.
  void add(std::uint64_t place, std::string name, std::string restart,
           std::shared_ptr<tree_node> below);
  /// One more child that came at run time.
  void adopt(std::uint64_t place, const std::string& name, const std::string& restart);
  void set_running(std::uint64_t place, bool is_running);
  void remove(std::uint64_t place);

  [[nodiscard]] tree_report report() const;

private:
  struct line {
    std::string name;
    std::string restart;
    bool is_running = false;
    std::uint64_t starts = 0;
    std::shared_ptr<tree_node> below;
  };
  struct crowd { // adopted children of one name
    std::string restart;
    std::size_t size = 0;
    std::size_t running = 0;
    std::uint64_t restarts = 0;
  };
  struct member {
    std::string name;
    bool is_running = true;
  };

  std::string name_;
  mutable std::mutex mutex_;
  std::string strategy_;
  std::map<std::uint64_t, line> lines_;
  std::map<std::uint64_t, member> members_;
  std::map<std::string, crowd> crowds_;
};

} // namespace mdp::actors
