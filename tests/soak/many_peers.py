"""Peers in great numbers: one after the other, all at once, and more than the broker has descriptors for."""

import resource
import time

import zmq

import _measure
import _peers
import _zmtp
from _mdp import FINAL, HEARTBEAT, READY, REQUEST, Broker, client_reply, client_request, context, wait_for_service
from _mdp import worker_message

SESSION_MEMORY_S = 10  # how long the broker remembers an idle client, libmdp/mdp/defaults.hpp
REMEMBERED_KIB = 8  # more than it then remembers of one
SCATTERED_KIB = 0.5  # what a client that is forgotten may leave in the allocator's gaps; a leaked session is eight times that


class Visitors:
    """Clients that come, ask once, and leave; some at a time, each on a socket of its own."""

    def __init__(self, endpoint, at_a_time):
        self.endpoint, self.at_a_time = endpoint, at_a_time
        self.poller = zmq.Poller()
        self.inside = {}  # socket: (body, version, when it came)
        self.sent = self.answered = self.lost = self.wrong = 0

    def visit(self, count, a_second):
        """Lets `count` of them come, no more than so many a second."""
        end = self.sent + count
        start, before = time.monotonic(), self.sent
        while self.inside or self.sent < end:
            due = before + (time.monotonic() - start) * a_second
            while len(self.inside) < self.at_a_time and self.sent < min(end, due):
                self.come()
            for socket, _ in self.poller.poll(5):
                self.leave(socket, socket.recv_multipart())
            self.give_up(time.monotonic() - 20 * _peers.SLOWNESS)

    def come(self):
        socket = context.socket(zmq.DEALER)
        socket.linger = 0
        socket.connect(self.endpoint)
        self.sent += 1
        body, version = b"%d" % self.sent, ("0.1", "0.2")[self.sent % 2]
        socket.send_multipart(client_request(version, b"echo", body))
        self.poller.register(socket, zmq.POLLIN)
        self.inside[socket] = (body, version, time.monotonic())

    def leave(self, socket, reply):
        body, version, _ = self.inside.pop(socket)
        if reply is None:
            self.lost += 1
        elif reply == client_reply(version, b"echo", body):
            self.answered += 1
        else:
            self.wrong += 1
        self.poller.unregister(socket)
        socket.close()

    def give_up(self, came_before):
        for socket, (_, _, came) in list(self.inside.items())[:1]:  # the first has waited longest
            if came < came_before:
                self.leave(socket, None)


def churn(extent):
    """churn: 100 000 clients connect, ask once and disconnect, in five rounds: none of them leaves anything behind"""
    is_long = extent.scale >= 1
    rounds = 5 if is_long else 2
    count = max(1000, int(100_000 * extent.scale)) // rounds
    result = _measure.Result("churn")
    start = _measure.clock()
    after = []  # each round, in KiB
    with Broker() as broker:
        pid = broker.process.pid
        watch = _measure.Watch(lambda: pid)
        with _peers.Workers(broker.endpoint, "echo", 1, "--capacity", "32"):
            wait_for_service(broker.endpoint, b"echo")
            visitors = Visitors(broker.endpoint, at_a_time=16)
            for _ in range(rounds):
                visitors.visit(count, a_second=700)
                if is_long:  # until the last of them is forgotten
                    time.sleep(SESSION_MEMORY_S + 5)
                after.append(_measure.rss_kib(pid))
        result.take_watch(watch)
        result.sent, result.answered = visitors.sent, visitors.answered
        result.lost, result.wrong = visitors.lost, visitors.wrong
        result.retried = _measure.stopped(broker)["retried"]
    result.seconds = _measure.clock() - start
    result.notes.append(f"RSS after each {count} clients: " + ", ".join(f"{kib / 1024:.1f}" for kib in after) + " MiB")
    # What is remembered of a client for a while is no leak; --max-peers bounds it.
    bound = after[0] + 2048 + (rounds - 1) * count * (SCATTERED_KIB if is_long else REMEMBERED_KIB)
    if _peers.SLOWNESS == 1:  # a sanitizer's memory is not ours
        result.require(after[-1] <= bound, f"memory grew to {after[-1]} KiB, at most {bound:.0f} is in order")
    result.require(result.peak_descriptors < 200, "descriptors of clients that left stay open")
    return result


class Crowd(_zmtp.Crowd):
    """Clients and workers on bare TCP; each client asks some times, one request after the other."""

    def __init__(self, port, clients, workers, requests):
        super().__init__()
        self.port, self.requests = port, requests
        self.sent = self.answered = self.asked_again = self.twice = self.wrong = 0
        self.open = {}
        self.next_beat = 0.0
        self.workers = []
        self.clients = []
        self.connect(self.workers, workers, self.a_worker)
        self.connect(self.clients, clients, lambda: _zmtp.Peer(self, port, self.on_reply))
        self.left = dict.fromkeys(self.clients, requests)

    def connect(self, group, count, another):
        """Adds peers to a group, some at a time: a listener has room for so many that wait, and no more."""
        end = time.monotonic() + 120 * _peers.SLOWNESS
        while len(group) < count and time.monotonic() < end:
            some = [another() for _ in range(min(64, count - len(group)))]
            while not all(peer.is_ready or peer.is_lost for peer in some) and time.monotonic() < end:
                self.turn()
            group += some

    def a_worker(self):
        worker = _zmtp.Peer(self, self.port, self.on_request)
        worker.send(worker_message("0.2", READY, b"echo"))
        return worker

    def ask(self, client):
        self.left[client] -= 1
        self.sent += 1
        self.open[client] = b"%d" % self.sent
        client.send(client_request("0.2", b"echo", self.open[client]))

    def on_request(self, worker, frames):
        if frames[1] == REQUEST:
            worker.send(worker_message("0.2", FINAL["0.2"], frames[2], b"", *frames[4:]))

    def on_reply(self, client, frames):
        body = self.open.pop(client, None)
        if body is None:
            self.twice += 1
            return
        self.answered += 1
        if frames != client_reply("0.2", b"echo", body):
            self.wrong += 1
        if self.left[client]:
            self.ask(client)

    def open_requests(self):
        return len(self.open)

    def turn(self, wait_s=0.01):
        super().turn(wait_s)
        if time.monotonic() > self.next_beat:
            self.next_beat = time.monotonic() + 2
            for worker in self.workers:
                worker.send(worker_message("0.2", HEARTBEAT["0.2"]))


def crowd(extent):
    """crowd: 10 000 clients and 1 000 workers are connected at once, and each client asks ten times"""
    clients, workers = max(200, int(10_000 * min(extent.scale, 1))), max(20, int(1000 * min(extent.scale, 1)))
    needed = clients + workers + 200
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    result = _measure.Result("crowd")
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise RuntimeError(f"crowd needs {needed} descriptors, the hard limit is {hard}: raise it (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed if hard == resource.RLIM_INFINITY else hard, hard))
    start = _measure.clock()
    with Broker() as broker:
        pid = broker.process.pid
        watch = _measure.Watch(lambda: pid)
        before = _measure.rss_kib(pid)
        peers = Crowd(broker.port, clients, workers, requests=10)
        everybody = peers.workers + peers.clients
        connected = peers.until(lambda: all(peer.is_ready for peer in everybody), 120)
        result.require(connected, f"{sum(not peer.is_ready for peer in everybody)} peers could not connect")
        took = _measure.clock() - start
        per_peer = (_measure.rss_kib(pid) - before) / len(everybody)
        cpu = _measure.cpu_seconds(pid)
        asked = _measure.clock()
        for client in peers.clients:
            peers.ask(client)
        peers.until(lambda: not peers.open, 120)
        asked = _measure.clock() - asked
        cpu = _measure.cpu_seconds(pid) - cpu
        peers.until(lambda: False, 0.2)
        result.take_load(peers)
        result.require(peers.lost == 0, f"{peers.lost} connections were lost")
        result.take_watch(watch)
        for peer in everybody:
            if not peer.is_lost:
                peer.close()
        result.retried = _measure.stopped(broker)["retried"]
    result.seconds = _measure.clock() - start
    result.notes.append(
        f"{clients} clients and {workers} workers connected within {took:.1f} s, {per_peer:.1f} KiB a peer; "
        f"{result.sent / asked:.0f} requests/s; the broker took {cpu / max(result.sent, 1) * 1e6:.0f} us a request"
    )
    return result
