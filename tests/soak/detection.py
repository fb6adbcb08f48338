"""How soon a lost worker's request is with another one, with the broker's default settings."""

import json
import statistics
import time

import zmq

import _measure
import _peers
from _mdp import HEARTBEAT, REQUEST, Broker, Worker, ask, client_reply, client_request, dealer, eventually

KILLED_WITHIN_S = 1  # of a killed worker: its connection tells
BEAT_S, LIVENESS = 2.5, 4  # the defaults, libmdp/mdp/defaults.hpp
SILENT_WITHIN_S = BEAT_S * LIVENESS + 1  # of one that only stands still
AT_A_TIME = 20  # workers that are frozen together


class Pair:
    """A worker of ours that holds a request, and a foreign one that will get it."""

    def __init__(self, endpoint, observer, number, *arguments):
        self.name = f"echo-{number}"
        self.body = b"%d" % number
        self.victim = _peers.Worker(endpoint, self.name, "--echo-delay", "1h", *arguments)
        self.client = dealer(endpoint)
        self.client.send_multipart(client_request("0.2", self.name.encode(), self.body))
        eventually(lambda: in_flight(observer, self.name) == [1], f"{self.name}: the request is with nobody")
        self.heir = Worker(endpoint, self.name.encode(), "0.2")
        eventually(lambda: len(in_flight(observer, self.name)) == 2, f"{self.name}: there is no second worker")

    def beat(self):
        self.heir.say(HEARTBEAT["0.2"])

    def has_request(self):
        """Reads what the heir has; True once it has the request, which it answers."""
        while self.heir.socket.poll(0):
            command, rest = self.heir.next_command(skip_heartbeats=False)
            if command == REQUEST:
                self.heir.finish(rest[0], *rest[2:])
                return True
        return False

    def is_answered(self):
        if not self.client.poll(20_000 * _peers.SLOWNESS):
            return False
        return self.client.recv_multipart() == client_reply("0.2", self.name.encode(), self.body)

    def close(self):
        self.victim.stop()
        self.heir.close()
        self.client.close()


def in_flight(observer, name):
    """What each worker of a service holds."""
    workers = json.loads(ask(observer, "0.2", b"mmi.workers", b"")[1])
    return [worker["in_flight"] for worker in workers if worker["service"] == name]


def wait_for_heirs(pairs, since, patience_s):
    """Until each request is with its heir: after how many seconds, those not counted in which this machine stood still."""
    took = {}
    stood_still = 0.0
    poller = zmq.Poller()
    for pair in pairs:
        poller.register(pair.heir.socket, zmq.POLLIN)
    next_beat = since
    while len(took) < len(pairs) and time.monotonic() < since + patience_s:
        before = time.monotonic()
        if before >= next_beat:
            next_beat = time.monotonic() + BEAT_S / 2
            for pair in pairs:
                pair.beat()
        poller.poll(50)
        stood_still += max(0, time.monotonic() - before - 0.15)
        for pair in pairs:
            if pair not in took and pair.has_request():
                took[pair] = time.monotonic() - since - stood_still
    return list(took.values())


def _report(result, took, bound, extent, start):
    result.answered = len(took)
    result.lost = result.sent - result.answered
    result.seconds = _measure.clock() - start
    if not took:
        return result
    result.notes.append(
        f"{len(took)} times; another worker had the request after {statistics.median(took):.3f} s (median), "
        f"{max(took):.3f} s (slowest)"
    )
    if extent.scale < 1:  # one of many tests on a busy machine: late it may be, but not as late as silence would tell
        bound = max(bound, BEAT_S * LIVENESS / 2)
    result.require(max(took) <= bound * _peers.SLOWNESS, f"it took longer than {bound} s")
    return result


def kill(extent):
    """detect-kill: a worker is killed over its request, 100 times; another one has it within a second, by default settings"""
    result = _measure.Result("detect-kill")
    start = _measure.clock()
    took = []
    with Broker() as broker:
        watch = _measure.Watch(lambda: broker.process.pid)
        observer = dealer(broker.endpoint)
        for number in range(max(5, int(100 * extent.scale))):
            pair = Pair(broker.endpoint, observer, number)
            result.sent += 1
            killed = time.monotonic()
            pair.victim.process.kill()
            took += wait_for_heirs([pair], killed, 20 * _peers.SLOWNESS)
            result.wrong += not pair.is_answered()
            pair.close()
        observer.close()
        result.take_watch(watch)
        result.retried = _measure.stopped(broker)["retried"]
    return _report(result, took, KILLED_WITHIN_S, extent, start)


def freeze(extent):
    """detect-freeze: workers stand still over their requests (SIGSTOP), 100 in all; others have these within the liveness period"""
    # Half of them have announced a capacity. The others are known to beat at work by having done so.
    result = _measure.Result("detect-freeze")
    start = _measure.clock()
    took = []
    rounds = max(1, int(100 * extent.scale / AT_A_TIME))
    count = AT_A_TIME if extent.scale >= 1 else 4
    with Broker() as broker:
        watch = _measure.Watch(lambda: broker.process.pid)
        observer = dealer(broker.endpoint)
        for first in range(0, rounds * count, count):
            numbers = range(first, first + count)
            pairs = [Pair(broker.endpoint, observer, i, *(["--capacity", "2"] if i % 2 else [])) for i in numbers]
            result.sent += count
            ready = time.monotonic() + 4 * BEAT_S  # two beats over a request, and what it takes them
            while time.monotonic() < ready:
                for pair in pairs:
                    pair.beat()
                time.sleep(BEAT_S / 4)
            for pair in pairs:
                pair.victim.freeze()
            took += wait_for_heirs(pairs, time.monotonic(), 60 * _peers.SLOWNESS)
            for pair in pairs:
                result.wrong += not pair.is_answered()
                pair.close()
        observer.close()
        result.take_watch(watch)
        result.retried = _measure.stopped(broker)["retried"]
    return _report(result, took, SILENT_WITHIN_S, extent, start)
