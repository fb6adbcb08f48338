"""What both guards share: the tools that count for the benchmarks, and when there is nothing to count with."""

import pathlib
import shutil
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).parent.parent.parent / "benchmarks"))
SKIPPED = 77


def need(tool, *probe):
    """Ends the test as skipped, with the reason, unless `tool` is there and may do what it does."""
    if not shutil.which(tool):
        print(f"skipped: {tool} is missing: apt-get install {tool}")
        sys.exit(SKIPPED)
    tried = subprocess.run([tool, *probe, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        print(f"skipped: {tool} does not work here: {tried.stderr.strip()}")
        sys.exit(SKIPPED)


def judge(what, count, bound):
    print(f"{count:.1f} {what} a request; the bound is {bound}")
    sys.exit(0 if 0 < count <= bound else 1)
