"""Clients on bare frames that keep a broker busy and account for every request: answered once, by the right reply."""

import itertools
import random
import time

import zmq

import _peers
from _mdp import client_reply, client_request, context

_numbers = itertools.count(1)


class Client:
    """A DEALER with up to `window` requests open. Each has a number, which stands in front of the delimiter and comes
    back with the reply. With `retry_after` seconds it asks again on a new socket, as a Lazy Pirate does."""

    def __init__(self, load, version):
        self.load = load
        self.version = version
        self.open = {}  # number: (body, when it was asked first)
        self.connected_at = 0.0
        self.socket = None
        self.connect()

    def connect(self):
        if self.socket is not None:
            self.load.poller.unregister(self.socket)
            self.socket.close()
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.sndhwm = self.socket.rcvhwm = 100_000
        self.socket.connect(self.load.endpoint())
        self.connected_at = time.monotonic()
        self.load.poller.register(self.socket, zmq.POLLIN)
        self.load.by_socket[self.socket] = self

    def ask(self, number, body):
        frames = client_request(self.version, self.load.service, body)
        envelope = [number] if self.version == "0.1" else [number, b""]
        self.socket.send_multipart([*envelope, *frames], zmq.NOBLOCK)

    def fill(self, now):
        while len(self.open) < self.load.window and self.load.may_ask():
            number = next(_numbers).to_bytes(8, "big")
            body = number + self.load.dice.randbytes(self.load.body_bytes)
            self.load.sent += 1
            self.open[number] = (body, now)
            self.ask(number, body)

    def read(self, now):
        for _ in range(200):
            try:
                frames = self.socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            self.take(frames, now)

    def take(self, frames, now):
        load = self.load
        body, asked = self.open.pop(frames[0], (None, now))
        if body is None:
            load.twice += 1
            return
        envelope = [frames[0]] if self.version == "0.1" else [frames[0], b""]
        if frames != [*envelope, *client_reply(self.version, load.service, body)]:
            load.wrong += 1
        load.answered += 1
        load.slowest = max(load.slowest, now - asked)

    def lose_patience(self, now):
        if self.load.retry_after is None or not self.open:
            return
        oldest = max(self.connected_at, min(asked for _, asked in self.open.values()))
        if now - oldest < self.load.retry_after:
            return
        del self.load.by_socket[self.socket]
        self.connect()
        self.load.asked_again += len(self.open)
        for number, (body, _) in self.open.items():
            self.ask(number, body)


class Load:
    """Some clients of one service, half of them MDP 0.1 and half 0.2."""

    def __init__(self, endpoint, service, clients=8, window=4, body_bytes=56, retry_after=None, seed=1):
        self.endpoint = endpoint if callable(endpoint) else lambda: endpoint
        self.service = service
        self.window = window
        self.body_bytes = body_bytes
        self.retry_after = retry_after
        self.dice = random.Random(seed)
        self.sent = self.answered = self.asked_again = self.twice = self.wrong = 0
        self.slowest = 0.0
        self.is_asking = True
        self.poller = zmq.Poller()
        self.by_socket = {}
        self.clients = [Client(self, ("0.1", "0.2")[i % 2]) for i in range(clients)]

    def may_ask(self):
        return self.is_asking

    def open_requests(self):
        return sum(len(client.open) for client in self.clients)

    def turn(self, wait_ms=10):
        now = time.monotonic()
        for client in self.clients:
            client.fill(now)
        for socket, _ in self.poller.poll(wait_ms):
            self.by_socket[socket].read(time.monotonic())
        for client in self.clients:
            client.lose_patience(now)

    def close(self):
        for client in self.clients:
            client.socket.close()


class Fault:
    """Something that happens again and again, after a pause from `least` to `most` seconds."""

    def __init__(self, happen, least, most, dice):
        self.happen, self.dice = happen, dice
        self.least, self.most = least * _peers.SLOWNESS, most * _peers.SLOWNESS
        self.due = time.monotonic() + dice.uniform(self.least, self.most)
        self.count = 0

    def turn(self):
        if time.monotonic() < self.due:
            return
        self.happen()
        self.count += 1
        self.due = time.monotonic() + self.dice.uniform(self.least, self.most)


def drive(loads, seconds, faults, calm=lambda: None, patience_s=60):
    """Asks and lets faults happen for some seconds. Then asks nothing more, calls `calm`, and waits for what is open."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for fault in faults:
            fault.turn()
        for load in loads:
            load.turn()
    calm()
    for load in loads:
        load.is_asking = False
    end = time.monotonic() + patience_s * _peers.SLOWNESS
    while any(load.open_requests() for load in loads) and time.monotonic() < end:
        for load in loads:
            load.turn()
    for load in loads:  # a second answer would come right behind the first
        load.turn(200)
        load.close()
