"""Users by CURVE: keys that change while the broker runs, whose session is whose, and who may do what."""

import signal
import socket as network
import subprocess

import zmq
from zmq.utils.monitor import recv_monitor_message

from _house import House, curve_socket, curve_dealer, is_let_in, stats
from _mdp import (
    BIN,
    DISCONNECT,
    HEARTBEAT,
    PATIENCE_S,
    READY,
    Broker,
    ask,
    client_request,
    eventually,
    next_but_heartbeats,
    run,
    worker_message,
)


def reload_lets_in_and_out():
    """a key that is added lets in, one that is removed ends what it had, and all others stay as they were"""
    house = House()
    alice = house.add("alice")
    bob = house.add("bob")
    with Broker(*house.options("--heartbeat", "10s")) as broker:  # what ends a worker here is not its silence
        alices = curve_dealer(house, broker.endpoint, alice)
        assert ask(alices, "0.2", b"mmi.service", b"x") == [b"404"]
        bobs = curve_dealer(house, broker.endpoint, bob)
        assert ask(bobs, "0.2", b"mmi.service", b"x") == [b"404"]
        working = curve_dealer(house, broker.endpoint, bob)
        working.send_multipart(worker_message("0.2", READY, b"task"))
        eventually(lambda: ask(alices, "0.2", b"mmi.service", b"task") == [b"200"], "there is no worker")
        gone = bobs.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        alice_gone = alices.get_monitor_socket(zmq.EVENT_DISCONNECTED)

        carol = house.add("carol")  # first: a look at the folder without bob is one with her
        house.remove("bob")
        broker.signal(signal.SIGHUP)
        assert gone.poll(PATIENCE_S * 1000), "a removed user is still connected"
        eventually(lambda: ask(alices, "0.2", b"mmi.service", b"task") == [b"404"], "a removed user still serves")
        assert not is_let_in(house, broker.endpoint, bob)
        assert is_let_in(house, broker.endpoint, carol)
        bobs.send_multipart(client_request("0.2", b"mmi.service", b"x"))
        assert bobs.poll(300) == 0
        assert not alice_gone.poll(0), "somebody was hung up on who may stay"
        eventually(lambda: stats(alices)["mdp_broker_connections_removed_total"] >= 1, "not counted")
        eventually(lambda: "reason=user-removed" in broker.output(), "nothing is said about it")
        for socket in alices, bobs:
            socket.disable_monitor()
        for socket in alices, bobs, working:
            socket.close()


def removed_while_silent():
    """who is removed before it has said anything is not heard when it does"""
    house = House()
    alice = house.add("alice")
    bob = house.add("bob")
    with Broker(*house.options()) as broker:
        silent = curve_socket(house, bob)
        monitor = silent.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED)
        silent.connect(broker.endpoint)
        assert monitor.poll(PATIENCE_S * 1000)
        assert recv_monitor_message(monitor)["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED
        house.remove("bob")
        broker.signal(signal.SIGHUP)
        eventually(lambda: "the keys are others now: 1" in broker.output(), "the keys were not read")
        silent.send_multipart(client_request("0.2", b"mmi.service", b"x"))
        assert monitor.poll(PATIENCE_S * 1000), "it was not hung up on"
        assert silent.poll(200) == 0
        assert is_let_in(house, broker.endpoint, alice)
        silent.disable_monitor()
        silent.close()


def changes_are_seen():
    """a change is seen without a signal, and a broken file changes nothing for others"""
    house = House()
    alice = house.add("alice")
    bob = house.invent("bob")
    with Broker(*house.options()) as broker:
        assert not is_let_in(house, broker.endpoint, bob)
        (house.keys / "bob").write_text("metadata\n")
        eventually(lambda: f"this key stays as it was: {house.keys}/bob" in broker.output(), "a broken file is no news")
        assert is_let_in(house, broker.endpoint, alice)
        carol = house.add("carol")
        eventually(lambda: is_let_in(house, broker.endpoint, carol), "others have to wait for a broken file")
        house.remove("carol")
        eventually(lambda: not is_let_in(house, broker.endpoint, carol), "a broken file keeps somebody in")
        (house.keys / "bob").write_bytes(bob.read_bytes())
        eventually(lambda: "the keys are others now: 2" in broker.output(), "the change was not seen")
        assert is_let_in(house, broker.endpoint, bob)


def takeover():
    """T9 a user cannot take over the routing id of another one's session"""
    house = House()
    alice = house.add("alice")
    bob = house.add("bob")
    with Broker(*house.options()) as broker:
        alices = curve_dealer(house, broker.endpoint, alice, b"the same")
        alices.send_multipart(worker_message("0.2", READY, b"task"))
        asks = curve_dealer(house, broker.endpoint, alice)
        eventually(lambda: ask(asks, "0.2", b"mmi.service", b"task") == [b"200"], "there is no worker")
        lost = lambda: stats(asks)["mdp_broker_connections_lost_total"]
        before = lost()
        alices.close()  # without a word, so its session is still there
        eventually(lambda: lost() > before, "the connection does not end")
        bobs = curve_dealer(house, broker.endpoint, bob, b"the same")

        def refused():
            bobs.send_multipart(worker_message("0.2", HEARTBEAT["0.2"]))
            return stats(asks)["mdp_broker_messages_dropped_total"]["takeover"] >= 1

        eventually(refused, "nobody has counted it")
        eventually(lambda: ask(asks, "0.2", b"mmi.service", b"task") == [b"404"], "a lost worker is still there")
        eventually(lambda: "audit takeover-refused" in broker.output(), "nothing is said about it")
        bobs.close()
        asks.close()


def access_by_service():
    """O13 who may call and serve what says the file, and a worker that may not is told to go, once"""
    house = House()
    alice = house.add("alice")
    scanner = house.add("scanner")
    rules = house.path / "broker.toml"
    rules.write_text(
        """
status-replies = true
[[access]]
user = "scanner"
serve = ["image.*"]
[[access]]
user = "alice"
call = ["image.*"]
mmi = ["service", "stats"]
max-connections = 8
"""
    )
    with Broker("--config", str(rules), *house.options()) as broker:
        client = curve_dealer(house, broker.endpoint, alice)
        worker = curve_dealer(house, broker.endpoint, scanner)
        worker.send_multipart(worker_message("0.2", READY, b"image.scale"))
        eventually(lambda: ask(client, "0.2", b"mmi.service", b"image.scale") == [b"200"], "there is no worker")
        for service in b"other", b"mmi.services", b"mmi.workers":
            assert ask(client, "0.2", service, b"x") == [b"mdp-status 403 not allowed"]
        client.send_multipart(client_request("0.2", b"image.scale", b"x"))
        assert next_but_heartbeats(worker, "0.2")[-1] == b"x"

        intruder = curve_dealer(house, broker.endpoint, scanner)
        intruder.send_multipart(worker_message("0.2", READY, b"other"))
        assert intruder.recv_multipart() == worker_message("0.2", DISCONNECT["0.2"])
        assert intruder.poll(300) == 0
        serving = curve_dealer(house, broker.endpoint, alice)
        serving.send_multipart(worker_message("0.2", READY, b"image.scale"))
        assert serving.recv_multipart() == worker_message("0.2", DISCONNECT["0.2"])
        ended = lambda: stats(client)["mdp_broker_workers_ended_total"]["not_allowed"]
        eventually(lambda: ended() == 2, "not counted")
        eventually(lambda: "audit worker-refused" in broker.output(), "nothing is said about it")
        crowd = [curve_dealer(house, broker.endpoint, alice) for _ in range(8)]
        for socket in crowd:
            socket.send_multipart(client_request("0.2", b"mmi.service", b"x"))
        full = lambda: stats(client)["mdp_broker_messages_dropped_total"]["user_full"]
        eventually(lambda: full() >= 1, "a user has more connections than he may")
        assert sum(socket.poll(0) > 0 for socket in crowd) <= 7  # one of the eight is the client
        for socket in client, worker, intruder, serving, *crowd:
            socket.close()
    for arguments, code in (["--user", "alice", "--call", "image.scale"], 0), (["--user", "alice", "--serve", "image.scale"], 1):
        done = subprocess.run([BIN / "mdp", "access", "check", "--rules", rules, *arguments], capture_output=True, timeout=PATIENCE_S)
        assert done.returncode == code, done


def two_doors():
    """7-1 with an endpoint for workers alone, keys hold at both, and who is removed is hung up on there as well"""
    house = House()
    alice = house.add("alice")
    scanner = house.add("scanner")
    stranger = house.invent("stranger")
    for_workers = f"ipc://{house.path}/workers"
    with Broker(*house.options("--bind-workers", for_workers)) as broker:
        assert not is_let_in(house, broker.endpoint, stranger)
        assert not is_let_in(house, for_workers, stranger)
        worker = curve_socket(house, scanner)
        gone = worker.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        worker.connect(for_workers)
        worker.send_multipart(worker_message("0.2", READY, b"task"))
        client = curve_dealer(house, broker.endpoint, alice)
        eventually(lambda: ask(client, "0.2", b"mmi.service", b"task") == [b"200"], "there is no worker")
        house.remove("scanner")
        broker.signal(signal.SIGHUP)
        assert gone.poll(PATIENCE_S * 1000), "a removed user is still connected"
        eventually(lambda: ask(client, "0.2", b"mmi.service", b"task") == [b"404"], "a removed user still serves")
        worker.disable_monitor()
        worker.close()
        client.close()


def one_count_for_all_doors(*more):
    """O13 a user's connections count together, at all endpoints for clients and at that for workers"""
    house = House()
    alice = house.add("alice")
    scanner = house.add("scanner")
    rules = house.path / "broker.toml"
    rules.write_text(
        """
[[access]]
user = "scanner"
serve = ["task"]
mmi = ["service"]
max-connections = 3
[[access]]
user = "alice"
mmi = ["service", "stats"]
"""
    )
    other, for_workers = f"ipc://{house.path}/clients", f"ipc://{house.path}/workers"
    # The worker says nothing more, and holds its place as long as we need it.
    options = house.options("--config", str(rules), "--bind", other, "--bind-workers", for_workers, "--heartbeat", "30s", *more)
    with Broker(*options) as broker:
        observer = curve_dealer(house, broker.endpoint, alice)
        answer = lambda: ask(observer, "0.2", b"mmi.service", b"task")
        full = lambda: stats(observer)["mdp_broker_messages_dropped_total"]["user_full"]
        worker = curve_dealer(house, for_workers, scanner)
        worker.send_multipart(worker_message("0.2", READY, b"task"))
        eventually(lambda: answer() == [b"200"], "there is no worker")
        here, there = (curve_dealer(house, endpoint, scanner) for endpoint in (broker.endpoint, other))
        for each in here, there:
            assert ask(each, "0.2", b"mmi.service", b"task") == [b"200"]
        assert full() == 0
        for endpoint, said in (
            (broker.endpoint, client_request("0.2", b"mmi.service", b"task")),
            (other, client_request("0.2", b"mmi.service", b"task")),
            (for_workers, worker_message("0.2", READY, b"task")),
        ):
            before = full()
            fourth = curve_dealer(house, endpoint, scanner)
            fourth.send_multipart(said)
            eventually(lambda: full() > before, f"the fourth is not refused at {endpoint}")
            assert fourth.poll(0) == 0
            fourth.close()
        worker.send_multipart(worker_message("0.2", DISCONNECT["0.2"]))  # makes room for a client
        eventually(lambda: answer() == [b"404"], "the worker is still there")
        late = curve_dealer(house, other, scanner)
        assert ask(late, "0.2", b"mmi.service", b"task") == [b"404"]
        for socket in observer, worker, here, there, late:
            socket.close()


def one_count_for_all_loops():
    """O13 a user's connections count together at all loops of a broker"""
    one_count_for_all_doors("--loops", "3")


def claims_to_be_a_user():
    """O13 who comes without CURVE is nobody, also if its handshake says that it is a user"""
    house = House()
    rules = house.path / "broker.toml"
    rules.write_text('status-replies = true\n[[access]]\nuser = "alice"\nmmi = ["service"]\n')
    with Broker("--config", str(rules)) as broker:
        # ZMTP 3.1 by hand (RFC 37): a library would not send such a property.
        peer = network.create_connection(("127.0.0.1", broker.port), PATIENCE_S)
        peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32))
        ready = b"\x05READY"
        for name, value in (b"Socket-Type", b"DEALER"), (b"Identity", b""), (b"User-Id", b"alice"):
            ready += bytes([len(name)]) + name + len(value).to_bytes(4, "big") + value
        peer.sendall(bytes([4, len(ready)]) + ready)
        heard = b""

        def hear(*words):
            nonlocal heard
            while not any(word in heard for word in words):
                piece = peer.recv(4096)
                assert piece, f"it was hung up on: {heard}"
                heard += piece

        hear(b"READY")  # before that a message is a breach of the handshake
        frames = client_request("0.2", b"mmi.service", b"x")
        for index, frame in enumerate(frames):
            peer.sendall(bytes([index < len(frames) - 1, len(frame)]) + frame)
        hear(b"not allowed", b"404", b"200")
        assert b"mdp-status 403 not allowed" in heard, heard
        peer.close()


run(
    reload_lets_in_and_out,
    removed_while_silent,
    changes_are_seen,
    takeover,
    access_by_service,
    two_doors,
    one_count_for_all_doors,
    one_count_for_all_loops,
    claims_to_be_a_user,
)
