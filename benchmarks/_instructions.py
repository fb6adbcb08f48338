"""Instructions and system calls for each request, counted from outside: figures that no other load on the machine changes."""

import pathlib
import re
import shutil
import sys
import tempfile
import time

from _programs import run_load

FEW, MANY = 500, 2500  # requests; what a start and an end cost is in both
TIMEOUT = 120  # seconds for an answer: valgrind is slow


def difference(of_run):
    return (of_run(MANY) - of_run(FEW)) / (MANY - FEW)


def need(tool):
    if not shutil.which(tool):
        sys.exit(f"bench: {tool} is missing: apt-get install {tool}")


def instructions(start, load):
    """User-space instructions of the program that `start(under=...)` starts, for each request."""
    need("valgrind")

    def of_run(requests):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder, "out")
            with start(under=["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}"]) as program:
                program.load = [*program.load, "--requests", requests]
                run_load(program, load, timeout=TIMEOUT)
            return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE)[1])

    return difference(of_run)


def system_calls(start, load):
    """The same for system calls, all threads together."""
    need("strace")

    def of_run(requests):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder, "out")
            # -D: strace is the child, so that it is the program that is told to end.
            with start(under=["strace", "-D", "-f", "-c", "-U", "calls,name", "-o", str(out)]) as program:
                program.load = [*program.load, "--requests", requests]
                run_load(program, load, timeout=TIMEOUT)
            deadline = time.monotonic() + TIMEOUT
            while not (found := re.search(r"^\s*(\d+)\s+total\s*$", out.read_text() if out.exists() else "", re.MULTILINE)):
                if time.monotonic() > deadline:
                    sys.exit("bench: strace says nothing")
                time.sleep(0.1)
            return int(found[1])

    return difference(of_run)
