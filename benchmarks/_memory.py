"""What peers that do nothing, and requests that wait, cost a broker in memory. Foreign peers, on bare TCP and by pyzmq."""

import contextlib
import pathlib
import sys
import time

import zmq

sys.path.append(str(pathlib.Path(__file__).parent.parent / "tests" / "soak"))
import _zmtp

CLIENT, WORKER = b"MDPC02", b"MDPW02"
CONNECTS_AT_ONCE = 250  # so that no bound on handshakes is met
PATIENCE_MS = 60_000


def receive(sock, what):
    if not sock.poll(PATIENCE_MS):
        sys.exit(f"bench: {what} did not come")
    return sock.recv_multipart()


def dealer(context, endpoint):
    sock = context.socket(zmq.DEALER)
    sock.set(zmq.LINGER, 0)
    sock.set_hwm(0)
    sock.connect(endpoint)
    return sock


@contextlib.contextmanager
def idle_clients(endpoint, count):
    """So many connections that have asked once, been answered, and say nothing more."""
    crowd, port, answered = _zmtp.Crowd(), int(endpoint.rsplit(":", 1)[1]), []
    everybody = []
    service = b"idle-%d" % count  # the bare loop forgets no worker

    def answer(worker, frames):
        if frames[1] == b"\x02":
            worker.send([WORKER, b"\x04", frames[2], b"", frames[4]])

    def wait(is_done):
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not is_done():
            crowd.turn()
            if crowd.lost or time.monotonic() > deadline:
                sys.exit(f"bench: idle clients: {len(answered)} of {count} were answered, {crowd.lost} hung up on")

    try:
        worker = _zmtp.Peer(crowd, port, answer)
        worker.send([WORKER, b"\x01", service, b"capacity=1000"])
        everybody.append(worker)
        while len(answered) < count:
            batch = [_zmtp.Peer(crowd, port, lambda *_: answered.append(1)) for _ in range(min(CONNECTS_AT_ONCE, count - len(answered)))]
            everybody += batch
            for client in batch:
                client.send([CLIENT, b"\x01", service, b"x" * 16])
            wait(lambda: len(answered) == len(everybody) - 1)
        worker.send([WORKER, b"\x06"])
        wait(worker.has_written)
        yield
    finally:
        for each in everybody:
            if not each.is_lost:
                each.close()


def memory_of_idle_clients(program, count):
    """Bytes of resident memory for each."""
    with idle_clients(program.endpoint, 100):  # what is there once only is there by then
        pass
    before = program.resident_bytes()
    with idle_clients(program.endpoint, count):
        return (program.resident_bytes() - before) / count


def memory_of_waiting_requests(program, count, body_bytes=64):
    """Bytes of resident memory for each, libzmq's included."""
    context = zmq.Context()
    try:
        client, asks = dealer(context, program.endpoint), dealer(context, program.endpoint)

        def waiting():
            asks.send_multipart([CLIENT, b"\x01", b"mmi.stats", b""])
            return receive(asks, "the broker's answer")[-1]

        waiting()
        before = program.resident_bytes()
        for _ in range(count):
            client.send_multipart([CLIENT, b"\x01", b"nobody", b"x" * body_bytes])
        deadline = time.monotonic() + PATIENCE_MS / 1000
        asked = b'"waiting":%d,' % count
        while True:
            asks.send_multipart([CLIENT, b"\x01", b"mmi.queues", b""])
            if asked in receive(asks, "the list of queues")[-1].replace(b" ", b""):
                break
            if time.monotonic() > deadline:
                sys.exit("bench: not all requests wait in the broker")
            time.sleep(0.1)
        return (program.resident_bytes() - before) / count
    finally:
        context.destroy(linger=0)
