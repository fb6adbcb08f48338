#include "conformance/findings.hpp"
#include "conformance/little_broker.hpp"

#include <doctest/doctest.h>

#include <future>
#include <semaphore>
#include <utility>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;
using defect = broker_defect;

namespace {

struct story {
  const char* name;
  defect wrong;
  std::set<std::string> deviating;
  std::vector<std::string> only{}; ///< items; all when empty
};

// -- titles that more than one story needs --------------------------------------------------------

const std::string reply_frames = "a reply is written as it should, its body untouched";
const std::string partials_in_order = "PARTIAL replies reach the client one by one, in order";
const std::string one_last_reply = "one request gets one last reply, and nothing behind it";
const std::string new_try = "a client that gave up can ask again on a new socket";
const std::string fair_turns = "one client's many requests do not hold up another's";
const std::string queued = "a request waits for a service that nobody offers yet";
const std::string request_frames = "a REQUEST is written as it should, its body untouched";
const std::string one_address =
  "a REQUEST has exactly one client address, and an empty frame behind it";
const std::string own_client = "an answer goes to the client whose address it carries";
const std::string one_at_a_time = "a worker gets its next request after its answer";
const std::string partial_is_busy = "a PARTIAL does not free its worker";
const std::string ready_twice = "a second READY is answered with DISCONNECT";
const std::string beat_first = "a HEARTBEAT before READY is answered with DISCONNECT";
const std::string answer_first = "an answer before READY is answered with DISCONNECT";
const std::string partial_first = "a PARTIAL before READY is answered with DISCONNECT";
const std::string idle_answer = "an answer without a request goes nowhere and ends in DISCONNECT";
const std::string idle_partial = "a PARTIAL without a request goes nowhere and ends in DISCONNECT";
const std::string left_idle = "nothing is sent to a worker after its DISCONNECT";
const std::string left_busy = "nothing is sent to a worker that left with a request in hand";
const std::string idle_beats = "an idle worker gets heartbeats regularly, written as they should";
const std::string busy_beats = "a busy worker gets heartbeats regularly";
const std::string answers_count = "answers count as heartbeats";
const std::string surplus_beats = "there are no heartbeats while there are requests";
const std::string silent_gone = "a silent worker counts as gone and gets no requests";
const std::string silent_behind = "a silent worker behind a live one is noticed as well";
const std::string silence_for_silent = "nothing more is sent to a worker that fell silent";
const std::string request_of_the_dead = "the request of a worker that died goes to another";
const std::string left_first = "a DISCONNECT before READY is not answered";
const std::string beat_any_time = "a HEARTBEAT is welcome at any time after READY";
const std::string cross_answer = "a worker cannot answer another worker's client";
const std::string no_ready_answer = "nothing answers a READY";
const std::string bad_answer = "an answer without the empty frame behind the address is dropped";
const std::string bad_request = "a request without a body is dropped";
const std::string mmi_ready = "a worker that offers a name under mmi. is told to go";
const std::string mmi_frames = "a reply of MMI is written as it should";
const std::string mmi_200 = "200 for a service with a worker";
const std::string mmi_200_busy = "200 for a service whose only worker is busy";
const std::string mmi_404 = "404 for a service that has no worker";
const std::string mmi_404_left = "404 for a service whose only worker said DISCONNECT";
const std::string mmi_404_silent = "404 for a service whose only worker fell silent";

std::set<std::string> in_v0_2(std::set<std::string> titles) {
  std::set<std::string> result;
  for (const auto& title : titles)
    result.insert(title + " (0.2)");
  return result;
}

const std::vector<story>& stories() {
  static const std::vector<story> all{
    {"none", defect::none, {}},
    {"answers READY", defect::answers_ready, {no_ready_answer}},
    {"ignores DISCONNECT", defect::ignores_disconnect, {left_idle, left_busy, mmi_404_left}},
    {"takes READY twice", defect::takes_ready_twice, {ready_twice}},
    {"tolerates strangers", defect::tolerates_strangers, {beat_first, answer_first, partial_first}},
    {"passes idle answers", defect::passes_idle_answers, {idle_answer, idle_partial}},
    {"trusts addresses", defect::trusts_addresses, {cross_answer}},
    {"needs no delimiter", defect::needs_no_delimiter, {bad_answer}},
    {"needs no body", defect::needs_no_body, {bad_request}},
    {"is deaf after one frame",
     defect::deaf_after_one_frame,
     {"client messages cut short anywhere harm nobody"}},
    {"dies of one frame",
     defect::dies_of_one_frame,
     {"client messages cut short anywhere harm nobody"}},
    {"is silent to the busy", defect::silent_to_busy, {busy_beats}},
    {"never beats", defect::never_beats, {idle_beats, busy_beats}},
    {"beats always", defect::beats_always, {surplus_beats}},
    {"beats with a frame too many", defect::long_heartbeats, {idle_beats, busy_beats}},
    {"counts beats only", defect::only_beats_count, {answers_count}},
    {"never expires",
     defect::never_expires,
     {silent_gone, silent_behind, silence_for_silent, request_of_the_dead, mmi_404_silent}},
    {"beats for the dead", defect::beats_for_the_dead, {silence_for_silent, request_of_the_dead}},
    {"forgets requests of the dead", defect::forgets_requests, {request_of_the_dead}},
    // All that takes longer than a heartbeat, which is a long one therefore, fails here. So only what
    // never does, or always, is played.
    {"swaps 05 and 06",
     defect::swaps_codes,
     in_v0_2({ready_twice, beat_first, answer_first, partial_first, idle_answer, idle_partial,
              left_idle, left_busy, left_first, idle_beats, busy_beats, beat_any_time, mmi_ready}),
     {"18-3", "18-5", "18-8", "18-9", "7-24", "7-27", "7-28", "7-30", "7-35", "7-38", "8-2"}},
    {"delimits 0.2", defect::delimits_v0_2, in_v0_2({reply_frames, partials_in_order, mmi_frames})},
    {"drops body frames", defect::drops_body_frames, {reply_frames, request_frames}},
    {"repeats the address", defect::repeats_address, {one_address}},
    {"replies twice", defect::replies_twice, {one_last_reply}},
    {"mixes up clients",
     defect::mixes_up_clients,
     {own_client, one_at_a_time, partial_is_busy, new_try, queued, fair_turns, cross_answer}},
    {"first come, first served", defect::first_come_first_served, {fair_turns}},
    {"overloads", defect::overloads, {fair_turns, one_at_a_time, partial_is_busy}},
    {"is freed by PARTIAL", defect::partial_frees, {partial_is_busy}},
    {"does not queue", defect::does_not_queue, {queued}},
    {"finds everything", defect::finds_everything, {mmi_404, mmi_404_left, mmi_404_silent}},
    {"finds nothing", defect::finds_nothing, {mmi_200, mmi_200_busy}},
    {"knows no 501", defect::no_501, {"501 for all else under mmi."}},
    {"leaves mmi. open",
     defect::leaves_mmi_open,
     {mmi_ready, "no worker gets requests for a name under mmi."}},
    {"reserves too much",
     defect::reserves_too_much,
     {"a name that merely looks like mmi. is an ordinary one"}},
  };
  return all;
}

/// Both versions for the broker that has no defect. Of the others each plays one, in turns, for the
/// sake of time; some defects show in 0.2 only.
std::vector<conformance::version> versions_for(std::size_t index) {
  using conformance::version;
  const auto& told = stories()[index];
  if (told.wrong == defect::none)
    return {version::v0_1, version::v0_2};
  const auto deviates = [&](const std::string& title) { return told.deviating.contains(title); };
  const bool needs_v0_2 = !told.only.empty() || told.wrong == defect::delimits_v0_2 ||
                          deviates(partial_first) || deviates(idle_partial) ||
                          deviates(partial_is_busy);
  return {needs_v0_2 || index % 2 == 0 ? version::v0_2 : version::v0_1};
}

tl::expected<conformance::report, std::string> play(std::size_t index) {
  // They mostly wait, so many may go on side by side; not all, or they wait for the processor.
  static std::counting_semaphore<> places(12);
  places.acquire();
  const little_broker broker(stories()[index].wrong);
  auto set = fast_settings(broker.endpoint());
  if (stories()[index].wrong == defect::swaps_codes)
    set.heartbeat = 2 * broker.heartbeat(); // the broker's comes first
  set.patience = 5s;
  set.versions = versions_for(index);
  set.only = stories()[index].only;
  auto result = check_broker(set);
  places.release();
  return result;
}

} // namespace

TEST_CASE("each defect of a broker is found by exactly the checks that are about it") {
  std::vector<std::future<tl::expected<conformance::report, std::string>>> reports;
  for (std::size_t i = 0; i < stories().size(); ++i)
    reports.push_back(std::async(std::launch::async, play, i));
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const auto report = reports[i].get();
    const std::string broker_that = stories()[i].name;
    CAPTURE(broker_that);
    REQUIRE(report);
    CHECK(wrong_findings(*report, stories()[i].deviating) == "");
  }
}
