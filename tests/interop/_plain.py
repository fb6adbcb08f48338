"""Users with passwords, for tests of PLAIN (RFC 24)."""

import os
import pathlib
import subprocess
import tempfile

import zmq
from zmq.utils.monitor import recv_monitor_message

from _mdp import BIN, PATIENCE_S, context


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
        done = subprocess.run([BIN / "mdp", "passwd", self.file, *arguments], input=input, capture_output=True, timeout=3 * PATIENCE_S)
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
