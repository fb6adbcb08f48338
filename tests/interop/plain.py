"""Names and passwords (PLAIN, RFC 24): who gets in, from libzmq peers and from none at all."""

import signal
import socket as network
import time

import zmq

from _house import stats
from _mdp import PATIENCE_S, Broker, ask, client_request, context, eventually, run
from _plain import Users, is_let_in, plain_dealer

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x01" + b"PLAIN".ljust(20, b"\0") + bytes(32)


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
        eventually(lambda: refused(alice)["wrong_password"] >= 6, "they are not counted")
        said = "audit connection-refused address=127.0.0.1 user=alice reason=wrong_password"
        eventually(lambda: said in broker.output(), "nothing is said about it")
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


def flood(loops="1"):
    """RFC 24 a flood of wrong passwords keeps nobody out who was in before, and keeps nothing waiting"""
    users = Users(alice="secret")
    with Broker("--plain", str(users.file), "--loops", loops) as broker:
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


def flood_at_two_loops():
    """RFC 24 who was in before is known at all loops of a broker"""
    flood(loops="2")


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
        users.set("carol", "new")  # first: a file without bob is one with her
        users.remove("bob")
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


def warning():
    """a broker that takes passwords from the network says that anybody can read them"""
    users = Users(alice="secret")
    with Broker("--plain", str(users.file), endpoint="tcp://0.0.0.0:*") as broker:
        eventually(lambda: "passwords included" in broker.output(), "it does not warn")
    with Broker("--plain", str(users.file)) as broker:
        eventually(lambda: "speaks PLAIN" in broker.output(), "it does not say what it speaks")
        assert "passwords included" not in broker.output()


run(who_gets_in, odd_handshakes, flood, flood_at_two_loops, changes, warning)
