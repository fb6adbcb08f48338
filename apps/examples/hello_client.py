#!/usr/bin/python3
"""Hello World in Python: a client on plain ZeroMQ (python3-zmq) that speaks MDP 0.2.

    hello_client.py [ENDPOINT]

One request on a socket at a time, and after a time-out a new socket: so a late reply is never taken for
another's. Parts of a reply are printed as they come.
"""

import sys

import zmq

HEADER, REQUEST, PARTIAL, FINAL = b"MDPC02", b"\x01", b"\x02", b"\x03"
TIMEOUT_MS, ATTEMPTS = 5000, 3


def ask(context, endpoint, service, *body):
    """Yields the parts of the reply, each a list of frames; the last one ends it."""
    is_begun = False
    for _ in range(ATTEMPTS):
        with context.socket(zmq.DEALER) as socket:
            socket.linger = 0
            socket.connect(endpoint)
            socket.send_multipart([HEADER, REQUEST, service, *body])
            while socket.poll(TIMEOUT_MS):
                header, command, _, *part = socket.recv_multipart()
                assert header == HEADER and command in (PARTIAL, FINAL)
                is_begun = True
                yield part
                if command == FINAL:
                    return
        if is_begun:
            raise TimeoutError("the reply broke off")
    raise TimeoutError(f"no reply from {endpoint}")


def main():
    endpoint = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5555"
    with zmq.Context() as context:
        for part in ask(context, endpoint, b"hello", b"Python"):
            print(*(frame.decode() for frame in part))


if __name__ == "__main__":
    try:
        main()
    except TimeoutError as failure:
        sys.exit(f"{failure}: are the others running?")
