"""Names and passwords (PLAIN, RFC 24) from plain libzmq peers, from none at all, and from our programs."""

import json
import os
import pathlib
import signal
import socket as network
import subprocess
import tempfile
import time

import zmq
from zmq.utils.monitor import recv_monitor_message

from _house import stats
from _mdp import (
    BIN,
    DISCONNECT,
    FINAL,
    PATIENCE_S,
    READY,
    REQUEST,
    Broker,
    Program,
    ask,
    client_request,
    context,
    eventually,
    run,
    worker_message,
)

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x01" + b"PLAIN".ljust(20, b"\0") + bytes(32)


class Users:
    """A file of users, made by mdp passwd."""

    def __init__(self, **passwords):
        self.folder = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self.folder.name) / "users"
        for user, password in passwords.items():
            self.set(user, password)

    def set(self, user, password):
        self._run(user, input=password.encode() + b"\n")

    def remove(self, user):
        self._run(user, "--remove")

    def _run(self, *arguments, input=b""):
        done = subprocess.run([BIN / "mdp", "passwd", self.file, *arguments], input=input, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()

    def password_file(self, password):
        path = pathlib.Path(self.folder.name) / f"password-{len(os.listdir(self.folder.name))}"
        path.touch(mode=0o600)
        path.write_text(password + "\n")
        return str(path)


def plain_socket(user, password):
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.rcvtimeo = PATIENCE_S * 1000
    socket.plain_username = user
    socket.plain_password = password
    return socket


def plain_dealer(broker, user, password):
    socket = plain_socket(user, password)
    socket.connect(broker.endpoint)
    return socket


def is_let_in(broker, user, password):
    socket = plain_socket(user, password)
    monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH)
    socket.connect(broker.endpoint)
    assert monitor.poll(PATIENCE_S * 1000), "the handshake has neither succeeded nor failed"
    event = recv_monitor_message(monitor)["event"]
    socket.disable_monitor()
    socket.close()
    return event == zmq.EVENT_HANDSHAKE_SUCCEEDED


def hello(broker, user, password):
    """A peer without libzmq that says a name and a password of any bytes; True if it is let in."""
    with network.create_connection(("127.0.0.1", broker.port), timeout=PATIENCE_S) as tcp:
        body = b"\x05HELLO" + bytes((len(user),)) + user + bytes((len(password),)) + password
        size = bytes((4, len(body))) if len(body) < 256 else b"\x06" + len(body).to_bytes(8, "big")
        tcp.sendall(GREETING + size + body)
        heard = b""
        try:
            while b"\x07WELCOME" not in heard and b"RROR\x03400" not in heard:  # libzmq 4.3 misspells it
                some = tcp.recv(4096)
                if not some:
                    break
                heard += some
        except ConnectionResetError:
            pass
        return b"\x07WELCOME" in heard


def refused(observer):
    return stats(observer)["mdp_broker_connections_not_admitted_total"]


def who_gets_in():
    """RFC 24 who knows a password gets in by his name, and nobody else does"""
    users = Users(alice="correct horse", bob="b" * 255)
    with Broker("--plain", str(users.file)) as broker:
        alice = plain_dealer(broker, b"alice", b"correct horse")
        assert ask(alice, "0.2", b"mmi.service", b"x") == [b"404"]
        assert is_let_in(broker, b"bob", b"b" * 255)
        for user, password in (
            (b"alice", b"b" * 255),
            (b"alice", b"correct hors"),
            (b"alice", b"correct horse "),
            (b"Alice", b"correct horse"),
            (b"carol", b"correct horse"),
            (b"x" * 255, b"y" * 255),
        ):
            assert not is_let_in(broker, user, password), user
        assert refused(alice)["wrong_password"] >= 6
        assert "127.0.0.1 as " in broker.output()
        assert "correct horse" not in broker.output()
        alice.close()


def odd_handshakes():
    """RFC 24 empty names and passwords, control characters and other mechanisms get nobody in"""
    users = Users(alice="secret")
    with Broker("--plain", str(users.file)) as broker:
        alice = plain_dealer(broker, b"alice", b"secret")
        assert ask(alice, "0.2", b"mmi.service", b"x") == [b"404"]
        assert hello(broker, b"alice", b"secret")
        for user, password in (b"", b""), (b"alice", b""), (b"", b"secret"), (b"a\nb", b"x"), (b"\xff\0", b"\0"):
            assert not hello(broker, user, password), user
        eventually(lambda: refused(alice)["wrong_password"] >= 5, "they are not counted")
        nameless = context.socket(zmq.DEALER)
        nameless.linger = 0
        nameless.connect(broker.endpoint)
        nameless.send_multipart(client_request("0.2", b"mmi.service", b"x"))
        assert nameless.poll(300) == 0
        nameless.close()
        alice.close()


def flood():
    """RFC 24 a flood of wrong passwords keeps nobody out who was in before, and keeps nothing waiting"""
    users = Users(alice="secret")
    with Broker("--plain", str(users.file)) as broker:
        alice = plain_dealer(broker, b"alice", b"secret")
        assert ask(alice, "0.2", b"mmi.service", b"x") == [b"404"]
        flooding = [plain_dealer(broker, b"alice", b"wrong-%d" % n) for n in range(100)]  # libzmq tries again and again
        eventually(lambda: refused(alice)["too_many_checks"] > 0, "no check was one too many")
        for _ in range(5):
            began = time.monotonic()
            again = plain_dealer(broker, b"alice", b"secret")
            assert ask(again, "0.2", b"mmi.service", b"x") == [b"404"]
            assert ask(alice, "0.2", b"mmi.service", b"x") == [b"404"]
            again.close()
        print(f"  a known user was in after {1000 * (time.monotonic() - began):.0f} ms")
        for socket in flooding:
            socket.close()
        alice.close()


def changes():
    """users that are added get in, those that are removed are hung up on, and a broken file changes nothing"""
    users = Users(alice="secret", bob="another")
    with Broker("--plain", str(users.file)) as broker:
        alice = plain_dealer(broker, b"alice", b"secret")
        bob = plain_dealer(broker, b"bob", b"another")
        for each in alice, bob:
            assert ask(each, "0.2", b"mmi.service", b"x") == [b"404"]
        gone = bob.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        alice_gone = alice.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        users.remove("bob")
        users.set("carol", "new")
        broker.signal(signal.SIGHUP)
        assert gone.poll(PATIENCE_S * 1000), "a removed user is still connected"
        assert not is_let_in(broker, b"bob", b"another")
        assert is_let_in(broker, b"carol", b"new")
        good = users.file.read_bytes()
        users.file.write_bytes(b"nonsense\n")
        broker.signal(signal.SIGHUP)
        eventually(lambda: "the users stay as they were" in broker.output(), "a broken file is no news")
        assert str(users.file) in broker.output()
        assert is_let_in(broker, b"carol", b"new")
        users.file.write_bytes(good)
        users.set("alice", "changed")
        broker.signal(signal.SIGHUP)
        eventually(lambda: not is_let_in(broker, b"alice", b"secret"), "the old password is still right")
        assert is_let_in(broker, b"alice", b"changed")
        assert not alice_gone.poll(0), "somebody was hung up on who may stay"
        for each in alice, bob:
            each.disable_monitor()
            each.close()


def our_programs():
    """mdp-worker and mdp get in by --user and --password-file, and the rules know them by name"""
    users = Users(alice="secret", worker="work")
    config = pathlib.Path(users.folder.name) / "broker.toml"
    config.write_text(
        '[[access]]\nuser = "worker"\nserve = ["echo"]\n[[access]]\nuser = "alice"\ncall = ["echo"]\nmmi = ["service"]\n'
    )
    with Broker("--plain", str(users.file), "--config", str(config), "--status-replies") as broker:
        knows = ["--broker", broker.endpoint, "--user"]
        with Program(
            "mdp-worker", "--service", "echo", "--echo", *knows, "worker", "--password-file", users.password_file("work")
        ):
            alice = plain_dealer(broker, b"alice", b"secret")
            eventually(lambda: ask(alice, "0.2", b"mmi.service", b"echo") == [b"200"], "the worker is not there")
            alice.close()

            def request(user, password):
                return subprocess.run(
                    [BIN / "mdp", "request", "echo", "hello", *knows, user, "--password-file", password,
                     "--timeout", "2s", "--retries", "0"],
                    capture_output=True, timeout=60,
                )  # fmt: skip

            done = request("alice", users.password_file("secret"))
            assert (done.returncode, done.stdout) == (0, b"hello\n"), done
            assert request("worker", users.password_file("work")).returncode == 1  # it may not call
            assert request("alice", users.password_file("wrong")).returncode == 1
            open_file = users.password_file("secret")
            os.chmod(open_file, 0o644)
            done = request("alice", open_file)
            assert done.returncode == 2 and b"--password-file" in done.stderr, done


def workers_hear_who_asks():
    """a foreign worker that asks who asks is told, between address and delimiter; mmi.workers says who the worker is"""
    users = Users(alice="secret", worker="work")
    with Broker("--plain", str(users.file)) as broker:
        alice = plain_dealer(broker, b"alice", b"secret")
        for version in "0.1", "0.2":
            for question in (), (b"user?",), (b"capacity=2", b"user?", b"key=" + 40 * b"k"):
                works = plain_dealer(broker, b"worker", b"work")
                works.send_multipart(worker_message(version, READY, b"echo", *question))
                alice.send_multipart(client_request("0.2", b"echo", b"x", b"y"))
                start = worker_message(version, REQUEST)
                frames = works.recv_multipart()
                assert frames[: len(start)] == start, frames
                address, *rest = frames[len(start) :]
                assert rest == [*((b"user=alice",) if question else ()), b"", b"x", b"y"], rest
                (listed,) = json.loads(ask(plain_dealer(broker, b"alice", b"secret"), "0.2", b"mmi.workers", b"")[1])
                assert listed["user"] == "worker", listed
                assert listed.get("key") == (40 * "k" if len(question) == 3 else None), listed
                works.send_multipart(worker_message(version, FINAL[version], address, b"", b"done"))
                assert alice.recv_multipart()[-1] == b"done"
                works.send_multipart(worker_message(version, DISCONNECT[version]))
                works.close()
                eventually(lambda: ask(alice, "0.2", b"mmi.service", b"echo") == [b"404"], "the worker is still there")
        alice.close()


def refused_worker_waits():
    """T15 a worker of ours whose service is not allowed comes back later each time, not at once and for ever"""
    users = Users(alice="secret", worker="work")
    config = pathlib.Path(users.folder.name) / "broker.toml"
    config.write_text('[[access]]\nuser = "alice"\nmmi = ["*"]\n')
    with Broker("--plain", str(users.file), "--config", str(config)) as broker:
        alice = plain_dealer(broker, b"alice", b"secret")
        assert ask(alice, "0.2", b"mmi.service", b"x") == [b"404"]
        began = time.monotonic()
        with Program(
            "mdp-worker", "--service", "echo", "--echo", "--broker", broker.endpoint, "--user", "worker",
            "--password-file", users.password_file("work"), "--reconnect-min", "10ms",
        ):  # fmt: skip
            refused = lambda: stats(alice)["mdp_broker_workers_ended_total"]["not_allowed"]
            eventually(lambda: refused() >= 3, "it does not come back")
            # At least a second between each READY and its DISCONNECT, however fast the machine is.
            assert refused() <= time.monotonic() - began + 1, "it comes back in a loop"
        alice.close()


def wrong_use():
    """options that do not go together are wrong use"""
    users = Users(alice="secret")
    password = users.password_file("secret")
    for program, *arguments in (
        ("mdp-broker", "--plain", str(users.file), "--curve", "--bind", "tcp://127.0.0.1:*"),
        ("mdp-broker", "--plain", str(users.file) + "-not-there", "--bind", "tcp://127.0.0.1:*"),
        ("mdp", "services", "--user", "alice"),
        ("mdp", "services", "--password-file", password),
        ("mdp", "services", "--user", "a b", "--password-file", password),
        ("mdp", "services", "--user", "alice", "--password-file", str(users.file) + "-not-there"),
    ):
        done = subprocess.run([BIN / program, *arguments], capture_output=True, timeout=60)
        assert done.returncode == 2, (program, arguments, done)
        assert done.stderr.startswith(program.encode()), done


def warning():
    """a broker that takes passwords from the network says that anybody can read them"""
    users = Users(alice="secret")
    with Broker("--plain", str(users.file), endpoint="tcp://0.0.0.0:*") as broker:
        eventually(lambda: "passwords included" in broker.output(), "it does not warn")
    with Broker("--plain", str(users.file)) as broker:
        eventually(lambda: "speaks PLAIN" in broker.output(), "it does not say what it speaks")
        assert "passwords included" not in broker.output()


run(who_gets_in, odd_handshakes, flood, changes, our_programs, workers_hear_who_asks, refused_worker_waits, wrong_use, warning)
