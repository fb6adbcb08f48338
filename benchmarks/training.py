"""Half a minute of what the programs are for, so that a build which records it knows what runs (scripts/build-profiled): clients and
workers of both versions, few and many, small bodies and large, answers in parts, CURVE, services inside, mdp-worker. Those that ours is
compared with are trained as well, or the comparison would not be fair."""

import contextlib
import subprocess
import sys
import time

import _programs as programs

SECONDS = 1.5


def load(clients, window, workers, **more):
    return {"clients": clients, "window": window, "workers": workers, "warm_up": "100ms", **more}


ALONE = load(1, 1, 1)
BUSY = load(4, 64, 4)
DEEP = load(4, 64, 4, capacity=64)
LARGE = load(2, 8, 2, body_bytes=65536)
MANY = load(100, 1, 50, body_bytes=256, services=10)
PARTS = load(4, 4, 4, parts=16)


@contextlib.contextmanager
def ours_with_mdp_worker(*options):
    """Our broker and one of our worker daemons at it, which echoes what it is sent."""
    with programs.ours() as broker:
        words = ["--broker", broker.endpoint, "--service", "echo", "--echo", "--capacity", "64", "--log-level", "error", *options]
        worker = subprocess.Popen([programs.BIN / "mdp-worker", *words])
        broker.load = ["--service", "echo", "--workers", "0"]
        try:
            yield broker
        finally:
            worker.terminate()
            worker.wait()


def train():
    old = {"protocol": "0.1"}
    for name, start, loads in (
        ("mdp-broker", programs.ours, (ALONE, BUSY, DEEP, LARGE, MANY, PARTS, ALONE | old, BUSY | old, MANY | old)),
        ("mdp-broker over CURVE", programs.ours_with_curve, (DEEP,)),
        ("mdp-worker", ours_with_mdp_worker, (ALONE, BUSY, LARGE)),
        ("mdp-worker of MDP 0.1", lambda: ours_with_mdp_worker("--protocol", "0.1"), (BUSY,)),
        ("a service inside", programs.ours_with_echo_inside, (BUSY,)),
        ("the bare loop", programs.loop, (ALONE, BUSY, LARGE, MANY)),
        ("the bare proxy", programs.proxy, (DEEP,)),
    ):
        started = time.monotonic()
        with start() as program:
            for each in loads:
                programs.run_load(program, each, SECONDS)
        print(f"trained {name}, {time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    train()
