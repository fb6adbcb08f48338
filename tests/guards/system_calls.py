"""A request through a real broker costs no more system calls than it did: counted by strace with one request at a time, where each
message is on its own and nothing is saved by batches. Other load on the machine makes no difference to that."""

import _count

_count.need("strace", "-o", "/dev/null")

import _instructions  # noqa: E402  (of the benchmarks: they need a path of ours, and what _count has found)
import _programs  # noqa: E402

# Measured: 52.8 to 53.8, all threads, libzmq's own included. A bare ROUTER loop needs 47 for the same.
BOUND = 58

_count.judge("system calls", _instructions.system_calls(_programs.ours, {"clients": 1, "window": 1, "workers": 1}), BOUND)
