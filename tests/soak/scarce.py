"""A broker that runs short of something: of descriptors, or of a client that reads."""

import time

import zmq

import _measure
import _peers
import _zmtp
from _load import Load
from _mdp import Broker, client_reply, client_request, context, dealer, eventually, wait_for_service

NOFILE = 96
ROOM = 16  # connections that fit besides what the broker has open


def descriptors(extent):
    """descriptors: more peers connect than the broker has descriptors for; it lives on, and serves when they leave"""
    # The broker hangs up on who comes beyond the limit; a request that such a client had sent already is asked again.
    result = _measure.Result("descriptors")
    seconds = 3 if extent.scale < 1 else 10
    start = _measure.clock()
    with Broker(descriptors=NOFILE) as broker:
        pid = broker.process.pid
        watch = _measure.Watch(lambda: pid)
        with _peers.Workers(broker.endpoint, "echo", 1, "--capacity", "32"):
            wait_for_service(broker.endpoint, b"echo")
            alone = _measure.descriptors(pid)
            clients = [dealer(broker.endpoint) for _ in range(2 * NOFILE)]
            for i, client in enumerate(clients):
                client.send_multipart(client_request("0.2", b"echo", b"%d" % i))
            cpu, began = _measure.cpu_seconds(pid), _measure.clock()
            time.sleep(seconds)
            busy = (_measure.cpu_seconds(pid) - cpu) / (_measure.clock() - began)
            served = lambda: [i for i, client in enumerate(clients) if client.poll(0)]
            eventually(lambda: len(served()) > NOFILE // 4, "those who were connected are not served")
            served = served()
            result.require(len(served) < len(clients), "there were enough descriptors for everybody")
            # All leave. Those who were hung up on ask again, as many at a time as there is room for; which there is only
            # once the broker has missed those before them: a socket is closed behind the back of who says so, in order.
            late = [i for i in range(len(clients)) if i not in served]
            for i in late + served:
                clients[i].close()
            result.asked_again = len(late)
            answered = len(served)
            for first in range(0, len(late), ROOM):
                eventually(lambda: _measure.descriptors(pid) <= alone, "the broker does not miss who has left")
                asking = {i: dealer(broker.endpoint) for i in late[first : first + ROOM]}
                for i, client in asking.items():
                    client.send_multipart(client_request("0.2", b"echo", b"%d" % i))
                for i, client in asking.items():
                    reply = client.recv_multipart() if client.poll(20_000 * _peers.SLOWNESS) else None
                    answered += reply == client_reply("0.2", b"echo", b"%d" % i)
                    client.close()
            result.sent, result.answered = len(clients), answered
            result.lost = len(clients) - answered
        result.take_watch(watch)
        output = broker.output()
        result.retried = _measure.stopped(broker)["retried"]
    result.seconds = _measure.clock() - start
    said = [text for text in output.splitlines() if "hung up" in text]
    result.require(said, "the broker said nothing about it")
    result.require(busy < 0.7, "the broker was busy with nothing but refusing")
    result.notes.append(f"{len(served)} of {len(clients)} got in; the broker was busy for {busy:.0%} of the time")
    result.notes.append(f"it said {len(said)} lines about it" + (f", the first: {said[0]}" if said else ""))
    return result


def slow_reader(extent):
    """slow-reader: a client asks 5000 times 4 KiB and reads nothing until 3 s later; it gets all, others notice nothing"""
    requests = 5000 if extent.scale >= 1 else 2000
    pause_s = 3 if extent.scale >= 1 else 1.5
    result = _measure.Result("slow-reader")
    start = _measure.clock()
    with Broker("--client-window", str(requests)) as broker:
        watch = _measure.Watch(lambda: broker.process.pid)
        with _peers.Workers(broker.endpoint, "echo", 4, "--capacity", "16"):
            wait_for_service(broker.endpoint, b"echo")
            others = Load(broker.endpoint, b"echo", clients=2, window=1)
            got = []
            slow = _zmtp.Crowd()
            sleeper = _zmtp.Peer(slow, broker.port, lambda _, frames: got.append(frames))
            result.require(slow.until(lambda: sleeper.is_ready, 20), "the slow reader could not connect")
            sleeper.listen(False)
            for number in range(requests):
                name = number.to_bytes(4, "big")
                sleeper.send([name, b"", *client_request("0.2", b"echo", name * 1024)])
            result.require(slow.until(sleeper.has_written, 30), "the slow reader's requests are not read")
            end = time.monotonic() + pause_s
            stood_still = 0  # our own turns: how long this machine let nobody run, which nobody can be blamed for
            while time.monotonic() < end:
                before = time.monotonic()
                others.turn()
                stood_still = max(stood_still, time.monotonic() - before - 0.1)
            slowest = others.slowest - stood_still
            result.require(not got, "something was read before the pause was over")
            sleeper.listen(True)
            others.is_asking = False
            end = time.monotonic() + 30 * _peers.SLOWNESS
            while time.monotonic() < end and (len(got) < requests or others.open_requests()):
                slow.turn(0.001)
                others.turn(0)
            slow.turn(0.2)
            sleeper.close()
            others.close()
            result.take_load(others)
            names = {frames[0] for frames in got}
            right = sum(
                frames == [frames[0], b"", *client_reply("0.2", b"echo", frames[0] * 1024)] for frames in got
            )
            result.sent += requests
            result.answered += len(names)
            result.lost += requests - len(names)
            result.twice += len(got) - len(names)
            result.wrong += len(got) - right
        result.take_watch(watch)
        result.retried = _measure.stopped(broker)["retried"]
    result.seconds = _measure.clock() - start
    result.notes.append(
        f"{requests} replies waited for {pause_s} s; meanwhile others had {others.answered} replies, "
        f"the slowest after {slowest * 1000:.0f} ms"
    )
    result.require(slowest < 1 * _peers.SLOWNESS, "others had to wait for the slow reader")
    return result
