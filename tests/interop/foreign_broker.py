"""mdp-worker and mdp request against a broker that was not written here: this script plays it on a bare ROUTER."""

import pathlib
import subprocess
import tempfile

import zmq

from _mdp import (
    BIN,
    CLIENT,
    CLIENT_FINAL_02,
    CLIENT_PARTIAL_02,
    DISCONNECT,
    FINAL,
    HEARTBEAT,
    PATIENCE_S,
    READY,
    REQUEST,
    WORKER,
    Program,
    context,
    eventually,
    run,
    worker_message,
)

VERSIONS = ("0.1", "0.2")
PATIENT = ("--heartbeat", "100", "--liveness", "100")  # beats often, and bears with us when we do not
IN_TIME = ("--timeout", f"{PATIENCE_S}s")  # a client that does not ask again before we have answered


class Router:
    """The broker's side of the wire, by hand."""

    def __init__(self):
        self.socket = context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.rcvtimeo = PATIENCE_S * 1000
        self.socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self.port = self.socket.bind_to_random_port("tcp://127.0.0.1")
        self.endpoint = f"tcp://127.0.0.1:{self.port}"

    def next(self):
        frames = self.socket.recv_multipart()
        return frames[0], frames[1:]

    def next_but_heartbeats(self, version):
        while True:
            peer, frames = self.next()
            if frames != worker_message(version, HEARTBEAT[version]):
                return peer, frames

    def say(self, peer, version, command, *rest):
        self.socket.send_multipart([peer, *worker_message(version, command, *rest)])

    def close(self):
        self.socket.close()


def worker(router, version, *more):
    return Program("mdp-worker", "--broker", router.endpoint, "--service", "echo", "--echo", "--protocol", version, *more)


class Gate:
    """What --exec runs waits for it to open, so that work lasts as long as a test needs and no longer."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def wait(self, name):
        """What a shell does until the gate of that name is open."""
        return f"until test -e {self.path}/{name}; do sleep 0.02; done"

    def open(self, name):
        (self.path / name).touch()


def ready_and_reply():
    """7-14 7-16 18-7 18-8 our worker says READY and answers, frame by frame as the RFCs write it"""
    for version in VERSIONS:
        router = Router()
        with worker(router, version):
            peer, frames = router.next()
            assert frames == worker_message(version, READY, b"echo"), frames
            router.say(peer, version, REQUEST, b"client\x00address", b"", b"one", b"", b"two")
            answer = router.next_but_heartbeats(version)
            expected = worker_message(version, FINAL[version], b"client\x00address", b"", b"one", b"", b"two")
            assert answer == (peer, expected), answer
        _, frames = router.next_but_heartbeats(version)
        assert frames == worker_message(version, DISCONNECT[version]), "T15 no DISCONNECT at its end"
        router.close()


def capacity():
    """our worker announces a capacity of more than one in one more frame of READY"""
    router = Router()
    with worker(router, "0.2", "--capacity", "8"):
        _, frames = router.next()
        assert frames == [*worker_message("0.2", READY, b"echo"), b"capacity=8"], frames
    router.close()


def a_broker_that_knows_no_capacity():
    """a broker that sends one request at a time is served all the same, whatever our worker announced"""
    for version in VERSIONS:
        router = Router()
        with worker(router, version, "--capacity", "8"):
            peer, frames = router.next()
            assert frames[: -1] == worker_message(version, READY, b"echo"), frames
            for i in range(20):
                router.say(peer, version, REQUEST, b"client", b"", b"%d" % i)
                answer = router.next_but_heartbeats(version)
                assert answer == (peer, worker_message(version, FINAL[version], b"client", b"", b"%d" % i)), answer
        router.close()


def no_capacity_announced():
    """7-14 18-7 our worker that takes one at a time says READY as the RFCs write it, without a frame more"""
    for version in VERSIONS:
        router = Router()
        with worker(router, version, "--capacity", "1", "--concurrency", "4"):
            _, frames = router.next()
            assert frames == worker_message(version, READY, b"echo"), frames
        router.close()


def many_at_a_time():
    """our worker takes as many requests as it announced, works on so many at a time, and says which answer is whose"""
    router = Router()
    gate = Gate()
    command = Program(
        *("mdp-worker", "--broker", router.endpoint, "--service", "wait", "--concurrency", "3", "--heartbeat", "10s"),
        *("--exec", "sh -c 'read t; until test -e $t; do sleep 0.02; done; echo $t'"),
    )
    with command:
        peer, frames = router.next()
        assert frames == [*worker_message("0.2", READY, b"wait"), b"capacity=3"], frames
        # The first one ends when the others have: it would hold them up for ever if they were worked on in turn.
        gate.open("open")
        last, first = (f"{gate.path}/{name}".encode() for name in ("closed", "open"))
        for address, waits_for in ((b"a", last), (b"b", first), (b"c", first)):
            router.say(peer, "0.2", REQUEST, address, b"", waits_for)
        answers = {}
        while len(answers) < 3:
            if len(answers) == 2:
                assert b"a" not in answers, answers
                gate.open("closed")
            _, frames = router.next_but_heartbeats("0.2")
            assert frames[:2] == worker_message("0.2", FINAL["0.2"]) and frames[3] == b"", frames
            answers[frames[2]] = frames[4:]
        assert answers == {b"a": [last + b"\n"], b"b": [first + b"\n"], b"c": [first + b"\n"]}, answers
    router.close()


def more_than_the_capacity():
    """7-5 7-31 our worker leaves a broker that sends more than it takes, and comes back on a new socket"""
    router = Router()
    gate = Gate()
    command = Program(
        *("mdp-worker", "--broker", router.endpoint, "--service", "slow", "--capacity", "2"),
        *("--exec", f"sh -c '{gate.wait('enough')}'"),
    )
    with command:
        first, _ = router.next()
        for address in (b"a", b"b", b"c"):  # and no place becomes free meanwhile
            router.say(first, "0.2", REQUEST, address, b"", b"x")
        _, frames = router.next_but_heartbeats("0.2")
        assert frames == worker_message("0.2", DISCONNECT["0.2"]), frames
        second, frames = router.next_but_heartbeats("0.2")
        assert second != first and frames[-1] == b"capacity=2", frames
        gate.open("enough")
    router.close()


def a_new_socket_after_disconnect():
    """7-32 M8 after DISCONNECT our worker says nothing more on that socket and comes back on a new one"""
    for version in VERSIONS:
        router = Router()
        with worker(router, version):
            first, _ = router.next()
            router.say(first, version, DISCONNECT[version])
            second, frames = router.next_but_heartbeats(version)
            assert second != first, "the same socket again"
            assert frames == worker_message(version, READY, b"echo"), frames
        router.close()


def heartbeats_while_idle():
    """7-38 our worker beats when it has nothing to say"""
    for version in VERSIONS:
        router = Router()
        with worker(router, version, *PATIENT):
            peer, _ = router.next()
            for _ in range(3):
                again, frames = router.next()
                assert (again, frames) == (peer, worker_message(version, HEARTBEAT[version])), frames
                router.say(peer, version, HEARTBEAT[version])
        router.close()


def heartbeats_while_busy():
    """T1 our worker beats while it works"""
    router = Router()
    gate = Gate()
    work = f"sh -c 'touch {gate.path}/begun; {gate.wait('enough')}'"
    with Program("mdp-worker", "--broker", router.endpoint, "--service", "slow", "--exec", work, *PATIENT):
        peer, _ = router.next()
        router.say(peer, "0.2", REQUEST, b"c", b"", b"x")
        eventually((gate.path / "begun").exists, "it does not begin to work")
        while router.socket.poll(0):  # those may be from before it began
            assert router.next() == (peer, worker_message("0.2", HEARTBEAT["0.2"]))
        for _ in range(3):
            assert router.next() == (peer, worker_message("0.2", HEARTBEAT["0.2"]))
            router.say(peer, "0.2", HEARTBEAT["0.2"])
        gate.open("enough")
        _, frames = router.next_but_heartbeats("0.2")
        assert frames[:2] == worker_message("0.2", FINAL["0.2"]), frames
    router.close()


def a_silent_broker():
    """7-39 7-40 our worker leaves a broker that never beats and comes back on a new socket"""
    router = Router()
    with worker(router, "0.1", "--heartbeat", "100", "--liveness", "3"):
        first, _ = router.next()
        second = first
        while second == first:
            second, frames = router.next()
        assert frames == worker_message("0.1", READY, b"echo"), frames
    router.close()


def a_broker_that_talks_nonsense():
    """7-31 Z15 our worker ends the conversation with a broker that is none"""
    router = Router()
    with worker(router, "0.2"):
        first, _ = router.next()
        router.socket.send_multipart([first, b"HTTP/1.1 200 OK"])
        second = first
        while second == first:
            second, frames = router.next()
        assert frames == worker_message("0.2", READY, b"echo"), frames
    router.close()


def client(router, *arguments):
    return subprocess.Popen(
        [BIN / "mdp", "request", "--broker", router.endpoint, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def a_request_of_ours():
    """7-7 18-2 18-4 our client asks on a DEALER as the RFCs write it and prints the reply"""
    for version in VERSIONS:
        router = Router()
        process = client(router, *IN_TIME, "--protocol", version, "echo", "hello", "world")
        peer, frames = router.next()
        start = [b"", CLIENT["0.1"]] if version == "0.1" else [CLIENT["0.2"], b"\x01"]
        assert frames == [*start, b"echo", b"hello", b"world"], frames
        if version == "0.1":
            router.socket.send_multipart([peer, b"", CLIENT["0.1"], b"echo", b"an answer"])
        else:
            router.socket.send_multipart([peer, CLIENT["0.2"], CLIENT_PARTIAL_02, b"echo", b"a part"])
            router.socket.send_multipart([peer, CLIENT["0.2"], CLIENT_FINAL_02, b"echo", b"an answer"])
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
        expected = b"an answer\n" if version == "0.1" else b"a part\nan answer\n"
        assert out == expected, out
        router.close()


def a_retry_on_a_new_socket():
    """7-10 our client asks again on a new socket, so that a stale reply is impossible"""
    router = Router()
    process = client(router, "--timeout", "1s", "--retries", "15", "echo", "x")

    def answer(peer, text):
        try:
            router.socket.send_multipart([peer, CLIENT["0.2"], CLIENT_FINAL_02, b"echo", text])
        except zmq.ZMQError:
            pass  # that socket is gone already

    first, _ = router.next()
    second, _ = router.next()
    assert first != second
    answer(first, b"stale")
    answer(second, b"fresh")

    def is_content():
        """On a slow machine it may have gone on to a third socket before it has our answer, and so on."""
        if router.socket.poll(0):
            answer(router.next()[0], b"fresh")
        return process.poll() is not None

    eventually(is_content, "it does not end")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (0, b"fresh\n"), (process.returncode, out, err)
    router.close()


def an_answer_among_nonsense():
    """Z15 18-5 our client takes nothing for an answer that is none, and waits for its own"""
    for version in VERSIONS:
        router = Router()
        process = client(router, *IN_TIME, "--protocol", version, "echo", "x")
        peer, _ = router.next()
        answer = [b"", CLIENT["0.1"], b"echo", b"mine"] if version == "0.1" else [CLIENT["0.2"], CLIENT_FINAL_02, b"echo", b"mine"]
        for frames in (
            [b""],
            [b"nonsense"],
            [b"", b"\x00" * 500],
            answer[:-1],
            answer[:-2],
            [*answer[:-2], b"another-service", b"not mine"],
            [b"address", b"", *answer[-3:]],
            worker_message("0.1", REQUEST, b"c", b"", b"x"),
            worker_message("0.2", DISCONNECT["0.2"]),
            answer,
        ):
            router.socket.send_multipart([peer, *frames])
        out, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, out) == (0, b"mine\n"), (process.returncode, out, err)
        router.close()


def nobody_answers():
    """our client gives up with exit code 1 and one line that says so"""
    router = Router()
    process = client(router, "--timeout", "100", "--retries", "1", "echo", "x")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1, process.returncode
    assert out == b"" and len(err.strip().splitlines()) == 1, (out, err)
    assert router.endpoint.encode() in err, err
    router.close()


run(
    ready_and_reply,
    capacity,
    a_broker_that_knows_no_capacity,
    no_capacity_announced,
    many_at_a_time,
    more_than_the_capacity,
    a_new_socket_after_disconnect,
    heartbeats_while_idle,
    heartbeats_while_busy,
    a_silent_broker,
    a_broker_that_talks_nonsense,
    a_request_of_ours,
    a_retry_on_a_new_socket,
    an_answer_among_nonsense,
    nobody_answers,
)
