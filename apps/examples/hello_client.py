#!/usr/bin/python3
"""Hello World in Python: a client on plain ZeroMQ (python3-zmq) that speaks MDP 0.2.

    hello_client.py [ENDPOINT] [--server-key KEY|FILE [--certificate FILE]]

One request on a socket at a time, and after a time-out a new socket: so a late reply is never taken for
another's. Parts of a reply are printed as they come.
"""

import argparse
import os
import sys

import zmq
import zmq.auth

HEADER, REQUEST, PARTIAL, FINAL = b"MDPC02", b"\x01", b"\x02", b"\x03"
TIMEOUT_MS, ATTEMPTS = 5000, 3


def curve_of(given):
    """What a socket must have set to speak CURVE; nothing without --server-key."""
    if not given.server_key:
        return {}
    server_key = given.server_key.encode()
    if os.path.exists(given.server_key):
        server_key = zmq.auth.load_certificate(given.server_key)[0]
    elif len(server_key) != 40:
        sys.exit(f"there is no file {given.server_key}, and it is no key, which has 40 characters")
    own = zmq.auth.load_certificate(given.certificate + "_secret") if given.certificate else zmq.curve_keypair()
    return {"curve_serverkey": server_key, "curve_publickey": own[0], "curve_secretkey": own[1]}


def ask(context, endpoint, curve, service, *body):
    """Yields the parts of the reply, each a list of frames; the last one ends it."""
    is_begun = False
    for _ in range(ATTEMPTS):
        with context.socket(zmq.DEALER) as socket:
            socket.linger = 0
            for name, value in curve.items():
                setattr(socket, name, value)
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


def with_values(words):
    """The words, each option with its value in one: a key may begin with "-", and would be taken for an option."""
    words, joined = iter(words), []
    for word in words:
        value = next(words, None) if word in ("--server-key", "--certificate") else None
        joined.append(word if value is None else f"{word}={value}")
    return joined


def main():
    options = argparse.ArgumentParser()
    options.add_argument("endpoint", nargs="?", default="tcp://127.0.0.1:5555")
    options.add_argument("--server-key", metavar="KEY|FILE", help="the broker's public key: everything is encrypted")
    options.add_argument("--certificate", metavar="FILE", help="be known by this certificate; FILE_secret is read")
    given = options.parse_args(with_values(sys.argv[1:]))
    with zmq.Context() as context:
        for part in ask(context, given.endpoint, curve_of(given), b"hello", b"Python"):
            print(*(frame.decode() for frame in part))


if __name__ == "__main__":
    try:
        main()
    except TimeoutError as failure:
        sys.exit(f"{failure}: are the others running, and is the server key right?")
    except OSError as failure:
        sys.exit(str(failure))
