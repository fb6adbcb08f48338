"""Peers that send what no protocol allows. After each of them an honest client must still be served."""

import json
import random
import socket as tcp

import zmq

from _mdp import (
    CLIENT,
    DISCONNECT,
    PATIENCE_S,
    READY,
    WORKER,
    Broker,
    Worker,
    ask,
    client_reply,
    client_request,
    context,
    dealer,
    eventually,
    next_but_heartbeats,
    run,
    wait_for_service,
    worker_message,
)

HEADERS = [b"MDPC01", b"MDPC02", b"MDPW01", b"MDPW02", b"MDPC03", b"MDPW99", b"MDP", b"mdpc01", b"\x00" * 6]


def counters(broker):
    """All counters of the broker, as mmi.stats shows them. Asked by one client that stays: it counts as well."""
    if not hasattr(broker, "observer"):
        broker.observer = dealer(broker.endpoint)
    status, text = ask(broker.observer, "0.2", b"mmi.stats", b"")
    assert status == b"200", status
    return json.loads(text)


def invalid(broker):
    return sum(counters(broker)["mdp_broker_messages_invalid_total"].values())


def say_and_leave(broker, frames):
    """Says one thing on a connection of its own. What is said goes on its way when the socket is closed already."""
    peer = dealer(broker.endpoint)
    peer.send_multipart(frames)
    peer.close(linger=10_000)


PATIENT = ("--heartbeat", "60s")  # with an honest worker that says nothing unless it is asked


class Honest:
    """A client and a worker whose exchange proves that the broker is well."""

    def __init__(self, broker):
        self.worker = Worker(broker.endpoint, b"honest", "0.1")
        self.client = dealer(broker.endpoint)

    def check(self, text=b"still here?"):
        self.client.send_multipart(client_request("0.2", b"honest", text))
        address, body = self.worker.next_request()
        self.worker.finish(address, *body)
        assert self.client.recv_multipart() == client_reply("0.2", b"honest", text)

    def close(self):
        self.worker.close()
        self.client.close()


def short_messages():
    """Z1 Z2 L1 7-31 every beginning of every command, cut anywhere, ends nothing"""
    with Broker(*PATIENT) as broker:
        honest = Honest(broker)
        whole = [
            client_request("0.1", b"honest", b"x"),
            client_request("0.2", b"honest", b"x"),
            [b"id", *client_request("0.1", b"honest", b"x")],
        ]
        for version in ("0.1", "0.2"):
            for command in range(8):
                whole.append(worker_message(version, bytes([command]), b"address", b"", b"x"))
        sent = 0
        for frames in whole:
            for length in range(1, len(frames)):
                say_and_leave(broker, frames[:length])
                sent += 1
            honest.check()

        def heard():
            """Some beginnings are commands: a HEARTBEAT or DISCONNECT of nobody, or a READY."""
            now = counters(broker)
            dropped = now["mdp_broker_messages_dropped_total"]
            of_workers = dropped["turned_away"] + dropped["told_to_go"] + now["mdp_broker_workers_total"] - 1
            return of_workers + sum(now["mdp_broker_messages_invalid_total"].values())

        eventually(lambda: heard() == sent, f"not all {sent} messages were heard")
        honest.check()
        honest.close()


def long_and_absurd_messages():
    """10 000 frames, a frame of megabytes, and thousands of empty frames end nothing"""
    with Broker(*PATIENT, "--max-message-bytes", "1000000") as broker:
        honest = Honest(broker)
        for frames in (
            [b"x"] * 10_000,
            [b""] * 5_000,
            [b"", CLIENT["0.1"], b"honest", b"x" * 8_000_000],
            [b"", CLIENT["0.1"], b"honest", *[b"x" * 100_000] * 30],
            [b"", CLIENT["0.1"], b"s" * 100_000, b"x"],
            [b"", CLIENT["0.1"], b"with space", b"x"],
            [b"", CLIENT["0.1"], b"", b"x"],
            [b"", WORKER["0.1"], READY, b"x" * 300],
            [b"", WORKER["0.1"], b"\x00\x00\x00\x01", b"honest"],
            [b"", WORKER["0.1"], b"1", b"honest"],
            [b"", WORKER["0.2"], READY, b"honest", b"capacity=0"],
            [WORKER["0.2"], READY, b"honest", b"capacity=99999999999999999999"],
        ):
            say_and_leave(broker, frames)
            honest.check()
        # But for the frame of 8 MB, for which libzmq ends the connection.
        eventually(lambda: invalid(broker) == 11, "not all were heard")
        honest.check()
        honest.close()


def random_messages():
    """M1 thousands of random messages from many peers end nothing"""
    dice = random.Random(18)
    pieces = HEADERS + [b"", READY, b"\x02", b"\x03", b"\x04", b"\x05", b"\x06", b"honest", b"mmi.service", b"\xff" * 9]
    with Broker(*PATIENT) as broker:
        honest = Honest(broker)
        for _ in range(20):
            peers = [dealer(broker.endpoint) for _ in range(5)]
            for _ in range(100):
                frames = [dice.choice(pieces) for _ in range(dice.randint(1, 8))]
                if frames[:3] == [WORKER["0.2"], READY, b"honest"] or frames[:4] == [b"", WORKER["0.1"], READY, b"honest"]:
                    continue  # would be an honest offer
                dice.choice(peers).send_multipart(frames)
            honest_check_skipping_strays(honest)
            for peer in peers:
                peer.close(linger=10_000)
        eventually(lambda: invalid(broker) > 1000, "hardly anything was heard")
        honest_check_skipping_strays(honest)
        honest.close()


def honest_check_skipping_strays(honest):
    """The random peers may ask our service by chance; their requests are answered and forgotten."""
    honest.client.send_multipart(client_request("0.2", b"honest", b"marker"))
    while True:
        address, body = honest.worker.next_request()
        honest.worker.finish(address, *body)
        if body == [b"marker"]:
            break
    assert honest.client.recv_multipart() == client_reply("0.2", b"honest", b"marker")


def an_invalid_message_of_a_worker():
    """7-31 a known worker that sends garbage is told to go, and its request goes to another"""
    with Broker() as broker:
        client = dealer(broker.endpoint)
        bad = Worker(broker.endpoint, b"work", "0.2")
        client.send_multipart(client_request("0.1", b"work", b"x"))
        bad.next_request()
        bad.socket.send_multipart([WORKER["0.2"], b"\x04", b"no body"])
        command, _ = bad.next_command()
        assert command == DISCONNECT["0.2"], command
        good = Worker(broker.endpoint, b"work", "0.1")
        address, body = good.next_request()
        good.finish(address, *body)
        assert client.recv_multipart() == client_reply("0.1", b"work", b"x")
        for peer in (bad, good):
            peer.close()
        client.close()


def a_change_of_version():
    """T2 a worker that changes its version in mid conversation is told to go"""
    with Broker() as broker:
        worker = Worker(broker.endpoint, b"work", "0.2")
        worker.socket.send_multipart(worker_message("0.1", b"\x04"))
        command, _ = worker.next_command()
        assert command == DISCONNECT["0.2"], command
        worker.close()


def not_even_zeromq():
    """bytes that are not ZMTP, and connections cut in their middle, end nothing"""
    with Broker(*PATIENT) as broker:
        honest = Honest(broker)
        for data in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64, b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03", b""):
            connection = tcp.create_connection(("127.0.0.1", broker.port))
            connection.sendall(data)
            connection.close()
            honest.check()
        honest.close()


def a_probe():
    """T19 the empty greeting of ZMQ_PROBE_ROUTER is no offence"""
    with Broker() as broker:
        worker = context.socket(zmq.DEALER)
        worker.setsockopt(zmq.PROBE_ROUTER, 1)
        worker.linger = 0
        worker.rcvtimeo = PATIENCE_S * 1000
        worker.connect(broker.endpoint)
        worker.send_multipart(worker_message("0.2", READY, b"work"))
        client = dealer(broker.endpoint)
        client.send_multipart(client_request("0.2", b"work", b"x"))
        assert next_but_heartbeats(worker, "0.2")[-1] == b"x"
        worker.close()
        client.close()


def names_without_end():
    """Z7 T8 a client that invents service names is bounded"""
    with Broker(*PATIENT, "--max-services", "10") as broker:
        honest = Honest(broker)
        honest.check()
        client = dealer(broker.endpoint)
        for i in range(200):
            client.send_multipart(client_request("0.2", b"invented-%d" % i, b"x"))
        honest.check()
        # Ten names: one is ours, and two are kept for workers.
        eventually(
            lambda: counters(broker)["mdp_broker_requests_refused_total"]["too_many_services"] == 193, "no bound"
        )
        newcomer = Worker(broker.endpoint, b"new", "0.2")  # finds room all the same
        wait_for_service(broker.endpoint, b"new")
        client.send_multipart(client_request("0.2", b"new", b"x"))
        address, body = newcomer.next_request()
        newcomer.finish(address, *body)
        assert client.recv_multipart() == client_reply("0.2", b"new", b"x")
        newcomer.close()
        client.close()
        honest.close()


def questions_without_end():
    """Z7 a peer that asks for listings in a loop, and reads no answer, holds up nobody"""
    with Broker(*PATIENT, "--client-window", "100000") as broker:
        honest = Honest(broker)
        peer = dealer(broker.endpoint)
        for i in range(20_000):
            word = (b"mmi.queues", b"mmi.workers", b"mmi.stats", b"mmi.dead_letters", b"mmi.service")[i % 5]
            peer.send_multipart(client_request("0.2", word, b""))
            if i % 1000 == 0:
                honest.check()
        honest.check()
        peer.close()
        honest.check()
        honest.close()


run(
    short_messages,
    long_and_absurd_messages,
    random_messages,
    an_invalid_message_of_a_worker,
    a_change_of_version,
    not_even_zeromq,
    a_probe,
    names_without_end,
    questions_without_end,
)
