"""Connections that never finish their handshake, while others come and go."""

import errno
import socket as network

import zmq
from zmq.utils.monitor import recv_monitor_message

from _house import House, curve_dealer, curve_socket, stats
from _mdp import PATIENCE_S, Broker, ask, context, dealer, eventually, run

CURVE_GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x01" + b"CURVE".ljust(20, b"\0") + bytes(32)


def connect(port, source="127.0.0.1", says=b""):
    """A TCP connection that says that much and no more."""
    tcp = network.create_connection(("127.0.0.1", port), source_address=(source, 0))
    tcp.sendall(says)
    tcp.setblocking(False)
    return tcp


def is_open(tcp):
    try:
        while some := tcp.recv(4096):
            pass
        return some != b""
    except BlockingIOError:
        return True
    except OSError as error:
        assert error.errno in (errno.ECONNRESET, errno.EPIPE), error
        return False


def count_open(connections):
    return sum(map(is_open, connections))


def half_open(observer):
    return stats(observer)["mdp_broker_connections_refused_total"]["half_open"]


def lost(monitor):
    """How often a socket has lost its connection, since it was through."""
    count = 0
    while monitor.poll(0):
        recv_monitor_message(monitor)
        count += 1
    return count


def silent_ones_go(house=None, says=b""):
    """T8 of those who connect and say nothing the eldest go, and whoever means it gets in, from the same address too"""
    name = house and house.add("alice")
    with Broker("--max-handshakes-by-address", "20", *(house.options() if house else [])) as broker:
        join = lambda: curve_dealer(house, broker.endpoint, name) if house else dealer(broker.endpoint)
        observer = join()
        assert ask(observer, "0.2", b"mmi.service", b"x") == [b"404"]
        silent = []
        for _ in range(10):
            silent += [connect(broker.port, says=says) for _ in range(50)]
            newcomer = join()
            assert ask(newcomer, "0.2", b"mmi.service", b"x") == [b"404"]
            newcomer.close()
        eventually(lambda: count_open(silent) <= 20, "too many half-open connections")
        eventually(lambda: half_open(observer) >= 480, "they are not counted")
        eventually(lambda: "had not finished their handshake" in broker.output(), "nothing is said about it")
        assert count_open(silent[-10:]) > 0, "the newest of them has gone, too"
        for each in silent:
            each.close()
        observer.close()


def silent_over_curve():
    """T8 the same holds where CURVE is spoken, whether they say nothing at all or begin the handshake"""
    for says in b"", CURVE_GREETING:
        silent_ones_go(House(), says)


def others_are_spared():
    """T8 a flood from one address takes no place of another one's, and over the total the flood goes"""
    with Broker("--max-handshakes", "40", "--max-handshakes-by-address", "35") as broker:
        observer = dealer(broker.endpoint)
        slow = [connect(broker.port, source="127.0.0.2") for _ in range(5)]
        ask(observer, "0.2", b"mmi.service", b"x")
        flood = [connect(broker.port) for _ in range(300)]
        eventually(lambda: half_open(observer) >= 265, "they are not counted")
        eventually(lambda: count_open(flood) <= 35, "the flood is still there")
        assert count_open(slow) == 5
        more = [connect(broker.port, source=f"127.0.0.{n}") for n in range(3, 13)]
        eventually(lambda: count_open(flood) <= 25, "the flood does not make room")
        assert count_open(slow + more) == 15
        for each in slow + flood + more:
            each.close()
        observer.close()


def idle_is_not_half_open():
    """who has finished the handshake and says nothing stays, however many there are, with and without CURVE"""
    for house in None, House():
        name = house and house.add("alice")
        with Broker("--max-handshakes", "30", *(house.options() if house else [])) as broker:
            observer = curve_socket(house, name) if house else dealer(broker.endpoint)
            if house:
                observer.connect(broker.endpoint)
            ask(observer, "0.2", b"mmi.service", b"x")
            idle = []
            for _ in range(100):
                socket = curve_socket(house, name) if house else context.socket(zmq.DEALER)
                socket.linger = 0
                monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED)
                socket.connect(broker.endpoint)
                assert monitor.poll(PATIENCE_S * 1000), "no handshake"
                assert recv_monitor_message(monitor)["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED
                idle.append((socket, monitor))
            # All of them go through one thread of libzmq here: what is asked now is sent when their handshakes are.
            ask(observer, "0.2", b"mmi.service", b"x")
            silent = [connect(broker.port, says=CURVE_GREETING if house else b"") for _ in range(200)]
            eventually(lambda: half_open(observer) >= 170, "they are not counted")
            eventually(lambda: count_open(silent) <= 30, "they are still there")
            assert sum(lost(monitor) for _, monitor in idle) == 0, "an idle client was hung up on"
            for each in silent:
                each.close()
            for socket, _ in idle:
                socket.disable_monitor()
                socket.close()
            observer.close()


run(silent_ones_go, silent_over_curve, others_are_spared, idle_is_not_half_open)
