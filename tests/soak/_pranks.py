"""One peer, or a few, that do nothing but harm, as fast as they can: _pranks.py PRANK PORT SECONDS [SERVER-KEY]

A program of its own, so that its victims' times are not its own. What a prank does says its docstring. Frames are
written by hand, on bare TCP: a library would be polite."""

import os
import random
import resource
import select
import socket
import struct
import sys
import time

import zmq

import _peers  # for the path to _mdp
from _zmtp import GREETING, READY, _frame, _property, message
from _mdp import DISCONNECT, FINAL, HEARTBEAT, client_request, worker_message
from _mdp import READY as WORKER_READY

MORE = 1
MIB = 1 << 20


class Line:
    """One connection that writes what it is told and throws away what it reads, or does not even read."""

    def __init__(self, port, reads=True, identity=b""):
        self.tcp = socket.create_connection(("127.0.0.1", port))
        self.reads = reads
        hello = READY if not identity else _frame(
            4, b"\x05READY" + _property(b"Socket-Type", b"DEALER") + _property(b"Identity", identity)
        )
        heard = b""  # who speaks before the handshake is over may be hung up on by libzmq
        self.tcp.settimeout(2)
        try:
            self.tcp.sendall(GREETING + hello)
            while b"\x05READY" not in heard and (some := self.tcp.recv(4096)):
                heard += some
        except OSError:
            pass  # hung up on at once, or nobody answers: it will be seen when it writes
        self.tcp.setblocking(False)
        self.out = memoryview(b"")
        self.written = 0

    def write(self):
        """Writes some; True when all was written."""
        try:
            count = self.tcp.send(self.out[: 1 * MIB])
            self.written += count
            self.out = self.out[count:]
        except BlockingIOError:
            pass
        return not self.out

    def read(self):
        try:
            while self.tcp.recv(MIB):
                pass
        except BlockingIOError:
            pass


def flood(port, until, make, lines=1, reads=True, largest=None):
    """Writes what `make()` returns again and again, on so many connections, each up to `largest` bytes."""
    open_lines = [Line(port, reads) for _ in range(lines)]
    total = 0
    while time.monotonic() < until and open_lines:
        writable = [line.tcp for line in open_lines if largest is None or line.written < largest]
        _, able, _ = select.select([], writable, [], 0.1)
        for line in [line for line in open_lines if line.tcp in able]:
            try:
                if line.write():
                    line.out = memoryview(make())
                    total += 1
                if reads:
                    line.read()
            except OSError:  # hung up on
                open_lines.remove(line)
    return total


def ready_twice(port, until):
    """READY without end, the second of each pair forbidden"""
    return flood(port, until, lambda: 500 * message(worker_message("0.2", WORKER_READY, b"prank"))) * 500


def restless(port, until):
    """READY and DISCONNECT without end"""
    one = message(worker_message("0.2", WORKER_READY, b"prank")) + message(worker_message("0.2", DISCONNECT["0.2"]))
    return flood(port, until, lambda: 500 * one) * 500


def beats(port, until):
    """heartbeats without end, of a worker and of a stranger"""
    return flood(port, until, lambda: 500 * message(worker_message("0.2", HEARTBEAT["0.2"])), lines=2) * 500


def nonsense(port, until):
    """messages that are not MDP"""
    return flood(port, until, lambda: 500 * message([b"", b"MDPX09", b"hello"])) * 500


def greedy(port, until):
    """requests over its window without end, the status replies unread"""
    return flood(port, until, lambda: 500 * message(client_request("0.2", b"nobody", b"x")), reads=False) * 500


def impostor(port, until):
    """answers in other clients' names"""
    return flood(port, until, lambda: 500 * message(worker_message("0.2", FINAL["0.2"], b"you", b"", b"x"))) * 500


def names(port, until):
    """names of services that nobody offers, from sixty clients"""
    return flood(
        port, until, lambda: message(client_request("0.2", b"name-%x" % random.getrandbits(64), b"x")), lines=60
    )


def heavy(port, until):
    """requests of 60 MiB for a service without workers"""
    return flood(port, until, lambda: message(client_request("0.2", b"nobody", bytes(60 * MIB))))


def unread(port, until):
    """replies of 20 kB asked for and never read"""
    return flood(port, until, lambda: message(client_request("0.2", b"echo", bytes(20_000))), reads=False)


def same_name(port, until):
    """five peers at a time under one routing id, in all roles and versions"""
    said = [
        client_request("0.1", b"echo", b"x"),
        client_request("0.2", b"echo", b"x"),
        *(worker_message(v, WORKER_READY, b"prank") for v in ("0.1", "0.2")),
        *(worker_message(v, FINAL[v], b"you", b"", b"x") for v in ("0.1", "0.2")),
        *(worker_message(v, DISCONNECT[v]) for v in ("0.1", "0.2")),
    ]
    count = 0
    while time.monotonic() < until:
        lines = [Line(port, identity=b"twin") for _ in range(5)]
        for line in lines:
            line.out = memoryview(b"".join(message(random.choice(said)) for _ in range(20)))
            try:
                line.write()
            except OSError:
                pass
            count += 1
        for line in lines:
            line.tcp.close()
    return count


def endless(port, until):
    """a message of frames without end"""
    return flood(port, until, lambda: _frame(MORE, bytes(MIB)))


def halves(port, until):
    """messages of 50 MiB that a hundred connections begin and do not end"""
    return flood(port, until, lambda: _frame(MORE, bytes(MIB)), lines=100, largest=50 * MIB)


def resets(port, until):
    """connections reset in the middle of a message"""
    count = 0
    while time.monotonic() < until:
        tcp = socket.create_connection(("127.0.0.1", port))
        try:
            tcp.sendall(GREETING + READY + b"\x03" + struct.pack(">Q", 50 * MIB) + bytes(1000))
        except OSError:
            pass  # hung up on in the middle
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        tcp.close()
        count += 1
    return count


def half_open(port, until):
    """five thousand connections at a time that say nothing, new ones for those that are hung up on"""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    silent = []
    count = 0
    while time.monotonic() < until:
        while len(silent) < 5000 and time.monotonic() < until:
            silent.append(socket.create_connection(("127.0.0.1", port)))
            silent[-1].setblocking(False)
            count += 1
        kept = []
        for tcp in silent:
            try:
                while tcp.recv(4096):
                    pass
                tcp.close()
            except BlockingIOError:
                kept.append(tcp)
            except OSError:
                tcp.close()
        silent = kept
        time.sleep(0.01)
    return count


def garbled(port, until):
    """connections that greet with whatever bytes, a hundred at a time"""
    count = 0
    while time.monotonic() < until:
        lines = []
        for _ in range(100):
            tcp = socket.create_connection(("127.0.0.1", port))
            greeting = random.choice((b"", GREETING[:12], GREETING, b"\xff" + bytes(8) + b"\x7f"))
            try:
                tcp.sendall(greeting + random.randbytes(random.randrange(1, 200)))
            except OSError:
                pass  # hung up on in the middle
            lines.append(tcp)
            count += 1
        for tcp in lines:
            tcp.close()
    return count


def strangers(port, until):
    """a hundred clients at a time whose key nobody knows; each does its whole handshake, and comes again"""
    context = zmq.Context()
    count = 0
    while time.monotonic() < until:
        sockets = []
        for _ in range(100):
            peer = context.socket(zmq.DEALER)
            peer.linger = 0
            peer.curve_publickey, peer.curve_secretkey = zmq.curve_keypair()
            peer.curve_serverkey = sys.argv[4].encode()
            watch = peer.get_monitor_socket(zmq.EVENT_DISCONNECTED)
            peer.connect(f"tcp://127.0.0.1:{port}")
            sockets.append((peer, watch))
        for peer, watch in sockets:
            count += bool(watch.poll(max(0, 1000 * (until - time.monotonic()))))
            peer.disable_monitor()
            peer.close()
    return count


PRANKS = {
    prank.__name__: prank
    for prank in (
        ready_twice, restless, beats, nonsense, greedy, impostor, names, heavy, unread, same_name, endless, halves, resets,
        half_open, garbled,
    )
}

# And those for a broker that speaks CURVE and lets in known keys only.
CURVE_PRANKS = {prank.__name__: prank for prank in (half_open, garbled, strangers)}


if __name__ == "__main__":
    print((PRANKS | CURVE_PRANKS)[sys.argv[1]](int(sys.argv[2]), time.monotonic() + float(sys.argv[3])), flush=True)
    os._exit(0)
