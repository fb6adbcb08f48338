"""What the interop tests share: bare MDP frames written by hand, programs of ours as processes, and a tiny
test runner. Nothing here knows our libraries: these are the peers that other people write."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import zmq

BIN = pathlib.Path(os.environ.get("MDP_BIN_DIR", "build/bin"))
# What must happen happens long before, also on a slow machine. Under a sanitizer CTest says how much slower all is.
PATIENCE_S = 20 * int(os.environ.get("MDP_PATIENCE", "1"))

# RFC 7 and RFC 18, side by side; the codes moved between them.
CLIENT = {"0.1": b"MDPC01", "0.2": b"MDPC02"}
WORKER = {"0.1": b"MDPW01", "0.2": b"MDPW02"}
READY = b"\x01"
REQUEST = b"\x02"
PARTIAL_02 = b"\x03"
FINAL = {"0.1": b"\x03", "0.2": b"\x04"}
HEARTBEAT = {"0.1": b"\x04", "0.2": b"\x05"}
DISCONNECT = {"0.1": b"\x05", "0.2": b"\x06"}
CLIENT_REQUEST_02, CLIENT_PARTIAL_02, CLIENT_FINAL_02 = b"\x01", b"\x02", b"\x03"

context = zmq.Context.instance()


def dealer(endpoint):
    return watched_dealer(endpoint, 0)[0]


def watched_dealer(endpoint, events):
    """A dealer with a monitor of `events`, which has been there since before it connected: a refusal comes but once."""
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.rcvtimeo = PATIENCE_S * 1000
    monitor = socket.get_monitor_socket(events) if events else None
    socket.connect(endpoint)
    return socket, monitor


def client_request(version, service, *body):
    """The frames a DEALER client sends."""
    if version == "0.1":
        return [b"", CLIENT["0.1"], service, *body]
    return [CLIENT["0.2"], CLIENT_REQUEST_02, service, *body]


def client_reply(version, service, *body):
    """The frames a DEALER client gets as the last part of its reply."""
    if version == "0.1":
        return [b"", CLIENT["0.1"], service, *body]
    return [CLIENT["0.2"], CLIENT_FINAL_02, service, *body]


def worker_message(version, command, *rest):
    start = [b""] if version == "0.1" else []
    return [*start, WORKER[version], command, *rest]


def next_but_heartbeats(socket, version):
    """What a worker's bare socket hears next. The broker beats when it pleases, on a slow machine in front of anything."""
    while True:
        frames = socket.recv_multipart()
        if frames != worker_message(version, HEARTBEAT[version]):
            return frames


class Worker:
    """A foreign worker on a DEALER socket."""

    def __init__(self, endpoint, service, version):
        self.version = version
        self.socket = dealer(endpoint)
        self.say(READY, service)

    def say(self, command, *rest):
        self.socket.send_multipart(worker_message(self.version, command, *rest))

    def next_command(self, skip_heartbeats=True):
        """The next message as (command, frames behind it), checked to be of our version."""
        while True:
            frames = self.socket.recv_multipart()
            head = worker_message(self.version, b"")[:-1]
            assert frames[: len(head)] == head, f"not a worker's message of MDP {self.version}: {frames}"
            command, rest = frames[len(head)], frames[len(head) + 1 :]
            if command != HEARTBEAT[self.version] or not skip_heartbeats:
                return command, rest

    def next_request(self):
        command, rest = self.next_command()
        assert command == REQUEST, f"expected a request, got {command!r} {rest}"
        assert rest[1] == b"", f"no empty frame behind the address: {rest}"
        return rest[0], rest[2:]

    def finish(self, address, *body):
        self.say(FINAL[self.version], address, b"", *body)

    def close(self):
        self.socket.close()


class Program:
    """A program of ours. Ends with the `with` block, by SIGTERM and with exit code 0 unless told otherwise."""

    def __init__(self, name, *arguments, descriptors=None):
        self.name = name
        self.log = tempfile.TemporaryFile()
        limited = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh"] if descriptors else []
        self.process = subprocess.Popen(
            [*limited, BIN / name, *arguments], stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT
        )
        self.is_killed = False

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.is_killed = True
        self.process.kill()
        self.process.wait()

    def output(self):
        file = self.log.fileno()  # whose place is the program's as well: it is where that writes next, so it is not moved
        return os.pread(file, os.fstat(file).st_size, 0).decode(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if not self.is_killed:
            self.process.terminate()
            try:
                code = self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                code = "none: it did not end"
            if kind is None:
                assert code == 0, f"{self.name} ended with exit code {code}:\n{self.output()}"
        if kind is not None:
            print(f"--- {self.name} said:\n{self.output()}", file=sys.stderr)


class Broker(Program):
    """mdp-broker on a port that the system chooses."""

    def __init__(self, *arguments, endpoint="tcp://127.0.0.1:*", descriptors=None):
        self.folder = tempfile.TemporaryDirectory()
        port_file = pathlib.Path(self.folder.name) / "port"
        super().__init__("mdp-broker", "--bind", endpoint, "--port-file", str(port_file), *arguments, descriptors=descriptors)
        eventually(lambda: port_file.exists() or self.process.poll() is not None, "the broker has no port")
        assert port_file.exists(), self.output()
        self.port = int(port_file.read_text().split()[0])
        self.endpoint = f"tcp://127.0.0.1:{self.port}"


def eventually(holds, otherwise):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.005)


def ask(socket, version, service, *body):
    """Sends a request and returns the frames of the reply's body."""
    socket.send_multipart(client_request(version, service, *body))
    reply = socket.recv_multipart()
    head = client_reply(version, service)
    assert reply[: len(head)] == head, f"not the reply of {service!r}: {reply}"
    return reply[len(head) :]


def wait_for_service(endpoint, service):
    """Until MMI says that somebody offers it."""
    socket = dealer(endpoint)
    eventually(
        lambda: ask(socket, "0.1", b"mmi.service", service) == [b"200"], f"nobody offers {service.decode()}"
    )
    socket.close()


def wait_for_workers(endpoint, service, count):
    """Until so many have registered for it: MMI's 200 says that one has."""
    socket = dealer(endpoint)

    def registered():
        listed = json.loads(ask(socket, "0.2", b"mmi.services", b"")[-1])
        return sum(each["workers"] for each in listed if each["service"] == service.decode())

    eventually(lambda: registered() == count, f"not {count} workers offer {service.decode()}")
    socket.close()


SKIPPED = 77  # as CTest is told


class Skip(Exception):
    """What is needed to try it is not on this machine."""


def run(*tests):
    """Runs functions whose docstrings are the tests' names."""
    failed = skipped = 0
    for test in tests:
        name = test.__doc__.splitlines()[0]
        try:
            test()
            print(f"passed: {name}")
        except Skip as reason:
            skipped += 1
            print(f"SKIPPED: {name}: {reason}")
        except Exception:
            failed += 1
            print(f"FAILED: {name}")
            traceback.print_exc()
    print(f"{len(tests) - failed - skipped} passed, {skipped} skipped, {failed} failed")
    sys.stdout.flush()
    os._exit(1 if failed else SKIPPED if skipped == len(tests) else 0)  # no waiting for sockets that a failure has left behind
