"""Peers that know the protocol and break it in the middle of a conversation: too early, twice, late, in somebody
else's name, without end. What the defects of other brokers would do is done to ours, with bare frames."""

import json
import pathlib
import socket as tcp
import struct
import time

import zmq

from _mdp import (
    CLIENT,
    DISCONNECT,
    FINAL,
    HEARTBEAT,
    PARTIAL_02,
    PATIENCE_S,
    READY,
    REQUEST,
    WORKER,
    Broker,
    Worker,
    ask,
    client_reply,
    client_request,
    context,
    dealer,
    eventually,
    run,
    wait_for_service,
    worker_message,
)

VERSIONS = ("0.1", "0.2")
QUIET = ("--heartbeat", "60s")  # nothing of the broker's own accord stands in front of what a worker waits for
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)
ZMTP_READY = b"\x04\x29\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00"


def bare_connection(broker):
    """A DEALER by hand, whose handshake is over: libzmq hangs up on who sends a message before that."""
    connection = tcp.create_connection(("127.0.0.1", broker.port))
    connection.settimeout(PATIENCE_S)
    connection.sendall(GREETING + ZMTP_READY)
    heard = b""
    while b"\x05READY" not in heard:
        some = connection.recv(4096)
        assert some, "the broker hung up on a greeting"
        heard += some
    return connection


def counters(broker):
    """All counters of the broker, as mmi.stats shows them. Asked by one client that stays: it counts as well."""
    if not hasattr(broker, "observer"):
        broker.observer = dealer(broker.endpoint)
    status, text = ask(broker.observer, "0.2", b"mmi.stats", b"")
    assert status == b"200", status
    return json.loads(text)


def dropped(broker, reason):
    return counters(broker)["mdp_broker_messages_dropped_total"][reason]


def hears_nothing_else(client, version):
    """The next message a client gets is the answer to what it asks now: nothing was in front of it."""
    assert ask(client, version, b"mmi.service", b"none") == [b"404"]


def hears_only_work(broker, worker, version):
    """The next message a worker gets is the request it offers to take now: nothing was in front of it."""
    hears_only_work.count += 1
    service = b"probe-%d" % hears_only_work.count
    worker.send_multipart(worker_message(version, READY, service))
    client = dealer(broker.endpoint)
    client.send_multipart(client_request(version, service, b"x"))
    request = worker.recv_multipart()
    head = worker_message(version, REQUEST)
    assert request[: len(head)] == head, f"7-30 something in front of a request: {request}"
    worker.send_multipart(worker_message(version, FINAL[version], *request[len(head) :]))
    assert client.recv_multipart() == client_reply(version, service, b"x")
    client.close()


hears_only_work.count = 0


def named_dealer(endpoint, name):
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.ROUTING_ID, name)
    socket.linger = 0
    socket.rcvtimeo = PATIENCE_S * 1000
    socket.connect(endpoint)
    return socket


def an_answer_of_a_stranger():
    """Z3 M2 O6 18-13 who answers before it has said READY is told to go, once, and asked nothing"""
    with Broker(*QUIET) as broker:
        for version in VERSIONS:
            for command in {FINAL[version], PARTIAL_02}:
                stranger = dealer(broker.endpoint)
                for _ in range(3):
                    stranger.send_multipart(worker_message(version, command, b"client", b"", b"x"))
                assert stranger.recv_multipart() == worker_message(version, DISCONNECT[version])
                hears_only_work(broker, stranger, version)
                stranger.close()


def a_goodbye_before_anything():
    """7-27 O6 DISCONNECT before READY is not answered, nor what follows it; a READY is heard again"""
    with Broker(*QUIET) as broker:
        for version in VERSIONS:
            worker = dealer(broker.endpoint)
            worker.send_multipart(worker_message(version, DISCONNECT[version]))
            worker.send_multipart(worker_message(version, FINAL[version], b"client", b"", b"x"))
            hears_only_work(broker, worker, version)
            worker.close()


def a_worker_that_leaves():
    """7-28 O1 G2 a worker that said DISCONNECT is asked nothing more, and counts no more"""
    with Broker(*QUIET) as broker:
        for version in VERSIONS:
            service = b"work-" + version.encode()
            worker = Worker(broker.endpoint, service, version)
            wait_for_service(broker.endpoint, service)
            worker.say(DISCONNECT[version])
            client = dealer(broker.endpoint)
            eventually(lambda: ask(client, version, b"mmi.service", service) == [b"404"], "it counts still")
            client.send_multipart(client_request(version, service, b"x"))
            next_one = Worker(broker.endpoint, service, version)
            address, body = next_one.next_request()
            next_one.finish(address, *body)
            assert client.recv_multipart() == client_reply(version, service, b"x")
            hears_only_work(broker, worker.socket, version)
            for peer in (worker, next_one, client):
                peer.close()


def commands_that_ended_others():
    """G1 P1 O15 Z2 the very messages that ended other brokers end nothing here"""
    with Broker() as broker:
        for frames in (
            [b"", b"\x04", b"service", b"x"],
            [b"", CLIENT["0.1"], b"//:\xff?#", b"x"],
            [b"", CLIENT["0.1"], b"http://[::1/", b"x"],
            [b"", WORKER["0.1"], HEARTBEAT["0.1"], b"req"],
            [WORKER["0.2"], HEARTBEAT["0.2"], b"req"],
            [b"", WORKER["0.1"], READY],
            [b""],
        ):
            peer = dealer(broker.endpoint)
            peer.send_multipart(frames)
            peer.close(linger=10_000)  # what it said is on its way still
        invalid = lambda: sum(counters(broker)["mdp_broker_messages_invalid_total"].values())
        accepted = lambda: counters(broker)["mdp_broker_requests_accepted_total"]
        # One is a request for a service with a strange name. They come in any order, each on a connection of its own.
        eventually(lambda: (invalid(), accepted()) == (6, 1), "not all were counted")
        seen = counters(broker)
        assert seen["mdp_broker_workers_total"] == 0, seen


def a_heartbeat_too_long():
    """P1 7-17 18-9 a HEARTBEAT with a frame behind it is no HEARTBEAT: its worker is told to go"""
    with Broker() as broker:
        for version in VERSIONS:
            worker = Worker(broker.endpoint, b"work", version)
            worker.say(HEARTBEAT[version], b"req")
            command, _ = worker.next_command()
            assert command == DISCONNECT[version], command
            worker.close()


def two_finals():
    """Z4 T6 18-10 a second FINAL reaches nobody and ends its worker; the next client's request goes elsewhere"""
    with Broker() as broker:
        for version in VERSIONS:
            service = b"work-" + version.encode()
            worker = Worker(broker.endpoint, service, version)
            client, other = dealer(broker.endpoint), dealer(broker.endpoint)
            client.send_multipart(client_request(version, service, b"x"))
            address, body = worker.next_request()
            worker.finish(address, *body)
            worker.finish(address, b"again")
            assert client.recv_multipart() == client_reply(version, service, b"x")
            command, _ = worker.next_command()
            assert command == DISCONNECT[version], command
            other.send_multipart(client_request(version, service, b"y"))
            honest = Worker(broker.endpoint, service, version)
            address, body = honest.next_request()
            assert body == [b"y"], body
            honest.finish(address, *body)
            assert other.recv_multipart() == client_reply(version, service, b"y")
            hears_nothing_else(client, version)
            for peer in (worker, honest, client, other):
                peer.close()


def a_reply_in_somebody_elses_name():
    """Z10 T7 G4 18-13 a reply to a living peer's routing id reaches nobody, in both versions"""
    with Broker() as broker:
        victim = named_dealer(broker.endpoint, b"victim")
        assert ask(victim, "0.2", b"mmi.service", b"none") == [b"404"]  # the broker knows it
        for version in VERSIONS:
            service = b"work-" + version.encode()
            worker = Worker(broker.endpoint, service, version)
            client = dealer(broker.endpoint)
            client.send_multipart(client_request(version, service, b"x"))
            worker.next_request()
            worker.finish(b"victim", b"forged")
            command, _ = worker.next_command()
            assert command == DISCONNECT[version], command
            honest = Worker(broker.endpoint, service, version)
            address, body = honest.next_request()
            honest.finish(address, *body)
            assert client.recv_multipart() == client_reply(version, service, b"x")
            for peer in (worker, honest, client):
                peer.close()
        hears_nothing_else(victim, "0.2")
        victim.close()


def reserved_names():
    """8-2 Z9 a worker of either version that offers a service under mmi. is told to go, whatever it is called itself"""
    with Broker() as broker:
        for version in VERSIONS:
            for name in (b"mmi.service", b"mmi.", b"mmi.mine"):
                worker = Worker(broker.endpoint, name, version)
                command, _ = worker.next_command()
                assert command == DISCONNECT[version], command
                worker.close()
            worker = named_dealer(broker.endpoint, b"mmi.worker-" + version.encode())
            service = b"mmi-" + version.encode()
            worker.send_multipart(worker_message(version, READY, service))
            wait_for_service(broker.endpoint, service)
            worker.close()


def the_same_name_twice():
    """T14 T9 a second peer under a living peer's routing id hears nothing, and the first is served on"""
    with Broker() as broker:
        worker = Worker(broker.endpoint, b"echo", "0.2")
        first = named_dealer(broker.endpoint, b"the same")
        assert ask(first, "0.1", b"mmi.service", b"none") == [b"404"]
        second = named_dealer(broker.endpoint, b"the same")
        second.send_multipart(client_request("0.2", b"echo", b"second"))
        for text in (b"one", b"two"):
            first.send_multipart(client_request("0.1", b"echo", text))
            address, body = worker.next_request()
            assert body == [text], body
            worker.finish(address, *body)
            assert first.recv_multipart() == client_reply("0.1", b"echo", text)
        second.rcvtimeo = 100  # libzmq itself does not hear it, so nothing can show that all has come
        try:
            raise AssertionError(f"a reply under somebody else's routing id: {second.recv_multipart()}")
        except zmq.Again:
            pass
        for peer in (worker, first, second):
            peer.close()


def whole_names():
    """O9 Z17 a service is what its whole name says: no prefix of another, and not the other way round"""
    with Broker(*QUIET) as broker:
        worker = Worker(broker.endpoint, b"/echo", "0.2")
        client = dealer(broker.endpoint)
        for name in (b"/echo3", b"/ech", b"/", b"mecho", b".echo", b"iecho"):
            client.send_multipart(client_request("0.2", name, b"not for it"))
        client.send_multipart(client_request("0.2", b"/echo", b"for it"))
        address, body = worker.next_request()
        assert body == [b"for it"], body
        worker.finish(address, *body)
        assert client.recv_multipart() == client_reply("0.2", b"/echo", b"for it")
        worker.say(DISCONNECT["0.2"])
        hears_only_work(broker, worker.socket, "0.2")
        worker.close()
        client.close()


def a_client_that_has_gone():
    """T5 O3 the reply to a client that has gone is dropped and counted, and its worker gets the next request"""
    with Broker() as broker:
        worker = Worker(broker.endpoint, b"work", "0.1")
        gone = dealer(broker.endpoint)
        gone.send_multipart(client_request("0.1", b"work", b"abandoned"))
        address, body = worker.next_request()
        gone.close()
        eventually(
            lambda: counters(broker)["mdp_broker_connections_lost_total"] >= 1, "nobody noticed that it has gone"
        )
        worker.finish(address, *body)
        client = dealer(broker.endpoint)
        client.send_multipart(client_request("0.1", b"work", b"x"))
        address, body = worker.next_request()
        assert body == [b"x"], body
        worker.finish(address, *body)
        assert client.recv_multipart() == client_reply("0.1", b"work", b"x")
        eventually(lambda: counters(broker)["mdp_broker_peers_lost_total"]["gone"] == 1, "the lost reply is not counted")
        worker.close()
        client.close()


def delimited_v2():
    """T3 0.2 behind an empty frame is dropped, unless it is allowed: then it is answered in kind"""
    for allowed in (False, True):
        with Broker(*["--accept-delimited-v2"] * allowed) as broker:
            client = dealer(broker.endpoint)
            client.send_multipart([b"", *client_request("0.2", b"mmi.service", b"none")])
            if allowed:
                assert client.recv_multipart() == [b"", *client_reply("0.2", b"mmi.service", b"404")]
            else:
                hears_nothing_else(client, "0.2")
                invalid = counters(broker)["mdp_broker_messages_invalid_total"]
                assert invalid["unexpected_delimiter"] == 1, invalid
            client.close()


def opaque_clients():
    """T7 with --opaque-client-ids workers of both versions see a token, and the reply finds its way"""
    with Broker("--opaque-client-ids") as broker:
        for version in VERSIONS:
            worker = Worker(broker.endpoint, b"work", version)
            client = named_dealer(broker.endpoint, b"client-" + version.encode())
            client.send_multipart(client_request(version, b"work", b"x"))
            address, body = worker.next_request()
            assert b"client" not in address, address
            worker.finish(address, *body)
            assert client.recv_multipart() == client_reply(version, b"work", b"x")
            worker.say(DISCONNECT[version])
            worker.close()
            client.close()


def hears_of_mmi(broker, client, version, unheard):
    """Asks once, and hears the answer and nothing else. If its window is full it is noted as unheard, and False."""
    full = lambda: counters(broker)["mdp_broker_requests_refused_total"]["window_full"]
    before = full()
    client.send_multipart(client_request(version, b"mmi.service", b"none"))
    eventually(lambda: full() > before or client.poll(0), "a question is neither answered nor refused")
    if client.poll(0) == 0:
        unheard.append(version)
        return False
    assert client.recv_multipart() == client_reply(version, b"mmi.service", b"404")
    return True


def status_replies():
    """T12 what cannot be served is met with silence, or with a status where that is configured"""
    for told in (False, True):
        # One lives as long as the one behind it may take to come.
        arguments = ["--client-window", "1", "--request-ttl", "2s", *["--status-replies"] * told]
        unheard = []
        with Broker(*arguments) as broker:
            refused = lambda: counters(broker)["mdp_broker_requests_refused_total"]
            clients = {version: dealer(broker.endpoint) for version in VERSIONS}
            for version, client in clients.items():
                for body in (b"waits", b"too many"):
                    client.send_multipart(client_request(version, b"nobody", body))
            eventually(lambda: refused()["expired"] == 2, "a request does not expire")
            eventually(lambda: counters(broker)["mdp_broker_requests_open"] == 0, "a request that expired is open")
            for version, client in clients.items():
                if told:
                    for status in (b"mdp-status 429 too many open requests", b"mdp-status 408 request expired"):
                        assert client.recv_multipart() == client_reply(version, b"nobody", status)
                else:
                    # The place in its window is free a moment after the request has expired: until then a question
                    # is met with silence as well.
                    eventually(lambda: hears_of_mmi(broker, client, version, unheard), "its window stays full")
                client.close()
            assert refused()["window_full"] == 2 + len(unheard) and refused()["expired"] == 2, refused()


def empty_bodies():
    """T11 one empty frame is a body, in both versions and both directions"""
    with Broker() as broker:
        for version in VERSIONS:
            worker = Worker(broker.endpoint, b"work", version)
            client = dealer(broker.endpoint)
            client.send_multipart(client_request(version, b"work", b""))
            address, body = worker.next_request()
            assert body == [b""], body
            worker.finish(address, b"")
            assert client.recv_multipart() == client_reply(version, b"work", b"")
            worker.say(DISCONNECT[version])
            worker.close()
            client.close()


def a_storm_of_conversations():
    """T8 T15 thousands of READY, DISCONNECT and answers in one breath leave nothing behind, and all are accounted for"""
    with Broker() as broker:
        worker = dealer(broker.endpoint)
        worker.sndhwm = 0
        rounds = 500
        for _ in range(rounds):
            for frames in (
                worker_message("0.2", READY, b"storm"),
                worker_message("0.2", HEARTBEAT["0.2"]),
                worker_message("0.2", DISCONNECT["0.2"]),
                worker_message("0.2", FINAL["0.2"], b"nobody", b"", b"x"),
            ):
                worker.send_multipart(frames)
        eventually(lambda: dropped(broker, "told_to_go") == rounds, "not all answers from nowhere were counted")
        eventually(lambda: counters(broker)["mdp_broker_connections"] == 0, "connections are left")
        seen = counters(broker)
        assert seen["mdp_broker_workers_total"] == rounds, seen
        assert seen["mdp_broker_workers_ended_total"]["left"] == rounds, seen
        for _ in range(2 * rounds):
            worker.send_multipart(worker_message("0.2", READY, b"storm"))

        def all_are_accounted_for():
            now = counters(broker)
            began = now["mdp_broker_workers_total"] - rounds
            ended = now["mdp_broker_workers_ended_total"]["unexpected"]  # by a second READY
            return began + ended + now["mdp_broker_messages_dropped_total"]["peer_ended"] == 2 * rounds

        eventually(all_are_accounted_for, "messages were dropped without a counter")
        worker.close()


def half_a_message():
    """T8 connections that are reset in the middle of a message, or that never end one, harm nobody"""
    with Broker() as broker:
        halves = [
            b"\x03\x00\x00\x00\x00\x03\x00\x00\x00" + bytes(1000),  # a frame of 50 MB begins
            b"\x01\x06MDPC02\x01\x01\x01",  # frames with more behind them
            b"\x00",
            b"",
        ]
        for i in range(40):
            peer = bare_connection(broker)
            peer.sendall(halves[i % len(halves)])
            if i % 2:
                peer.setsockopt(tcp.SOL_SOCKET, tcp.SO_LINGER, struct.pack("ii", 1, 0))  # closes by a reset
            peer.close()
        client = dealer(broker.endpoint)
        assert ask(client, "0.2", b"mmi.service", b"none") == [b"404"]
        eventually(lambda: counters(broker)["mdp_broker_connections_lost_total"] >= 40, "connections are kept")
        assert counters(broker)["mdp_broker_requests_accepted_total"] == 0
        client.close()


def a_message_without_end():
    """T8 who says "more" for ever is hung up on before it has filled the memory, and nobody else is"""
    with Broker("--max-message-bytes", "100000") as broker:
        more = b"\x03" + struct.pack(">Q", 10_000) + bytes(10_000)
        # As many bytes, but in messages: a request to MMI, which refuses it, with a body of nine frames.
        request = b"\x01\x06MDPC02\x01\x01\x01\x01\x05mmi.x" + 8 * more + b"\x00\x01x"
        endless, honest = (bare_connection(broker) for _ in range(2))
        answered = 0

        def ask_honestly(times):
            nonlocal answered
            honest.sendall(times * request)
            heard = b""
            while heard.count(b"mmi.x") < times:
                some = honest.recv(65536)
                assert some, "who is honest was hung up on"
                heard += some
            answered += times

        sent = 0
        try:
            while sent < 1_000_000_000:
                endless.sendall(100 * more)
                ask_honestly(12)
                sent += 100 * len(more)
                time.sleep(0.02)  # it is looked at once a second, and a test need not fill the memory first
        except OSError:
            pass  # it is closed
        assert sent < 1_000_000_000, "it may go on for ever"
        eventually(lambda: counters(broker)["mdp_broker_connections_endless_total"] == 1, "another reason than that")
        while answered <= 100:  # it has said as much as the other one, or more
            ask_honestly(12)
        ask_honestly(200)
        endless.close()
        honest.close()


def halves_of_many():
    """T8 what many connections have begun and not ended is bounded in all: those with the most of it have to go"""
    with Broker("--max-message-bytes", "2000000", "--max-unfinished-bytes", "20000000") as broker:
        half = b"\x03" + struct.pack(">Q", 1_000_000) + bytes(1_000_000)
        peers = [bare_connection(broker) for _ in range(40)]
        for peer in peers:
            try:
                peer.sendall(half)
            except OSError:
                pass  # it has gone already
        # Nineteen of them are within the bound, twenty are not.
        eventually(lambda: counters(broker)["mdp_broker_connections_crowding_total"] == 21, "not so many had to go")
        client = dealer(broker.endpoint)
        assert ask(client, "0.2", b"mmi.service", b"none") == [b"404"]
        invalid = sum(counters(broker)["mdp_broker_messages_invalid_total"].values())
        for peer in peers:
            try:
                peer.sendall(b"\x00\x01x")  # and that is the end of it
            except OSError:
                pass
        eventually(
            lambda: sum(counters(broker)["mdp_broker_messages_invalid_total"].values()) == invalid + 19,
            "those who stay are not heard",
        )
        assert counters(broker)["mdp_broker_connections_endless_total"] == 0
        assert counters(broker)["mdp_broker_connections_crowding_total"] == 21
        client.close()
        for peer in peers:
            peer.close()


def a_log_that_cannot_be_filled():
    """T20 a peer of no version we know is logged with its header, and seldom, however much it says"""
    with Broker() as broker:
        peer = dealer(broker.endpoint)
        peer.sndhwm = 0
        for _ in range(2000):
            peer.send_multipart([b"", b"MDPC07", b"service", b"x"])
        eventually(
            lambda: counters(broker)["mdp_broker_messages_invalid_total"]["unsupported_version"] == 2000,
            "not all are counted",
        )
        eventually(lambda: "invalid message" in broker.output(), "nothing was logged")
        about = [line for line in broker.output().splitlines() if "invalid message" in line]
        assert "unsupported_version, header MDPC07" in about[0], about
        assert len(about) < 100, f"{len(about)} lines"
        peer.close()


def a_log_that_cannot_be_forged():
    """T20 the bytes of a stranger make no line of the log, and nothing that a terminal would obey"""
    with Broker() as broker:
        peer = dealer(broker.endpoint)
        peer.send_multipart([b"\n[error] \x1b[2J"])
        eventually(lambda: "invalid message" in broker.output(), "nothing was logged")
        (line,) = [line for line in broker.output().splitlines() if "invalid message" in line]
        assert line.endswith("header ?[error] ?[2J (0 more like it not shown)"), line
        peer.close()


def signals_of_threads():
    """T24 all threads of a broker have the signals blocked, but for the one that waits for them"""
    with Broker("--metrics", "127.0.0.1:*") as broker:
        to_end = (1 << 1) | (1 << 14)  # SIGINT, SIGTERM
        masks = []
        for status in pathlib.Path(f"/proc/{broker.process.pid}/task").glob("*/status"):
            try:
                text = status.read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue  # a thread that has ended since
            fields = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
            masks.append(int(fields["SigBlk"], 16) & to_end)
        assert len(masks) > 4, masks
        # The kernel shows what a thread waits for as not blocked.
        assert sum(mask != to_end for mask in masks) <= 1, masks


run(
    an_answer_of_a_stranger,
    a_goodbye_before_anything,
    a_worker_that_leaves,
    commands_that_ended_others,
    a_heartbeat_too_long,
    two_finals,
    a_reply_in_somebody_elses_name,
    reserved_names,
    the_same_name_twice,
    whole_names,
    a_client_that_has_gone,
    delimited_v2,
    opaque_clients,
    status_replies,
    empty_bodies,
    a_storm_of_conversations,
    half_a_message,
    a_message_without_end,
    halves_of_many,
    a_log_that_cannot_be_filled,
    a_log_that_cannot_be_forged,
    signals_of_threads,
)
