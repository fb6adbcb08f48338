#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Every number of the system, with its unit and the reason for it. What is configurable starts from
/// here; nothing else in the tree may hold a number of its own.
namespace mdp::defaults {

using namespace std::chrono_literals;

// -- wire: what a message may be (T8, T11) ---------------------------------------------------------

/// Frames in one multipart. Real bodies have a handful; the bound keeps a hostile peer from making
/// one message a million allocations.
inline constexpr std::size_t max_message_frames = 1024;

/// Bytes in one multipart. Large enough for documents and images, small enough that a handful of
/// peers cannot exhaust a machine.
inline constexpr std::size_t max_message_bytes = 64U << 20U;

/// Bytes in a service name (T11). RFC 7 asks for a printable string and gives no length.
inline constexpr std::size_t max_service_name_bytes = 255;

/// Bytes in a client address frame. libzmq's routing ids end at 255.
inline constexpr std::size_t max_address_bytes = 255;

/// Address frames in front of a client's delimiter: proxies in a row plus a correlation id (T19).
inline constexpr std::size_t max_envelope_frames = 8;

/// Requests one worker connection may hold at a time; the announced capacity's upper end.
inline constexpr std::uint32_t max_worker_capacity = 65536;

/// Requests the broker gives one worker at a time, whatever that announces. More than hides any round
/// trip, and as many messages as libzmq queues for one peer (`high_water_mark`): beyond it they would
/// only be parked here, for a worker that does not even read.
inline constexpr std::uint32_t max_granted_capacity = 1000;

// -- payloads ---------------------------------------------------------------------------------------

/// Frames and bytes of a message that is nested in one frame of another, and bytes of a protocol
/// buffer in a frame: what a message may have on the wire at all.
inline constexpr std::size_t max_nested_frames = max_message_frames;
inline constexpr std::size_t max_nested_bytes = max_message_bytes;
inline constexpr std::size_t max_protobuf_bytes = max_message_bytes;

// -- heartbeats -------------------------------------------------------------------------------------

/// Pause after which a silent side says HEARTBEAT. The interval of the ZeroMQ guide's peers, with
/// which ours must agree (7-38).
inline constexpr std::chrono::milliseconds heartbeat_interval = 2500ms;

/// Missed intervals after which the other side is gone (7-39 says 3 to 5). 4 forgives one lost beat
/// and a late one.
inline constexpr std::uint32_t heartbeat_liveness = 4;

/// How long a worker that holds a request may stay silent under the lenient busy policy (T1): stock
/// single-threaded workers cannot beat while they compute.
inline constexpr std::chrono::minutes busy_timeout = 5min;

/// How long a worker may beat and still not answer a request, nor continue it by a PARTIAL. Longer than
/// work that somebody waits for; short enough that a client, its session and its request do not
/// hang on a worker that is stuck for ever.
inline constexpr std::chrono::minutes answer_timeout = 60min;

// -- requests ---------------------------------------------------------------------------------------

/// Tries a request gets before it is given up. Two workers' deaths can be chance; at the third the
/// request itself is the suspect.
inline constexpr std::uint32_t request_attempts = 3;

/// How long a request may wait for its answer in the broker (7-12). Longer than any sensible client
/// waits, short enough that abandoned work does not pile up.
inline constexpr std::chrono::minutes request_ttl = 1min;

/// Requests one client may have open (7-13).
inline constexpr std::size_t client_window = 256;

/// Memory held by one client's open requests, and by the partial replies held back for them, in
/// bytes: two of the largest messages, or the whole window of ordinary ones.
inline constexpr std::size_t client_max_bytes = 128U << 20U;

/// Requests waiting in one service's queue.
inline constexpr std::size_t queue_max_requests = 100'000;

/// Memory held by requests waiting or in flight in one service's queue, in bytes.
inline constexpr std::size_t queue_max_bytes = 256U << 20U;

/// Clients that may come into a queue's round when hardly anybody was there as it began: few enough
/// that the next round is near, enough that two newcomers are not in each other's way.
inline constexpr std::size_t round_newcomers = 16;

/// Requests accepted and not yet answered in the whole broker, and the memory they hold, in bytes.
/// Ten services that are full do not exhaust a small machine.
inline constexpr std::size_t broker_max_requests = 1'000'000;
inline constexpr std::size_t broker_max_bytes = std::size_t{2} << 30U;

/// Services a broker knows at a time, waiting requests' included (T8).
inline constexpr std::size_t max_services = 10'000;

/// One in so many of them is for services that workers offer: names that clients make up cannot take it.
inline constexpr std::size_t offered_services_part = 4;

/// How long a service without workers and requests is remembered (T8).
inline constexpr std::chrono::seconds service_linger = 30s;

/// Partial replies held back for a 0.1 client before its one REPLY (T4): frames and bytes.
inline constexpr std::size_t held_partial_frames = 1000;
inline constexpr std::size_t held_partial_bytes = 16U << 20U;

/// How long a client without open requests keeps its session (T5). To open another costs next to
/// nothing, and a client of one request that has gone is not seen to go: with this, five thousand
/// new ones a second stay within `max_peers`.
inline constexpr std::chrono::seconds session_idle_timeout = 10s;

/// How often a queue, a session or a tombstone set looks for what is due when nothing nearer is.
inline constexpr std::chrono::milliseconds housekeeping_interval = 1s;

// -- dispatch ---------------------------------------------------------------------------------------

/// What one job given to a worker adds to its load until it reports again, and the load of a worker
/// that never does, in thousandths of what its machine can do. A tenth of a processor: enough that a
/// hundred requests between two reports spread, little enough that a busy machine is left in peace.
inline constexpr std::uint32_t load_per_job = 100;
inline constexpr std::uint32_t assumed_load = 1000;

/// The highest load that is believed, in thousandths; who reports more is as loaded as that.
inline constexpr std::uint32_t max_load = 1'000'000;

/// Points of one worker on the ring of a sticky service. The shares of keys then differ by a fifth
/// or so, and a worker costs a few kilobytes.
inline constexpr std::size_t sticky_points = 32;

/// Points that are looked at for a worker with room, from a key on. With most workers full it is
/// quicker, and as good, to take whoever is free.
inline constexpr std::size_t sticky_steps = 256;

/// Turns in a row that a class of priority may have while a lower one waits.
inline constexpr std::uint32_t priority_burst = 8;

/// Rules about services and about priorities that a broker may be given, each. They are looked
/// through for each new service, those about priorities for each request.
inline constexpr std::size_t max_service_rules = 1000;

// -- dead letters -----------------------------------------------------------------------------------

/// Notes about requests whose attempts were used up, how many are kept and what memory they may
/// hold, in bytes. Enough to see a pattern; the latest count.
inline constexpr std::size_t max_dead_letters = 1000;
inline constexpr std::size_t dead_letters_max_bytes = 1U << 20U;

/// Bytes of a request's first frame that such a note shows: mostly a method's name or a header.
inline constexpr std::size_t dead_letter_head_bytes = 32;

/// How long a request waits for a worker of the dead-letter service. Longer than other requests: no
/// client waits, and whoever looks at them may be a person.
inline constexpr std::chrono::hours dead_letter_ttl = 1h;

// -- management (RFC 8) -------------------------------------------------------------------------------

/// Questions under `mmi` that may be open in the whole broker. They live for milliseconds; far more
/// than this is a loop.
inline constexpr std::size_t mmi_max_questions = 10'000;

/// How long a question waits for the reports it is about.
inline constexpr std::chrono::seconds mmi_patience = 1s;

/// Pause between two rounds in which all queues are asked for listings, and what each report in the
/// last one adds to it: about ten times what a report costs, so that whoever asks in a loop takes a
/// tenth of the broker's time at most.
inline constexpr std::chrono::milliseconds mmi_pause = 10ms;
inline constexpr std::chrono::microseconds mmi_pause_per_report = 20us;

/// Bytes of all answers of one round, whoever asked: a list of ten thousand workers is a megabyte,
/// and a question is a few bytes. Far below what is on its way to the loop may be.
inline constexpr std::size_t mmi_round_max_bytes = 8U << 20U;

// -- peers ------------------------------------------------------------------------------------------

/// Peers that were told to go and are remembered so that they are told only once (T9), and for how
/// long. Small: a forgotten one is merely told again.
inline constexpr std::size_t max_tombstones = 10'000;
inline constexpr std::chrono::seconds tombstone_lifetime = 30s;

/// Peers (sessions and connections) a broker serves at a time.
inline constexpr std::size_t max_peers = 50'000;

/// What one slow peer may have parked in the broker, and for how long, before it is dropped (T21).
inline constexpr std::size_t backlog_max_bytes = 64U << 20U;
inline constexpr std::size_t backlog_max_messages = 10'000;
inline constexpr std::chrono::seconds backlog_max_age = 30s;

/// What all slow peers of one socket may have parked together, in bytes: a thousand of them, each
/// within its own budget, could still exhaust a machine.
inline constexpr std::size_t backlog_total_bytes = 512U << 20U;

/// What libzmq may hold in large frames for one peer, and for all peers of a socket, in bytes; what is
/// over it is parked here. A window wide enough for a fast link, and far below what its own bound of
/// a thousand messages would allow: 1 GiB for a client that reads none of its replies of 1 MiB.
inline constexpr std::size_t transit_peer_bytes = 16U << 20U;
inline constexpr std::size_t transit_total_bytes = 512U << 20U;

/// Frames above this size, in bytes, count: a thousand that do not are as much as a peer may have.
inline constexpr std::size_t transit_counted_from = 16U << 10U;

/// Peers' accounts before those that hold nothing are looked for.
inline constexpr std::size_t transit_sweep = 64;

/// Pause before a parked message is tried again, doubling up to the second number. POLLOUT cannot
/// be used: with ROUTER_MANDATORY it is true as soon as any peer has room.
inline constexpr std::chrono::milliseconds backlog_retry_min = 2ms;
inline constexpr std::chrono::milliseconds backlog_retry_max = 50ms;

/// After the socket has lost connections, how long until the workers that hold requests are probed,
/// and the pause between two such rounds: well within the second in which a killed worker's request
/// shall be with another one, and cheap even if clients come and go all the time.
inline constexpr std::chrono::milliseconds probe_delay = 50ms;
inline constexpr std::chrono::milliseconds probe_interval = 250ms;

/// Connections of one worker's process; each has a socket and a thread.
inline constexpr std::uint32_t max_worker_connections = 1024;

// -- admission (RFC 27) -----------------------------------------------------------------------------

/// Bytes of one field of what libzmq asks, and credentials in it: a name and a password of 255 bytes
/// each are the most that ZMTP has.
inline constexpr std::size_t zap_max_field_bytes = 255;
inline constexpr std::size_t zap_max_credentials = 8;

/// Questions answered in one turn of the loop, so that a flood of connections does not starve those
/// who are in.
inline constexpr std::size_t zap_turn_max_requests = 64;

// -- the loop ---------------------------------------------------------------------------------------

/// Messages and bytes read from all sockets in one turn, before what is to be sent gets its turn.
/// libzmq handles 256 events a turn itself (`max_io_events`).
inline constexpr std::size_t turn_max_messages = 256;
inline constexpr std::size_t turn_max_bytes = 1U << 20U;

/// What a loop may have given to its actors that they are not done with; beyond it reads nothing
/// until they are (T16). Each message weighs one, and one more for so many bytes: this is 16 full
/// turns, 4096 messages or 16 MiB, and what one turn more has read. A batch is usually done within its
/// turn, as the loop runs the actors itself.
inline constexpr std::size_t load_unit_bytes = turn_max_bytes / turn_max_messages;
inline constexpr std::size_t max_open_load = 16 * turn_max_messages;

/// Bytes that a connection may receive beyond the largest message before it must have delivered one: the
/// system's and libzmq's buffers; and how many it may receive before anybody counts. How often that is
/// looked at.
inline constexpr std::size_t endless_slack_bytes = 16U << 20U;
inline constexpr std::chrono::seconds endless_look_interval = 1s;

/// How long a loop without room for another batch waits before it looks again.
inline constexpr std::chrono::milliseconds no_room_pause = 1ms;

/// Actor resumptions, and messages that actors are handed, in one turn of the loop, so that a storm of
/// messages cannot starve the sockets.
inline constexpr std::size_t turn_max_resumes = 4096;

/// Messages an actor handles in one resumption; CAF's own default lets one actor run for ever.
inline constexpr std::size_t actor_throughput = 256;

/// Frames up to this size, in bytes, are copied when received instead of referring to libzmq's
/// buffer, which can be 8 KiB for a body of 64 bytes (T23).
inline constexpr std::size_t copy_frames_up_to = 512;

/// What a frame that refers to libzmq's input buffer may hold on to besides its bytes (T23):
/// libzmq's `in_batch_size`.
inline constexpr std::size_t receive_buffer_bytes = 8192;

/// Commands and bytes on their way to the loop. Reached only when the loop is stuck or the machine
/// is overloaded: data is then refused and counted, control always has room.
inline constexpr std::size_t outbox_max_commands = 200'000;
inline constexpr std::size_t outbox_max_bytes = 512U << 20U;

/// ZMQ_SNDHWM and ZMQ_RCVHWM, in messages for each peer. libzmq's own default; never 0 (unlimited).
inline constexpr int high_water_mark = 1000;

/// ZMQ_HEARTBEAT_IVL and ZMQ_HEARTBEAT_TIMEOUT: the last resort against peers that vanished without a
/// word. Rare, as each answer makes libzmq search all timers of its thread: with 11 000 connections
/// and 5 s the thread had no time for anything else.
inline constexpr std::chrono::milliseconds zmtp_heartbeat_interval = 60s;
inline constexpr std::chrono::milliseconds zmtp_heartbeat_timeout = 180s;

/// TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT: so the kernel notices within 25 s that a host has
/// vanished, even when MDP itself is silent by right (a busy 0.1 worker, an idle client).
inline constexpr std::chrono::seconds tcp_keepalive_idle = 10s;
inline constexpr std::chrono::seconds tcp_keepalive_interval = 5s;
inline constexpr int tcp_keepalive_count = 3;

/// Descriptors that a broker keeps for itself: its listening sockets, wake-ups, logs, the metrics' and
/// the system's libraries. The others are connections.
inline constexpr std::size_t reserved_descriptors = 64;

/// How long a runtime that stops lets running requests finish, and then its sockets flush.
inline constexpr std::chrono::milliseconds shutdown_grace = 2000ms;
inline constexpr std::chrono::milliseconds flush_grace = 500ms;

// -- reconnecting and restarting ----------------------------------------------------------------------

/// First and longest pause before a worker opens its next socket, each multiplied by a random factor
/// from [1 - jitter, 1 + jitter] so that a broker's restart does not bring all workers at once (T15).
inline constexpr std::chrono::milliseconds reconnect_min = 100ms;
inline constexpr std::chrono::milliseconds reconnect_max = 5000ms;
inline constexpr double reconnect_jitter = 0.3;

/// A conversation that lasted this long counts as a success: the next pause starts small again. More
/// than the patience with a broker that never answers, which is no success.
inline constexpr std::chrono::seconds reconnect_reset = 30s;

/// Restarts a supervisor allows its children within a period before it gives up itself (Erlang/OTP's
/// intensity and period, a little more generous as our children are cheap).
inline constexpr std::uint32_t restart_intensity = 10;
inline constexpr std::chrono::seconds restart_period = 10s;

/// Messages that wait for an actor that has failed and is about to be started again. A second's worth
/// of a busy loop; beyond that they are dropped, and that is said in the log.
inline constexpr std::size_t succession_max_messages = 200'000;

/// Children of one kind and name are one line of a printed tree; so many lines at most below one
/// supervisor, as a service's name is a client's choice.
inline constexpr std::size_t tree_max_children = 200;

// -- client -------------------------------------------------------------------------------------------

/// How long our client waits for a reply before it asks again on a new socket, and how often it asks
/// in all.
inline constexpr std::chrono::milliseconds client_timeout = 5000ms;
inline constexpr std::uint32_t client_attempts = 3;

/// Requests our client has on one connection at a time, those included that it has given up and
/// that may still be answered: half of what a broker of ours grants a client, so that a client and
/// its successor on a new connection never exceed it together. The others wait in the client.
inline constexpr std::size_t client_pipeline = client_window / 2;

/// Sockets for requests that have one each: all of them with a broker that does not echo envelopes,
/// and streams with any. Each is a few descriptors here and one in the broker.
inline constexpr std::size_t client_lanes = 64;

/// Requests a client may have open, and what memory they may hold, in bytes.
inline constexpr std::size_t client_max_open = 10'000;
inline constexpr std::size_t client_max_open_bytes = 256U << 20U;

/// How long a client waits for the answer to `mmi.version` before it takes a broker for one that does
/// not echo envelopes, and after what time it asks again. The first delays requests, once: some
/// brokers have no MMI and never answer.
inline constexpr std::chrono::milliseconds client_ask_patience = 500ms;
inline constexpr std::chrono::minutes client_ask_again = 1min;

/// How long after a fail-over a client begins to look whether its first broker is back.
inline constexpr std::chrono::seconds client_return_delay = 1s;

/// Parts of replies that one instance of a service, or one connection of a worker, may have on their way
/// before a handler that sends the next waits, and their memory in bytes. More than is held back for a
/// 0.1 client (`held_partial_frames`, `held_partial_bytes`), or such a reply would wait for itself; less
/// than what a socket may have parked (`backlog_max_messages`, `backlog_max_bytes`).
inline constexpr std::size_t stream_credit_parts = 2048;
inline constexpr std::size_t stream_credit_bytes = 32U << 20U;

/// How often who waits there looks whether the reply is still wanted.
inline constexpr std::chrono::milliseconds stream_credit_look = 20ms;

/// Parts of a streamed reply that are read ahead of whoever takes them, and their memory in bytes;
/// beyond, the socket is not read until half of them are taken.
inline constexpr std::size_t stream_max_parts = 64;
inline constexpr std::size_t stream_max_bytes = 8U << 20U;

// -- typed calls (RPC) --------------------------------------------------------------------------------

/// How long a caller waits for a response in all, tries included.
inline constexpr std::chrono::seconds rpc_timeout = 10s;

/// How long a method may take. Half of a request's time to live: what takes longer answers nobody.
inline constexpr std::chrono::seconds rpc_max_duration = 30s;

/// How often within that time it is looked whether methods have taken too long, and the shortest pause
/// between two looks.
inline constexpr int rpc_looks_per_duration = 8;
inline constexpr std::chrono::milliseconds rpc_shortest_look = 1ms;

/// Calls that the methods of one process hold at a time. Each has an argument in memory; what holds
/// more has lost count of them.
inline constexpr std::size_t rpc_max_calls = 1000;

// -- the conformance tool -----------------------------------------------------------------------------

/// How long it waits for what should come. Longer than our worker's longest pause before it connects
/// again, as a healthy peer is never that late.
inline constexpr std::chrono::seconds conformance_patience = 10s;

/// How long it waits to see that nothing comes, or that what leaves no trace was read. A healthy peer
/// reacts within a few milliseconds.
inline constexpr std::chrono::milliseconds conformance_settle = 200ms;

/// Intervals beyond the liveness until a silent side must have been noticed, and intervals in which
/// regular heartbeats are counted.
inline constexpr std::uint32_t conformance_grace_intervals = 2;
inline constexpr std::uint32_t conformance_watched_intervals = 4;

/// How often it plays a check again that failed while its own heartbeats came late.
inline constexpr std::uint32_t conformance_attempts = 3;

/// Requests of one client that wait in front of another client's (7-3).
inline constexpr std::uint32_t conformance_flood_requests = 20;

/// Absurd messages: frames of one, bytes of one frame. Over the bounds of most brokers, yet quick.
inline constexpr std::size_t conformance_absurd_frames = 2000;
inline constexpr std::size_t conformance_absurd_bytes = 1U << 20U;

/// What is shown of a message: frames of it, bytes of each.
inline constexpr std::size_t conformance_shown_frames = 8;
inline constexpr std::size_t conformance_shown_bytes = 40;

// -- logging ------------------------------------------------------------------------------------------

/// Pause between two log lines of a kind that peers can cause at will.
inline constexpr std::chrono::seconds log_interval = 1s;

/// The same for a want of file descriptors, which comes back with every attempt to listen again.
inline constexpr std::chrono::seconds accept_log_interval = 30s;

// -- handlers -----------------------------------------------------------------------------------------

/// Bytes of the text in a reply `mdp-status CODE TEXT`: it is a line for people, whatever an exception
/// has to say.
inline constexpr std::size_t max_status_text_bytes = 1000;

/// How long a runtime that has stopped waits for handlers that still run, once nobody waits for their
/// answers any more. Enough for one that notices (see `responder::is_open()`).
inline constexpr std::chrono::milliseconds handler_grace = 2000ms;

/// Threads for the handlers of one service or worker, and instances of one service. More is a mistake
/// in a configuration, as each is a thread or at least an actor.
inline constexpr std::uint32_t max_handler_threads = 1024;
inline constexpr std::uint32_t max_service_instances = 1024;

// -- programs -----------------------------------------------------------------------------------------

inline constexpr std::string_view broker_endpoint = "tcp://127.0.0.1:5555";

/// How long a program that `mdp-worker --exec` runs may take. Half of a request's time to live: what
/// takes longer answers nobody.
inline constexpr std::chrono::seconds exec_timeout = 30s;

/// What such a program may print, in bytes, before it is ended. Far below what a message may be, as
/// each connection may hold as much.
inline constexpr std::size_t exec_max_output_bytes = 16U << 20U;

/// Between SIGTERM, by which such a program can tidy up, and SIGKILL.
inline constexpr std::chrono::milliseconds exec_kill_grace = 500ms;

} // namespace mdp::defaults
