"""Peers that break the rules, while an honest client asks an honest worker."""

import json
import pathlib
import signal
import statistics
import subprocess
import sys
import time

import zmq

import _measure
import _peers
from _house import House, curve_dealer, is_let_in
from _mdp import FINAL, HEARTBEAT, READY, REQUEST, Broker, ask, client_reply, client_request, dealer, eventually
from _mdp import worker_message
from _pranks import CURVE_PRANKS, PRANKS

# Memory that the broker may have had at its peak, in MiB. What bounds it: the parked (64), what is in transit
# (16 a peer), one service's queue (256), unfinished messages (1024 and what comes between two looks), besides
# what a quiet broker has.
PEAK_MIB = {"heavy": 700, "endless": 1800, "halves": 1800}
USUAL_PEAK_MIB = 300


class Newcomers:
    """Honest clients that come one after the other, ask one question, and go."""

    def __init__(self, join):
        self.join = join
        self.took = []
        self.socket = None

    def turn(self):
        if self.socket is None:
            self.socket = self.join()
            self.began = time.monotonic()
            self.socket.send_multipart(client_request("0.2", b"mmi.service", b"echo"))
        elif self.socket.poll(0):
            assert self.socket.recv_multipart() == client_reply("0.2", b"mmi.service", b"200")
            self.took.append(time.monotonic() - self.began)
            self.socket.close()
            self.socket = None

    def close(self):
        if self.socket is not None:
            self.socket.close()


class Honest:
    """A client that asks one request after the other, and the worker that answers."""

    def __init__(self, join):
        self.worker = join()
        self.worker.send_multipart(worker_message("0.2", READY, b"echo"))
        self.client = join()
        eventually(lambda: ask(self.client, "0.2", b"mmi.service", b"echo") == [b"200"], "there is no worker")
        self.poller = zmq.Poller()
        for each in (self.worker, self.client):
            self.poller.register(each, zmq.POLLIN)
        self.took = []
        self.sent = self.answered = self.twice = self.wrong = 0
        self.asked_again = 0
        self.slowest = 0.0
        self.asked = None
        self.beat_at = 0.0

    def turn(self, asks=True):
        now = time.monotonic()
        if now >= self.beat_at:
            self.beat_at = now + 1
            self.worker.send_multipart(worker_message("0.2", HEARTBEAT["0.2"]))
        if self.asked is None and asks:
            self.sent += 1
            self.asked = now
            self.client.send_multipart(client_request("0.2", b"echo", b"%d" % self.sent))
        for socket, _ in self.poller.poll(100):
            frames = socket.recv_multipart()
            if socket is self.worker:
                assert frames[0] == b"MDPW02", frames
                if frames[1] == REQUEST:
                    self.worker.send_multipart(worker_message("0.2", FINAL["0.2"], *frames[2:]))
            elif self.asked is None:
                self.twice += 1
            else:
                self.took.append(time.monotonic() - self.asked)
                self.wrong += frames != client_reply("0.2", b"echo", b"%d" % self.sent)
                self.answered += 1
                self.asked = None

    def open_requests(self):
        return 0 if self.asked is None else 1


def play(name, seconds, result, house=None):
    """One prank; with a `house` over CURVE, where known keys only get in."""
    with Broker("--status-replies", *(house.options() if house else [])) as broker:
        honest_key = house and house.add("honest")
        join = lambda: dealer(broker.endpoint)
        if house:
            broker.signal(signal.SIGHUP)
            eventually(lambda: is_let_in(house, broker.endpoint, honest_key), "an honest peer does not get in")
            join = lambda: curve_dealer(house, broker.endpoint, honest_key)
        watch = _measure.Watch(lambda: broker.process.pid)
        honest = Honest(join)
        prank = subprocess.Popen(
            [sys.executable, pathlib.Path(__file__).with_name("_pranks.py"), name, str(broker.port), str(seconds)]
            + ([house.server_key().decode()] if house else []),
            stdout=subprocess.PIPE,
        )
        newcomers = Newcomers(join)
        end = time.monotonic() + seconds + 20 * _peers.SLOWNESS
        while prank.poll() is None and time.monotonic() < end:
            honest.turn()
            newcomers.turn()
        newcomers.close()
        while honest.open_requests() and time.monotonic() < end:
            honest.turn(asks=False)
        prank.kill()
        said = prank.stdout.read().strip()
        watch.look()
        after = _measure.rss_kib(broker.process.pid) / 1024
        observer = join()
        stats = json.loads(ask(observer, "0.2", b"mmi.stats", b"")[1])
        observer.close()
        watch.close()
        result.take_load(honest)
        honest.worker.close()
        honest.client.close()
        result.retried += _measure.stopped(broker)["retried"]
    peak = watch.peak_rss_kib / 1024
    result.peak_rss_kib = max(result.peak_rss_kib, watch.peak_rss_kib)
    result.peak_descriptors = max(result.peak_descriptors, watch.peak_descriptors)
    times = sorted(honest.took)
    result.notes.append(
        f"{(PRANKS | CURVE_PRANKS)[name].__doc__}{', over CURVE' if house else ''}: {int(said or 0)}; RSS {peak:.0f} MiB at its peak, then {after:.0f}; honest requests "
        f"{honest.answered}, p50 {statistics.median(times) * 1000:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1000:.0f} ms; {len(newcomers.took)} newcomers, "
        f"the slowest after {max(newcomers.took, default=0) * 1000:.0f} ms"
    )
    result.require(newcomers.took, f"{name}: nobody who came meanwhile got in")
    result.require(said, f"{name}: the prank ended with an error")
    result.require(stats["mdp_broker_workers_ended_total"]["silent"] == 0, f"{name}: an honest worker was given up")
    bound = PEAK_MIB.get(name, USUAL_PEAK_MIB)
    if _peers.SLOWNESS == 1:  # a sanitizer's memory is not ours
        result.require(peak <= bound, f"{name}: {peak:.0f} MiB of memory, {bound} are in order")


def pranks(extent):
    """hostile: peers that break the rules as fast as they can, one kind after the other; an honest pair loses nothing"""
    result = _measure.Result("hostile")
    start = _measure.clock()
    for name in PRANKS:
        if extent.scale < 1 and name in PEAK_MIB:
            continue  # not on the machine of somebody who only runs the tests
        play(name, 5 if extent.scale >= 1 else 1, result)
    for name in CURVE_PRANKS:
        play(name, 5 if extent.scale >= 1 else 1, result, House())
    result.seconds = _measure.clock() - start
    return result
