"""Peers without libzmq: DEALERs that speak ZMTP 3.1 with the NULL mechanism on bare TCP sockets. Ten thousand of them
fit in one process and one thread, and one that does not want to read really does not."""

import selectors
import socket
import struct
import time

from _peers import SLOWNESS

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x01" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31)
MORE, LONG, COMMAND = 1, 2, 4


def _frame(flags, body):
    if len(body) < 256:
        return bytes((flags, len(body))) + body
    return bytes((flags | LONG,)) + struct.pack(">Q", len(body)) + body


def _property(name, value):
    return bytes((len(name),)) + name + struct.pack(">I", len(value)) + value


READY = _frame(COMMAND, b"\x05READY" + _property(b"Socket-Type", b"DEALER") + _property(b"Identity", b""))


def message(frames):
    last = len(frames) - 1
    return b"".join(_frame(0 if i == last else MORE, frame) for i, frame in enumerate(frames))


class Peer:
    """One connection. `on_message(peer, frames)` is called for what arrives."""

    def __init__(self, crowd, port, on_message):
        self.crowd = crowd
        self.on_message = on_message
        self.is_ready = False
        self.is_lost = False
        self._reads = selectors.EVENT_READ
        self._has_greeted = False
        self._in = bytearray()
        self._out = bytearray(GREETING + READY)
        self._early = bytearray()  # said before the other side's READY, which ends the handshake
        self._frames = []
        self._events = 0
        self.tcp = socket.socket()
        self.tcp.setblocking(False)
        self.tcp.connect_ex(("127.0.0.1", port))
        self._want(selectors.EVENT_READ | selectors.EVENT_WRITE)

    def send(self, frames):
        if self.is_ready:
            self._out += message(frames)
            self._write()
        else:
            self._early += message(frames)

    def listen(self, reads):
        """Whether it reads what arrives. Who does not read answers no ZMTP heartbeats either."""
        self._reads = selectors.EVENT_READ if reads else 0
        self._write()

    def has_written(self):
        return self.is_ready and not self._out

    def close(self):
        self._want(0)
        self.tcp.close()

    def _want(self, events):
        if events == self._events:
            return
        if not self._events:
            self.crowd.selector.register(self.tcp, events, self)
        elif not events:
            self.crowd.selector.unregister(self.tcp)
        else:
            self.crowd.selector.modify(self.tcp, events, self)
        self._events = events

    def _lose(self):
        if not self.is_lost:
            self.is_lost = True
            self.crowd.lost += 1
            self.close()

    def handle(self, events):
        try:
            if events & selectors.EVENT_READ:
                data = self.tcp.recv(65536)
                if not data:
                    return self._lose()
                self._in += data
                self._read()
            if not self.is_lost:
                self._write()
        except BlockingIOError:
            pass
        except OSError:
            self._lose()

    def _write(self):
        try:
            while self._out and not self.is_lost:
                del self._out[: self.tcp.send(self._out)]
        except BlockingIOError:
            pass
        except OSError:  # not connected yet, or not any more: reading will tell
            pass
        if not self.is_lost:
            self._want(self._reads | (selectors.EVENT_WRITE if self._out else 0))

    def _read(self):
        if not self._has_greeted:
            if len(self._in) < 64:
                return
            del self._in[:64]
            self._has_greeted = True
        start = 0
        data = self._in
        while len(data) - start >= 2:
            flags = data[start]
            if flags & LONG:
                if len(data) - start < 9:
                    break
                (size,) = struct.unpack_from(">Q", data, start + 1)
                body = start + 9
            else:
                size, body = data[start + 1], start + 2
            if len(data) < body + size:
                break
            self._take(flags, bytes(data[body : body + size]))
            start = body + size
        del self._in[:start]

    def _take(self, flags, body):
        if flags & COMMAND:
            if body.startswith(b"\x05READY"):
                self.is_ready = True
                self._out += self._early
                self._early.clear()
            elif body.startswith(b"\x04PING"):
                self._out += _frame(COMMAND, b"\x04PONG" + body[7:])
            return
        self._frames.append(body)
        if not flags & MORE:
            frames, self._frames = self._frames, []
            self.on_message(self, frames)


class Crowd:
    """Many peers, and the one loop that serves them."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.lost = 0

    def turn(self, wait_s=0.01):
        for key, events in self.selector.select(wait_s):
            key.data.handle(events)

    def until(self, holds, patience_s):
        """Serves them until `holds()`, for so long at most; whether it does."""
        end = time.monotonic() + patience_s * SLOWNESS
        while not holds() and time.monotonic() < end:
            self.turn()
        return holds()
