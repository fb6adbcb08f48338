"""The brokers and what stands in their place, started for one measurement each, and the load on them."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

BIN = pathlib.Path(os.environ["MDP_BIN_DIR"])
STARTS_WITHIN = 20  # seconds, under valgrind on a loaded machine


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(endpoint):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(endpoint.rsplit(":", 1)[1]))) == 0


class Program:
    """One that runs: where it listens, and what the load has to be told about it."""

    def __init__(self, process, endpoint, load=()):
        self.process, self.endpoint, self.load = process, endpoint, list(load)

    @property
    def pid(self):
        return self.process.pid

    def resident_bytes(self):
        pages = pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def started(command, endpoint, load=(), under=()):
    """`under` stands in front of the command: valgrind or strace."""
    process = subprocess.Popen([*under, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not listens(endpoint):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"bench: {command[0]} does not listen: {process.stderr.read().decode().strip()}")
            time.sleep(0.05)
        yield Program(process, endpoint, load)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STARTS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def endpoint():
    return f"tcp://127.0.0.1:{free_port()}"


# The load has none of a client's manners: it asks as much as it is told to.
OURS = ("--client-window", "200000", "--client-max-bytes", str(1 << 30), "--log-level", "error")


@contextlib.contextmanager
def ours(*options, under=()):
    at = endpoint()
    with started([BIN / "mdp-broker", "--bind", at, *OURS, *options], at, under=under) as program:
        yield program


@contextlib.contextmanager
def ours_with_curve():
    with tempfile.TemporaryDirectory() as folder:
        certificate = f"{folder}/broker.cert"
        with ours("--curve", "--certificate", certificate) as program:
            program.load = ["--server-key", certificate]
            yield program


@contextlib.contextmanager
def loop(under=()):
    at = endpoint()
    with started([BIN / "bare_router", at], at, under=under) as program:
        yield program


@contextlib.contextmanager
def proxy():
    at, behind = endpoint(), endpoint()
    with started([BIN / "bare_proxy", at, behind], behind) as program:
        program.endpoint = at
        program.load = ["--protocol", "proxy", "--worker-endpoint", behind]
        yield program


@contextlib.contextmanager
def ours_with_echo_inside(instances=1, capacity=256):
    at = endpoint()
    with started([BIN / "echo_inside", at, instances, capacity], at) as program:
        program.load = ["--service", "echo", "--workers", "0"]
        yield program


def run_load(program, load, seconds=None, timeout=10):
    """What `mdp bench --json` says. `load`: clients, window and so on, as the options are called."""
    words = [BIN / "mdp", "bench", "--json", "--broker", program.endpoint, "--process", program.pid, "--timeout", f"{timeout}s"]
    if seconds is not None:
        words += ["--seconds", f"{int(seconds * 1000)}ms"]
    for name, value in load.items():
        words += ["--" + name.replace("_", "-"), value]
    words += program.load  # the last word counts
    said = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=900)
    if said.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, words))}: {said.stderr.strip() or said.stdout.strip()}")
    return json.loads(said.stdout)
