#pragma once

#include "mdp/actors/compat/interface.hpp"

/// Every actor of the system and every message it takes. Who reads this file has read the
/// architecture: a `<role>_actor` is a handle, the sentence above it says what it is and how many
/// there are, the comment beside a message what it does with it. The messages are defined in
/// `messages.hpp`; all of them are one-way, an answer is another message.
///
///     loop ─ io ─┬─ client session ── registry ── queue ─┬─ worker connection ─ io ─ loop
///                │                       └─ mmi          └─ in-process service
///                ├─ worker connection    (with routing: ── rules ── gate ── registry; gate ── router)
///                └─ worker peer ── in-process service       (in a worker's process)
///
namespace mdp::actors {

struct stop;
// supervision
struct adopt_child;
struct release_child;
struct child_down;
struct list_children;
// the socket loop
struct loop_reported;
struct loop_ended;
struct serve_peers;
struct doors_opened;
struct peer_ended;
struct release_peer;
struct peer_released;
struct open_socket;
struct send_on_socket;
struct close_owned_socket;
struct keys_changed;
// broker
struct request_arrived;
struct command_arrived;
struct invalid_arrived;
struct peer_lost;
struct probe_worker;
struct submit_job;
struct cancel_job;
struct register_sink;
struct sink_accepted;
struct sink_lost;
struct sink_loaded;
struct assign_job;
struct job_answered;
struct answers_ready;
struct answer_arrived;
struct job_refused;
struct deadline_due;
struct queue_idle;
struct queue_restarted;
struct service_staffed;
struct yield_jobs;
struct drain_services;
struct drain_queue;
struct queue_drained;
struct job_died;
struct survey_services;
struct survey_begun;
struct report_service;
struct preview_job;
struct service_reported;
// routing
struct submit_pinned_job;
struct job_returned;
struct router_seated;
struct router_unseated;
struct router_accepted;
struct route_request;
struct route_reply;
struct route_withdrawn;
struct request_decided;
struct reply_decided;
struct worker_joined;
struct worker_departed;
struct routing_event;
struct queues_drained;
// peers
struct socket_opened;
struct socket_failed;
struct connection_refused;
struct broker_told_worker;
struct hand_over_due;
struct handler_threw;
// asking services from actors
struct ask_service;
struct withdraw_question;
struct part_received;
struct parts_voided;
struct question_ended;
struct client_reported;

/// Whatever a supervisor can hold: it can be asked to end.
using stoppable_actor = caf::typed_actor<takes<stop>>; // finish what must be said, then end

/// Watches its children and starts them again by their spec when they fail. One per branch of the
/// tree; runs on the scheduler; shell of `engine::supervision`.
using supervisor_actor = stoppable_actor::extend< //
  takes<adopt_child>,                             // supervise an actor that runs already
  takes<release_child>, // that one ends by agreement: do not start it again
  takes<child_down>,    // a child has ended
  takes<list_children>, // who are they?
  takes<deadline_due>>; // a pause before a restart is over, or somebody's time to end

/// The only one that hears its socket loop: demultiplexes what peers send to their actors, and gives each of these an
/// outlet for what it has to say (`peer_outlet.hpp`). One per loop, of which a broker may have several; runs there.
using io_actor = stoppable_actor::extend< //
  takes<loop_reported>,                   // what one turn of the loop has brought
  takes<loop_ended>,                      // the loop's last word
  takes<serve_peers>,        // a broker is there: bind, and open an actor for each peer
  takes<doors_opened>,       // the first of several loops listens: accept at its doors
  takes<peer_ended>,         // a session or connection is over
  takes<release_peer>,       // a session would be forgotten, if nothing is on its way to it
  takes<deadline_due>,       // connections were lost: look which workers are gone
  takes<open_socket>,        // connect to a broker on behalf of a peer actor
  takes<send_on_socket>,     // send on such a socket
  takes<close_owned_socket>, // close it
  takes<keys_changed>>;      // end the sessions of users that are known no more

/// Takes what clients ask: the service registry, or what routing has put in front of it.
using job_desk_actor = stoppable_actor::extend< //
  takes<submit_job>,                            // a client's request
  takes<submit_pinned_job>,                     // one that only one worker may have
  takes<cancel_job>,                            // its client is gone
  takes<drain_services>>;                       // take nothing more, say when nothing is in flight

/// Hears what became of a request: a client's session, or what routing has put behind it.
using job_owner_actor = caf::typed_actor< //
  takes<answer_arrived>,                  // a queue has an answer, or a part of one
  takes<job_refused>,                     // no answer will come
  takes<job_returned>>;                   // the one worker it was meant for is not there

/// Speaks for one client of the broker (one routing id): opens requests, answers each once. Runs on
/// the loop; shell of `engine::client_link`, which outlives it.
using client_session_actor = stoppable_actor::extend< //
  takes<request_arrived>,                             // the client asks for a service
  takes<peer_lost>,                                   // the socket cannot reach it any more
  takes<peer_released>,                               // it may be forgotten, as it asked to
  takes<answer_arrived>,                              // a queue has an answer, or a part of one
  takes<job_refused>,                                 // a queue says that none will come
  takes<job_returned>,                                // the same of the one worker asked for
  takes<deadline_due>>;                               // look whether it can be forgotten

/// Takes jobs from a service queue: a remote worker or an in-process service, the queue cannot tell.
using job_sink_actor = stoppable_actor::extend< //
  takes<sink_accepted>,                         // this queue will send jobs and takes the answers
  takes<assign_job>>;                           // do this

/// Gives jobs to sinks: a service queue or, in a worker's process, the connection to a broker.
using job_source_actor = stoppable_actor::extend< //
  takes<sink_lost>,                               // a sink is gone
  takes<sink_loaded>,                             // a sink says how loaded it is
  takes<job_answered>,                            // a sink's answer, or a part of one
  takes<answers_ready>>;                          // several of them

/// One instance of an in-process service that is no actor of the user's own: hands each job to the
/// user's handler, on a thread where that may block. Runs on the loop.
using service_instance_actor = job_sink_actor::extend< //
  takes<hand_over_due>,                                // to the threads, what has come until now
  takes<handler_threw>>;                               // the handler has failed: end

/// Speaks for one worker of the broker (one routing id). Runs on the loop; shell of
/// `engine::worker_link`.
using worker_connection_actor = job_sink_actor::extend< //
  takes<command_arrived>,                               // the worker said something
  takes<invalid_arrived>,                               // the worker said something that is not MDP
  takes<probe_worker>,                                  // is it still there?
  takes<peer_lost>,                                     // the socket cannot reach it any more
  takes<deadline_due>>; // a heartbeat is due, or it has been silent for too long

/// One service's jobs and who works on them. One per service name; runs on the loop; shell of
/// `engine::service_queue`, which outlives it: a failed queue is started again with all its jobs.
using service_queue_actor = job_source_actor::extend< //
  takes<submit_job>,                                  // a client's request
  takes<submit_pinned_job>,                           // one that only one worker may have
  takes<cancel_job>,                                  // its client is gone
  takes<register_sink>,                               // a worker offers the service
  takes<report_service>,                              // what does it look like just now?
  takes<preview_job>,                                 // who would get that one?
  takes<yield_jobs>,    // somebody else may serve what waits: give it back
  takes<drain_queue>,   // take nothing more, say when nothing is in flight
  takes<deadline_due>>; // shed what has expired

/// Finds or starts the queue of a service name. All submissions and registrations pass it, so it
/// knows when a queue is no longer needed. One per broker; runs on the loop.
using service_registry_actor = job_desk_actor::extend< //
  takes<register_sink>,                                // to the service's queue
  takes<preview_job>,                                  // to the service's queue
  takes<queue_idle>,                                   // a queue has had nothing to do for a while
  takes<queue_restarted>, // a queue failed and is back under a new handle
  takes<service_staffed>, // workers have come or gone: what waits may be served elsewhere
  takes<job_died>,        // a request to hand to the dead-letter service, and to note
  takes<survey_services>, // MMI asks about one or all services
  takes<queue_drained>>;  // one queue is done with that

/// Sends requests where the configuration's rules say, answers of mirrored ones nowhere. At most one
/// per broker, in front of all else; runs on the loop; shell of `engine::route_rules`.
using route_desk_actor = job_desk_actor::extend< //
  takes<answer_arrived>,                         // to a mirrored request
  takes<job_refused>,                            // likewise
  takes<job_returned>>;                          // likewise

/// Takes a router's verdicts.
using verdict_taker_actor = caf::typed_actor< //
  takes<request_decided>,                     // what becomes of a request
  takes<reply_decided>>;                      // what becomes of a reply

/// Decides where requests go and which replies return: the user's. It gets `router_accepted` first and
/// tells its verdicts to the gate named there. Runs on the scheduler.
using router_actor = stoppable_actor::extend< //
  takes<router_accepted>,                     // this gate asks from now on
  takes<route_request>,                       // decide about a request
  takes<route_reply>,                         // decide about a reply, or a part of one
  takes<route_withdrawn>,                     // nobody waits for that verdict any more
  takes<routing_event>>;                      // workers and services come and go

/// Where requests and replies wait for the verdict of one router, which may fail and come back. One per
/// router, one behind the other; runs on the loop; shell of `engine::route_gate`, which outlives it.
using routing_gate_actor = job_desk_actor::extend< //
  takes<answer_arrived>,                           // a reply to what has passed
  takes<job_refused>,                              // no reply to that will come
  takes<job_returned>,                             // the worker chosen for it is not there
  takes<router_seated>,                            // a router is there
  takes<router_unseated>,                          // it has ended
  takes<request_decided>,                          // the router's verdict about a request
  takes<reply_decided>,                            // and about a reply
  takes<worker_joined>,                            // a queue has a worker more
  takes<worker_departed>,                          // and one less
  takes<queues_drained>,                           // nothing is with workers any more
  takes<deadline_due>>;                            // shed what has expired

/// Answers requests under `mmi.` (RFC 8) from what the queues say. One per broker; runs on the loop.
using mmi_actor = stoppable_actor::extend< //
  takes<submit_job>,                       // a question
  takes<survey_begun>,                     // so many queues will report
  takes<service_reported>,                 // one of them does
  takes<job_died>,                         // keep a note of it
  takes<deadline_due>>;                    // a pause is over, or a report is missing

/// One worker connection of a worker's process: one DEALER socket, one conversation. When that is
/// over the actor ends, and its supervisor starts the next on a new socket (7-32). Runs on the loop;
/// shell of `engine::worker_engine`.
using worker_peer_actor = job_source_actor::extend< //
  takes<socket_opened>,                             // the socket is there: say READY
  takes<socket_failed>,                             // it is not to be had
  takes<connection_refused>,                        // the broker does not let us in
  takes<broker_told_worker>,                        // the broker said something
  takes<invalid_arrived>,                           // the broker said something that is not MDP
  takes<deadline_due>>; // a heartbeat is due, or the broker has been silent for too long

/// Whoever asks services by way of a service proxy: the user's.
using service_customer_actor = caf::typed_actor< //
  takes<part_received>,                          // a part of a reply
  takes<parts_voided>,                           // forget the parts so far
  takes<question_ended>>;                        // the reply, or why there is none

/// Asks services, anywhere, on behalf of actors of a program, through its `mdp::client`. Runs on the
/// scheduler.
using service_proxy_actor = stoppable_actor::extend< //
  takes<ask_service>,                                // ask
  takes<withdraw_question>,                          // forget it
  takes<client_reported>>;                           // what the client's thread has to say

} // namespace mdp::actors
