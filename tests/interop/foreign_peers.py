"""Foreign clients and workers of both versions against mdp-broker."""

import json
import signal
import time

import zmq

from _mdp import (
    CLIENT,
    CLIENT_FINAL_02,
    CLIENT_PARTIAL_02,
    DISCONNECT,
    FINAL,
    HEARTBEAT,
    PARTIAL_02,
    PATIENCE_S,
    READY,
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
    wait_for_workers,
    worker_message,
)

VERSIONS = ("0.1", "0.2")


def all_four_pairings():
    """T4 P3 clients and workers of both versions work together in all four pairings"""
    with Broker() as broker:
        for worker_version in VERSIONS:
            service = f"echo-{worker_version}".encode()
            worker = Worker(broker.endpoint, service, worker_version)
            for client_version in VERSIONS:
                client = dealer(broker.endpoint)
                client.send_multipart(client_request(client_version, service, b"hello", b"", b"\x00\xff"))
                address, body = worker.next_request()
                assert body == [b"hello", b"", b"\x00\xff"], body
                worker.finish(address, b"re:", *body)
                reply = client.recv_multipart()
                assert reply == client_reply(client_version, service, b"re:", *body), reply
                client.close()
            worker.close()


def a_req_socket():
    """7-9 a synchronous 0.1 client on a REQ socket gets its replies"""
    with Broker() as broker:
        worker = Worker(broker.endpoint, b"echo", "0.1")
        client = context.socket(zmq.REQ)
        client.rcvtimeo = PATIENCE_S * 1000
        client.linger = 0
        client.connect(broker.endpoint)
        for text in (b"one", b"two"):
            client.send_multipart([CLIENT["0.1"], b"echo", text])
            address, body = worker.next_request()
            worker.finish(address, *body)
            assert client.recv_multipart() == [CLIENT["0.1"], b"echo", text]
        client.close()
        worker.close()


def a_correlating_req_socket():
    """T19 a REQ socket with REQ_CORRELATE gets its request id back in front of the reply"""
    with Broker() as broker:
        worker = Worker(broker.endpoint, b"echo", "0.2")
        client = context.socket(zmq.REQ)
        client.setsockopt(zmq.REQ_CORRELATE, 1)
        client.rcvtimeo = PATIENCE_S * 1000
        client.linger = 0
        client.connect(broker.endpoint)
        client.send_multipart([CLIENT["0.1"], b"echo", b"x"])
        address, body = worker.next_request()
        worker.finish(address, *body)
        assert client.recv_multipart() == [CLIENT["0.1"], b"echo", b"x"]
        client.close()
        worker.close()


def an_envelope_in_both_versions():
    """T19 address frames in front of the delimiter come back in front of each reply"""
    with Broker() as broker:
        worker = Worker(broker.endpoint, b"echo", "0.2")
        for version in VERSIONS:
            client = dealer(broker.endpoint)
            start = [b"id-7", b"proxy"] if version == "0.1" else [b"id-7", b"proxy", b""]
            client.send_multipart([*start, *client_request(version, b"echo", b"x")])
            address, body = worker.next_request()
            worker.finish(address, *body)
            reply = client.recv_multipart()
            assert reply == [*start, *client_reply(version, b"echo", b"x")], reply
            client.close()
        worker.close()


def partial_replies():
    """18-3 18-5 M5 partial replies reach a 0.2 client one by one and precede the final"""
    with Broker() as broker:
        worker = Worker(broker.endpoint, b"stream", "0.2")
        client = dealer(broker.endpoint)
        client.send_multipart(client_request("0.2", b"stream", b"x"))
        address, _ = worker.next_request()
        for i in range(3):
            worker.say(PARTIAL_02, address, b"", b"%d" % i)
            assert client.recv_multipart() == [CLIENT["0.2"], CLIENT_PARTIAL_02, b"stream", b"%d" % i]
        worker.finish(address, b"end")
        assert client.recv_multipart() == [CLIENT["0.2"], CLIENT_FINAL_02, b"stream", b"end"]
        client.close()
        worker.close()


def partial_replies_for_an_old_client():
    """T4 a 0.1 client gets partial and final frames in one REPLY"""
    with Broker() as broker:
        worker = Worker(broker.endpoint, b"stream", "0.2")
        client = dealer(broker.endpoint)
        client.send_multipart(client_request("0.1", b"stream", b"x"))
        address, _ = worker.next_request()
        worker.say(PARTIAL_02, address, b"", b"0")
        worker.say(PARTIAL_02, address, b"", b"1", b"2")
        worker.finish(address, b"end")
        assert client.recv_multipart() == client_reply("0.1", b"stream", b"0", b"1", b"2", b"end")
        client.close()
        worker.close()


def listings():
    """what mdp-broker adds to RFC 8 is JSON, also when names and routing ids are strange"""
    with Broker() as broker:
        strange = b"a\"b\\c/\x27{}[]"
        worker = Worker(broker.endpoint, strange, "0.2")
        wait_for_service(broker.endpoint, strange)
        for version in VERSIONS:
            client = dealer(broker.endpoint)

            def document(word):
                status, text = ask(client, version, word, b"")
                assert status == b"200", status
                return json.loads(text.decode("ascii"))

            assert document(b"mmi.services") == [{"service": strange.decode(), "workers": 1}]
            (one,) = document(b"mmi.workers")
            assert one["service"] == strange.decode() and one["version"] == "0.2" and one["capacity"] == 1, one
            assert len(bytes.fromhex(one["routing_id"])) == 5, one
            (queue,) = document(b"mmi.queues")
            assert queue["waiting"] == 0 and queue["oldest_waiting_ms"] == 0, queue
            assert document(b"mmi.stats")["mdp_broker_connections"] == 1
            assert "capacity" in document(b"mmi.version")["extensions"]
            assert document(b"mmi.dead_letters") == []
            client.close()
        worker.close()


def management():
    """8-3 8-4 8-7 MMI answers 200, 404 and 501 in the client's version"""
    with Broker() as broker:
        worker = Worker(broker.endpoint, b"echo", "0.1")
        wait_for_service(broker.endpoint, b"echo")
        for version in VERSIONS:
            client = dealer(broker.endpoint)
            assert ask(client, version, b"mmi.service", b"echo") == [b"200"]
            assert ask(client, version, b"mmi.service", b"nobody") == [b"404"]
            assert ask(client, version, b"mmi.service", b"a", b"b") == [b"400"]
            assert ask(client, version, b"mmi.unheard-of", b"") == [b"501"]
            assert ask(client, version, b"mmi.queues", b"echo") == [b"400"]
            client.close()
        worker.say(DISCONNECT["0.1"])
        client = dealer(broker.endpoint)
        eventually(lambda: ask(client, "0.1", b"mmi.service", b"echo") == [b"404"], "a worker that left counts")
        client.close()
        worker.close()


def a_busy_worker_that_vanishes():
    """7-41 T22 the request of a worker whose connection breaks goes to another at once"""
    with Broker() as broker:
        client = dealer(broker.endpoint)
        first = Worker(broker.endpoint, b"work", "0.1")
        client.send_multipart(client_request("0.2", b"work", b"x"))
        first.next_request()
        second = Worker(broker.endpoint, b"work", "0.2")
        wait_for_service(broker.endpoint, b"work")
        first.close()
        address, body = second.next_request()
        second.finish(address, *body)
        assert client.recv_multipart() == client_reply("0.2", b"work", b"x")
        client.close()
        second.close()


def dead_idle_workers_swallow_nothing():
    """T22 idle workers that vanished without a word swallow no request"""
    with Broker() as broker:
        for _ in range(4):
            Worker(broker.endpoint, b"echo", "0.1").close()
        worker = Worker(broker.endpoint, b"echo", "0.1")
        client = dealer(broker.endpoint)
        for i in range(8):
            client.send_multipart(client_request("0.1", b"echo", b"%d" % i))
            address, body = worker.next_request()
            worker.finish(address, *body)
            assert client.recv_multipart() == client_reply("0.1", b"echo", b"%d" % i)
        client.close()
        worker.close()


def heartbeats():
    """7-38 the broker beats for idle and for busy workers of both versions"""
    with Broker("--heartbeat", "100", "--liveness", "50") as broker:  # and is patient with us
        for version in VERSIONS:
            worker = Worker(broker.endpoint, b"beat-" + version.encode(), version)
            for _ in range(2):
                command, rest = worker.next_command(skip_heartbeats=False)
                assert command == HEARTBEAT[version] and rest == [], (command, rest)
                worker.say(HEARTBEAT[version])
            client = dealer(broker.endpoint)
            client.send_multipart(client_request("0.1", b"beat-" + version.encode(), b"x"))
            address, _ = worker.next_request()
            for _ in range(2):
                command, _ = worker.next_command(skip_heartbeats=False)
                assert command == HEARTBEAT[version], command
            worker.finish(address, b"done")
            assert client.recv_multipart()[-1] == b"done"
            client.close()
            worker.close()


def a_silent_worker():
    """7-39 a worker that never beats is told to go, once, and counts no more"""
    with Broker("--heartbeat", "100", "--liveness", "3") as broker:
        worker = Worker(broker.endpoint, b"mute", "0.1")
        command, _ = worker.next_command()
        assert command == DISCONNECT["0.1"], command
        client = dealer(broker.endpoint)
        eventually(lambda: ask(client, "0.1", b"mmi.service", b"mute") == [b"404"], "it counts still")
        worker.say(HEARTBEAT["0.1"])  # too late: it was told once
        worker.socket.rcvtimeo = 500
        try:
            frames = worker.socket.recv_multipart()
            raise AssertionError(f"7-30 something after DISCONNECT: {frames}")
        except zmq.Again:
            pass
        client.close()
        worker.close()


def a_heartbeat_from_nowhere():
    """7-30 T9 a worker nobody knows is told to register, and can"""
    with Broker() as broker:
        for version in VERSIONS:
            worker = dealer(broker.endpoint)
            worker.send_multipart(worker_message(version, HEARTBEAT[version]))
            assert worker.recv_multipart() == worker_message(version, DISCONNECT[version])
            worker.send_multipart(worker_message(version, READY, b"again"))
            wait_for_service(broker.endpoint, b"again")
            worker.close()


def ready_twice():
    """7-24 7-30 a second READY ends the conversation and gives the request back"""
    with Broker() as broker:
        client = dealer(broker.endpoint)
        worker = Worker(broker.endpoint, b"work", "0.2")
        client.send_multipart(client_request("0.2", b"work", b"x"))
        worker.next_request()
        worker.say(READY, b"work")
        command, _ = worker.next_command()
        assert command == DISCONNECT["0.2"], command
        worker.say(READY, b"work")  # a READY makes it new again
        address, body = worker.next_request()
        worker.finish(address, *body)
        assert client.recv_multipart() == client_reply("0.2", b"work", b"x")
        client.close()
        worker.close()


def a_forged_address():
    """18-13 T7 a worker that answers somebody else's request is told to go"""
    with Broker() as broker:
        victim = dealer(broker.endpoint)
        victim.setsockopt(zmq.RCVTIMEO, 300)
        worker = Worker(broker.endpoint, b"work", "0.2")
        client = dealer(broker.endpoint)
        client.send_multipart(client_request("0.2", b"work", b"x"))
        address, _ = worker.next_request()
        worker.finish(b"somebody", b"forged")
        command, _ = worker.next_command()
        assert command == DISCONNECT["0.2"], command
        honest = Worker(broker.endpoint, b"work", "0.2")
        address, body = honest.next_request()
        honest.finish(address, *body)
        assert client.recv_multipart() == client_reply("0.2", b"work", b"x")
        for socket in (victim, client):
            socket.close()
        worker.close()
        honest.close()


def the_last_word():
    """T15 a broker that stops says DISCONNECT to its workers"""
    with Broker() as broker:
        workers = [Worker(broker.endpoint, b"echo", version) for version in VERSIONS]
        wait_for_workers(broker.endpoint, b"echo", len(workers))
        broker.signal(signal.SIGTERM)
        for worker in workers:
            command, _ = worker.next_command()
            assert command == DISCONNECT[worker.version], command
            worker.close()


def many_at_a_time():
    """a worker that announces a capacity gets so many requests at once, and may answer in any order"""
    with Broker() as broker:
        worker = dealer(broker.endpoint)
        worker.send_multipart([*worker_message("0.2", READY, b"work"), b"capacity=4"])
        clients = [dealer(broker.endpoint) for _ in range(6)]
        for i, client in enumerate(clients):
            client.send_multipart(client_request("0.2", b"work", b"%d" % i))
        held = []
        while len(held) < 4:
            frames = worker.recv_multipart()
            if frames[1] == b"\x02":
                held.append((frames[2], frames[4:]))
        assert len({address for address, _ in held}) == 4, "tokens must differ"
        answered = 0
        while answered < 6:
            address, body = held.pop()
            worker.send_multipart(worker_message("0.2", FINAL["0.2"], address, b"", *body))
            answered += 1
            while answered + len(held) < 6 and len(held) < 4:
                frames = worker.recv_multipart()
                if frames[1] == b"\x02":
                    held.append((frames[2], frames[4:]))
        for i, client in enumerate(clients):
            assert client.recv_multipart() == client_reply("0.2", b"work", b"%d" % i)
            client.close()
        worker.close()


def one_at_a_time():
    """7-5 a worker that announces nothing gets the next request only after its answer"""
    for version in VERSIONS:
        with Broker() as broker:
            worker = Worker(broker.endpoint, b"work", version)
            clients = [dealer(broker.endpoint) for _ in range(3)]
            for client in clients:
                client.send_multipart(client_request(version, b"work", b"x"))
            for _ in clients:
                address, body = worker.next_request()
                # Were there a second request, it would be here before the broker's answer to another question.
                asker = dealer(broker.endpoint)
                assert ask(asker, "0.1", b"mmi.service", b"work") == [b"200"]
                asker.close()
                assert not worker.socket.poll(0) or worker.next_command(skip_heartbeats=False)[0] == HEARTBEAT[version]
                worker.finish(address, *body)
            for client in clients:
                assert client.recv_multipart() == client_reply(version, b"work", b"x")
                client.close()
            worker.close()


run(
    all_four_pairings,
    a_req_socket,
    a_correlating_req_socket,
    an_envelope_in_both_versions,
    partial_replies,
    partial_replies_for_an_old_client,
    management,
    listings,
    a_busy_worker_that_vanishes,
    dead_idle_workers_swallow_nothing,
    heartbeats,
    a_silent_worker,
    a_heartbeat_from_nowhere,
    ready_twice,
    a_forged_address,
    the_last_word,
    many_at_a_time,
    one_at_a_time,
)
