"""Who may connect, by address: plain libzmq peers against --allow-address and --deny-address (RFC 27)."""

import json
import tempfile

import zmq
from zmq.utils.monitor import recv_monitor_message

from _mdp import PATIENCE_S, Broker, ask, dealer, eventually, run, watched_dealer


def is_refused(endpoint):
    """Connects; True when the handshake ends with a refusal, False when it succeeds."""
    socket, monitor = watched_dealer(endpoint, zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH)
    assert monitor.poll(PATIENCE_S * 1000), "the handshake has neither succeeded nor failed"
    event = recv_monitor_message(monitor)["event"]
    socket.disable_monitor()
    socket.close()
    return event == zmq.EVENT_HANDSHAKE_FAILED_AUTH


def not_admitted(endpoint):
    client = dealer(endpoint)
    stats = json.loads(ask(client, "0.2", b"mmi.stats", b"")[-1])
    client.close()
    return stats["mdp_broker_connections_not_admitted_total"]


def allowed():
    """RFC 27 where addresses are allowed, others are not let in, and it is counted"""
    folder = tempfile.TemporaryDirectory()
    inside = f"ipc://{folder.name}/broker"
    with Broker("--allow-address", "ipc", "--bind", inside) as broker:
        assert is_refused(broker.endpoint)
        assert not is_refused(inside)
        eventually(lambda: not_admitted(inside)["address"] >= 1, "nobody has counted it")
        said = "audit connection-refused address=127.0.0.1 key= reason=address"
        eventually(lambda: said in broker.output(), "nothing is said about it")
    with Broker("--allow-address", "127.0.0.0/8") as broker:
        assert not is_refused(broker.endpoint)


def denied():
    """RFC 27 who is denied stays out, whatever is allowed, also when it tries again and again"""
    with Broker("--allow-address", "127.0.0.0/8", "--deny-address", "127.0.0.1") as broker:
        for _ in range(20):
            assert is_refused(broker.endpoint)
        socket = dealer(broker.endpoint)
        socket.send_multipart([b"MDPC02", b"\x01", b"mmi.service", b"x"])
        assert socket.poll(300) == 0
        socket.close()


def hundreds_of_handshakes():
    """RFC 27 hundreds of handshakes at once are all answered"""
    with Broker("--allow-address", "127.0.0.1") as broker:
        clients = [dealer(broker.endpoint) for _ in range(300)]
        for client in clients:
            client.send_multipart([b"MDPC02", b"\x01", b"mmi.service", b"nobody"])
        for client in clients:
            assert client.recv_multipart()[-1] == b"404"
            client.close()


def until_the_end():
    """RFC 27 nobody gets in while the broker stops"""
    folder = tempfile.TemporaryDirectory()
    inside = f"ipc://{folder.name}/broker"  # a port of TCP may be another listener's at once
    with Broker("--deny-address", "ipc", "--bind", inside) as broker:
        assert is_refused(inside)
        trying = [watched_dealer(inside, zmq.EVENT_HANDSHAKE_SUCCEEDED) for _ in range(20)]
        broker.process.terminate()
        eventually(lambda: broker.process.poll() is not None, "the broker does not end")
        assert not any(monitor.poll(0) for _, monitor in trying), "somebody got in at the end"
        for socket, _ in trying:
            socket.disable_monitor()
            socket.close()


run(allowed, denied, hundreds_of_handshakes, until_the_end)
