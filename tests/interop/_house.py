"""A broker that speaks CURVE, its users and their keys: what the tests of both share."""

import json
import pathlib
import subprocess
import tempfile

import zmq
import zmq.auth
from zmq.utils.monitor import recv_monitor_message

from _mdp import BIN, PATIENCE_S, ask, context


class House:
    """A folder with the broker's certificate and those of its users."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.keys = self.path / "keys"
        self.keys.mkdir()
        self.certificate = self.path / "broker.cert"

    def options(self, *more):
        return ["--curve", "--certificate", str(self.certificate), "--client-keys", str(self.keys), *more]

    def add(self, name):
        """A new user, who is in the store; returns the file of his certificate."""
        file = self.invent(name)
        (self.keys / name).write_bytes(file.read_bytes())
        return file

    def invent(self, name):
        """A new user of whom the store knows nothing."""
        file = self.path / f"{name}.cert"
        done = subprocess.run([BIN / "mdp", "keygen", "--name", name, file], capture_output=True, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr.decode()
        return file

    def make_key_like_an_option(self):
        """The broker's certificate, with a key that begins with "-", as one of 85 does."""
        file = self.invent("broker")
        old = zmq.auth.load_certificate(f"{file}_secret")
        new = next(pair for pair in iter(zmq.curve_keypair, None) if pair[0].startswith(b"-"))
        for each in file, pathlib.Path(f"{file}_secret"):
            text = each.read_bytes()
            for before, after in zip(old, new):
                text = text.replace(before, after)
            each.write_bytes(text)

    def remove(self, name):
        (self.keys / name).unlink()

    def server_key(self):
        return zmq.auth.load_certificate(self.certificate)[0]


def curve_socket(house, file, routing_id=None):
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.rcvtimeo = PATIENCE_S * 1000
    socket.curve_publickey, socket.curve_secretkey = zmq.auth.load_certificate(f"{file}_secret")
    socket.curve_serverkey = house.server_key()
    if routing_id:
        socket.routing_id = routing_id
    return socket


def curve_dealer(house, endpoint, file, routing_id=None):
    socket = curve_socket(house, file, routing_id)
    socket.connect(endpoint)
    return socket


def is_let_in(house, endpoint, file):
    """Connects; True when the handshake succeeds, False when it ends with a refusal."""
    socket = curve_socket(house, file)
    monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH)
    socket.connect(endpoint)
    assert monitor.poll(PATIENCE_S * 1000), "the handshake has neither succeeded nor failed"
    event = recv_monitor_message(monitor)["event"]
    socket.disable_monitor()
    socket.close()
    return event == zmq.EVENT_HANDSHAKE_SUCCEEDED


def stats(client):
    return json.loads(ask(client, "0.2", b"mmi.stats", b"")[-1])
