#include "mdp/overload.hpp"
#include "unit/client_engine_fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>

// Brokers that answer late, twice, in the wrong order, in pieces or not at all, that restart as
// another kind of broker, and connections that break; everything from a seed. Whatever happens, each
// request ends once, and never with somebody else's reply.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;

namespace {

enum class broker_kind : std::uint8_t { ours, foreign, without_mmi };

class chaos {
public:
  explicit chaos(std::uint64_t seed) : random_(seed), engine_(draw_config()) {
    for (std::size_t i = 0; i < config_.brokers; ++i)
      kinds_.push_back(any_kind());
  }

  void run() {
    const auto requests = below(60) + 1;
    for (std::uint64_t id = 1; id <= requests; ++id)
      in(milliseconds(3000), [this, id] { start(id); });
    for (auto i = below(4); i > 0; --i)
      in(milliseconds(4000), [this] { restart(below(kinds_.size())); });
    // Time goes on in jumps to whatever is next, arrivals before the clock.
    while (!events_.empty() || engine_.next_deadline() != never) {
      const auto alarm = engine_.next_deadline();
      if (!events_.empty() && events_.begin()->first <= alarm) {
        auto next = events_.extract(events_.begin());
        now_ = std::max(now_, next.key());
        next.mapped()();
      } else {
        REQUIRE_MESSAGE(alarm - at(0s) < 10min, "it never comes to an end");
        now_ = std::max(now_, alarm);
        engine_.tick(now_);
        REQUIRE_MESSAGE(engine_.next_deadline() > now_, "its clock stands still");
      }
      carry_out();
      check_bounds();
    }
    CHECK(engine_.is_idle());
    CHECK(ended_.size() == requests);
  }

private:
  using event = std::function<void()>;

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool chance(std::uint64_t percent) { return below(100) < percent; }
  duration milliseconds(std::uint64_t bound) { return std::chrono::milliseconds(below(bound)); }
  broker_kind any_kind() { return static_cast<broker_kind>(below(3)); }

  client_engine_config draw_config() {
    config_.version = chance(30) ? v0_1 : v0_2;
    config_.brokers = below(3) + 1;
    config_.window = below(8) + 1;
    config_.max_lanes = below(4) + 1;
    config_.ask_patience = 100ms;
    config_.ask_again = 1s;
    config_.return_delay = 200ms;
    config_.seed = random_();
    drop_percent_ = below(3) * 20;
    return config_;
  }

  void in(duration wait, event what) { events_.emplace(now_ + wait, std::move(what)); }

  void start(std::uint64_t id) {
    const request_terms how{100ms + milliseconds(500), static_cast<std::uint32_t>(below(4) + 1),
                            chance(50), chance(20)};
    const auto deadline = chance(20) ? now_ + milliseconds(1000) : never;
    engine_.start({id}, {"echo", body({std::to_string(id)}), deadline}, how, now_);
    if (chance(10))
      in(milliseconds(500), [this, id] { engine_.cancel({id}, now_); });
  }

  void restart(std::size_t broker) {
    kinds_[broker] = any_kind();
    const auto lines = lines_;
    for (const auto& [line, at] : lines)
      if (at == broker)
        engine_.line_lost(line, now_);
  }

  void carry_out() {
    engine_.actions().drain([this](engine_t::action&& action) {
      std::visit(overload{
                   [&](const engine_t::open& line) { lines_[line.line] = line.broker; },
                   [&](const engine_t::close& line) { CHECK(lines_.erase(line.line) == 1); },
                   [&](engine_t::send& out) { on_sent(out); },
                   [&](const engine_t::partial& news) {
                     CHECK(ended_.count(news.request.value) == 0);
                     pieces_[news.request.value].append(news.body);
                   },
                   [&](const engine_t::restarted& news) { pieces_[news.request.value] = {}; },
                   [&](engine_t::finished& news) { on_finished(news); },
                   [&](const engine_t::failed& news) { on_end(news.request.value); },
                 },
                 action);
    });
  }

  void on_end(std::uint64_t id) {
    const bool is_first = ended_.insert(id).second;
    CHECK(is_first);
  }

  void on_finished(engine_t::finished& news) {
    const auto id = news.request.value;
    on_end(id);
    auto reply = pieces_[id];
    reply.append(std::move(news.body));
    // "ID/0", "ID/1", ...: whole, in order, and nobody else's.
    for (std::size_t i = 0; i < reply.size(); ++i)
      CHECK(reply[i].text() == std::to_string(id) + "/" + std::to_string(i));
  }

  void on_sent(engine_t::send& out) {
    REQUIRE(lines_.contains(out.line));
    const auto kind = kinds_[lines_.at(out.line)];
    const auto line = out.line;
    if (out.command.service == "mmi.version") {
      CHECK(out.command.path.address.empty());
      if (kind == broker_kind::without_mmi || chance(drop_percent_))
        return;
      const auto reply = kind == broker_kind::ours ? ours() : version_answer("501", "");
      for (int i = chance(20) ? 2 : 1; i > 0; --i)
        in(milliseconds(200), [this, line, reply] { engine_.handle(line, reply, now_); });
      return;
    }
    // Another kind of broker would not understand, and its restart ends the line.
    CHECK((out.command.path.address.empty() || kind == broker_kind::ours));
    if (chance(drop_percent_))
      return;
    // A second reply in pieces, mixed with the first, would be more than a network can do.
    const auto pieces = config_.version == v0_2 && chance(30) ? below(4) : 0;
    for (int copies = pieces == 0 && chance(20) ? 2 : 1; copies > 0; --copies)
      reply(line, out.command, pieces, milliseconds(800));
  }

  /// With so many pieces before the last, and perhaps not to the end.
  void reply(line_id line, const wire::client_request& asked, std::uint64_t pieces, duration wait) {
    const auto id = std::string(asked.body[0].text());
    for (std::uint64_t i = 0; i < pieces; ++i, wait += milliseconds(50))
      in(wait, [this, line, asked, text = id + "/" + std::to_string(i)] {
        engine_.handle(line, wire::client_partial{asked.path, asked.service, body({text})}, now_);
      });
    if (pieces > 0 && chance(20))
      return;
    in(wait, [this, line, asked, text = id + "/" + std::to_string(pieces)] {
      engine_.handle(line, wire::client_final{asked.path, asked.service, body({text})}, now_);
    });
  }

  void check_bounds() {
    CHECK(lines_.size() == engine_.line_count());
    CHECK(lines_.size() <= config_.max_lanes + config_.brokers * (config_.window + 2));
  }

  std::mt19937_64 random_;
  client_engine_config config_;
  std::uint64_t drop_percent_ = 0;
  engine_t engine_;
  time_point now_ = at(0s);
  std::multimap<time_point, event> events_; // equal times in the order they were added
  std::vector<broker_kind> kinds_;
  std::map<line_id, std::size_t> lines_;
  std::map<std::uint64_t, message> pieces_;
  std::set<std::uint64_t> ended_;
};

} // namespace

TEST_CASE("T6 whatever brokers and networks do, each request ends once and with its own reply") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    chaos(seed).run();
  }
}
