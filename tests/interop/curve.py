"""CURVE and who is let in (RFC 26, RFC 27): plain libzmq peers of pyzmq, and our programs, against mdp-broker --curve."""

import pathlib
import signal
import socket as network
import subprocess

import zmq
import zmq.auth

from _house import House, curve_socket, curve_dealer, is_let_in, stats
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
    next_but_heartbeats,
    run,
    worker_message,
)


def work_over_curve():
    """7-43 pyzmq clients and workers of both versions work over CURVE"""
    house = House()
    alice = house.add("alice")
    scanner = house.add("scanner")
    with Broker(*house.options()) as broker:
        for version in "0.1", "0.2":
            worker = curve_dealer(house, broker.endpoint, scanner)
            worker.send_multipart(worker_message(version, READY, b"echo"))
            client = curve_dealer(house, broker.endpoint, alice)
            client.send_multipart(client_request(version, b"echo", b"hello"))
            frames = next_but_heartbeats(worker, version)
            head = worker_message(version, REQUEST)
            assert frames[: len(head)] == head, frames
            address, empty, body = frames[len(head) :]
            assert empty == b"" and body == b"hello"
            worker.send_multipart(worker_message(version, FINAL[version], address, b"", b"world"))
            assert client.recv_multipart()[-1] == b"world"
            worker.send_multipart(worker_message(version, DISCONNECT[version]))
            worker.close()
            client.close()
        eventually(lambda: "audit worker-registered" in broker.output(), "nobody has written who registered")
        assert "user=scanner service=echo" in broker.output()
        for each in "user=alice kind=client", "user=scanner kind=worker":
            eventually(lambda: broker.output().count(f"{each} ") == 2, f"not two of {each}: {broker.output()}")


def our_programs():
    """our worker and client work over CURVE by two options, and the broker's log has the line for it"""
    house = House()
    alice = house.add("alice")
    scanner = house.add("scanner")
    with Broker(*house.options()) as broker:
        wanted = f"--broker {broker.endpoint} --server-key '{house.server_key().decode()}'"
        eventually(lambda: wanted in broker.output(), "the log does not say what a client needs")
        key = ["--broker", broker.endpoint, "--server-key", house.server_key().decode()]
        with Program("mdp-worker", *key, "--certificate", str(scanner), "--service", "echo", "--echo"):
            asks = curve_dealer(house, broker.endpoint, alice)
            eventually(lambda: ask(asks, "0.2", b"mmi.service", b"echo") == [b"200"], "the worker is not there")
            asks.close()
            as_file = ["--broker", broker.endpoint, "--server-key", str(house.certificate), "--certificate", str(alice)]
            done = subprocess.run([BIN / "mdp", "request", "echo", "hello", *as_file], capture_output=True, timeout=PATIENCE_S)
            assert done.stdout == b"hello\n", (done.stdout, done.stderr)
            nobody = subprocess.run(
                [BIN / "mdp", "request", "echo", "hello", *key, "--timeout", "300ms", "--retries", "0"],
                capture_output=True,
                timeout=PATIENCE_S,
            )
            assert nobody.returncode == 1, "somebody was let in whose key is in no store"


def said(broker, *options):
    """What mdp says about a request that comes to nothing; the exit code is that of all such requests."""
    done = subprocess.run(
        [BIN / "mdp", "request", "echo", "hello", "--broker", broker.endpoint, "--timeout", f"{PATIENCE_S}s", *options],
        capture_output=True,
        timeout=3 * PATIENCE_S,
    )
    assert done.returncode == 1, done
    assert done.stdout == b"" and done.stderr.count(b"\n") == 1, done
    return done.stderr.decode()


def told_why():
    """who is not let in, or has a wrong server key, is told so, by the client and in the worker's log"""
    house = House()
    alice = house.add("alice")
    stranger = house.invent("stranger")
    with Broker(*house.options()) as broker:
        key = ["--server-key", house.server_key().decode()]
        wrong_key = ["--server-key", zmq.curve_keypair()[0].decode()]
        assert "refuses this certificate (400)" in said(broker, *key, "--certificate", str(stranger))
        assert "refuses a key that it does not know (400)" in said(broker, *key)
        assert "is the server key right" in said(broker, *wrong_key, "--certificate", str(alice))
        assert "does the broker want its server key" in said(broker)
        for options, expected in (
            ([*key, "--certificate", str(stranger)], "refuses this certificate (400)"),
            (wrong_key, "is the server key right"),
            ([], "does the broker want its server key"),
        ):
            with Program("mdp-worker", "--broker", broker.endpoint, *options, "--service", "echo", "--echo") as worker:
                eventually(lambda: expected in worker.output(), "the worker does not say why")
                assert f"no connection to {broker.endpoint}: " in worker.output(), worker.output()
        # Who may come in can be changed at any time: it goes on trying.
        with Program(
            "mdp-worker", "--broker", broker.endpoint, *key, "--certificate", str(stranger), "--service", "echo", "--echo"
        ) as worker:
            eventually(lambda: "refuses this certificate" in worker.output(), "the worker does not say why")
            (house.keys / "stranger").write_bytes(stranger.read_bytes())
            broker.signal(signal.SIGHUP)
            asks = curve_dealer(house, broker.endpoint, alice)
            eventually(lambda: ask(asks, "0.2", b"mmi.service", b"echo") == [b"200"], "it does not come back")
            asks.close()


def same_key_again():
    """a broker keeps its certificate, whose secret is for its owner alone"""
    house = House()
    with Broker(*house.options()):
        first = house.server_key()
        secret = pathlib.Path(f"{house.certificate}_secret")
        assert secret.stat().st_mode & 0o777 == 0o600
    with Broker(*house.options()):
        assert house.server_key() == first
    secret.chmod(0o640)
    done = subprocess.run([BIN / "mdp-broker", *house.options(), "--bind", "tcp://127.0.0.1:*"], capture_output=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert b"others can read this secret: chmod 600" in done.stderr, done.stderr


def only_who_is_listed():
    """RFC 27 a key that is in no store, no key at all, and another server's key get nobody in"""
    house = House()
    alice = house.add("alice")
    stranger = house.invent("stranger")
    with Broker(*house.options()) as broker:
        assert is_let_in(house, broker.endpoint, alice)
        for _ in range(10):
            assert not is_let_in(house, broker.endpoint, stranger)
        plain = context.socket(zmq.DEALER)
        plain.linger = 0
        plain.connect(broker.endpoint)
        plain.send_multipart(client_request("0.2", b"mmi.service", b"x"))
        wrong = curve_socket(house, alice)
        wrong.curve_serverkey = zmq.curve_keypair()[0]
        wrong.connect(broker.endpoint)
        wrong.send_multipart(client_request("0.2", b"mmi.service", b"x"))
        assert plain.poll(500) == 0 and wrong.poll(100) == 0
        plain.close()
        wrong.close()
        asks = curve_dealer(house, broker.endpoint, alice)
        refused = lambda: stats(asks)["mdp_broker_connections_not_admitted_total"]
        eventually(lambda: refused()["unknown_key"] >= 10, "nobody has counted them")
        asks.close()
        key = zmq.auth.load_certificate(stranger)[0].decode()
        eventually(lambda: f"audit connection-refused address=127.0.0.1 key={key} reason=unknown_key" in broker.output(), "the log does not say who")


def nobody_at_the_edges():
    """RFC 27 nobody whose key is unknown gets in while the broker starts, reads its keys again, or stops"""
    house = House()
    alice = house.add("alice")
    stranger = house.invent("stranger")
    endpoint = f"ipc://{house.path}/broker"  # a port of TCP may be another listener's at once
    with Broker(*house.options()):
        pass  # now it has a certificate
    trying = [curve_socket(house, stranger) for _ in range(20)]
    monitors = [socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED) for socket in trying]
    for socket in trying:
        socket.reconnect_ivl = 1
        socket.connect(endpoint)  # they try from before its start to after its end
    with Broker(*house.options("--bind", endpoint)) as broker:
        assert not is_let_in(house, endpoint, stranger)
        for round in range(20):
            house.add(f"user{round}")
            broker.signal(signal.SIGHUP)
            assert is_let_in(house, endpoint, alice)
        eventually(lambda: "the keys are others now: 21" in broker.output(), broker.output())
        broker.process.terminate()
        eventually(lambda: broker.process.poll() is not None, "the broker does not end")
    assert not any(monitor.poll(0) for monitor in monitors), "somebody got in"
    for socket in trying:
        socket.disable_monitor()
        socket.close()


def warned():
    """a broker that is open to the network without CURVE says so, and one that is not does not"""
    with Broker(endpoint="tcp://0.0.0.0:*") as broker:
        eventually(lambda: "is open to the network, without encryption" in broker.output(), "it says nothing")
    with Broker() as broker:
        broker.signal(signal.SIGHUP)  # which ends nobody
        client = context.socket(zmq.DEALER)
        client.linger = 0
        client.rcvtimeo = PATIENCE_S * 1000
        client.connect(broker.endpoint)
        assert ask(client, "0.2", b"mmi.service", b"x") == [b"404"]
        client.close()
        assert "without encryption" not in broker.output()
    house = House()
    with Broker(*house.options(), endpoint="tcp://0.0.0.0:*") as broker:
        wanted = f"--broker tcp://{network.gethostname()}:{broker.port} --server-key"
        eventually(lambda: wanted in broker.output(), "the log does not say what a client needs")
        assert "without encryption" not in broker.output()


run(
    work_over_curve,
    our_programs,
    told_why,
    same_key_again,
    only_who_is_listed,
    nobody_at_the_edges,
    warned,
)
