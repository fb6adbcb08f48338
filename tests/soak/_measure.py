"""What all scenarios measure: the broker's memory, descriptors and processor time while it runs, and one line of
results for each scenario with the verdict on it."""

import dataclasses
import os
import re
import threading
import time

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def rss_kib(pid):
    """Memory of a process that is in RAM, now."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE_KIB


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def cpu_seconds(pid):
    """Processor time that a process has used so far, in and below the kernel's border."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


class Watch:
    """Looks at a process four times a second and keeps the peaks. `pid` is a function: a broker that is started again
    has another one."""

    def __init__(self, pid):
        self.pid = pid
        self.peak_rss_kib = 0
        self.peak_descriptors = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def look(self):
        try:
            pid = self.pid()
            self.peak_rss_kib = max(self.peak_rss_kib, rss_kib(pid))
            self.peak_descriptors = max(self.peak_descriptors, descriptors(pid))
        except (OSError, IndexError, ValueError):
            pass  # it has just been killed

    def _run(self):
        while not self._stop.wait(0.25):
            self.look()

    def close(self):
        self.look()
        self._stop.set()
        self._thread.join()


@dataclasses.dataclass
class Result:
    """One line of the table. `retried` is by the broker, `asked_again` by clients that lost patience."""

    scenario: str
    seconds: float = 0
    sent: int = 0
    answered: int = 0
    asked_again: int = 0
    retried: int = 0
    lost: int = 0
    twice: int = 0
    wrong: int = 0
    peak_rss_kib: int = 0
    peak_descriptors: int = 0
    notes: list = dataclasses.field(default_factory=list)
    failures: list = dataclasses.field(default_factory=list)

    def require(self, holds, otherwise):
        if not holds:
            self.failures.append(otherwise)

    def take_watch(self, watch):
        watch.close()
        self.peak_rss_kib = watch.peak_rss_kib
        self.peak_descriptors = watch.peak_descriptors

    def take_load(self, load):
        """Adds the figures of some clients and demands what every scenario promises."""
        self.sent += load.sent
        self.answered += load.answered
        self.asked_again += load.asked_again
        self.lost += load.open_requests()
        self.twice += load.twice
        self.wrong += load.wrong

    def judge(self):
        self.require(self.sent > 0, "nothing was asked")
        self.require(self.lost == 0, f"{self.lost} requests were lost")
        self.require(self.twice == 0, f"{self.twice} requests were answered twice")
        self.require(self.wrong == 0, f"{self.wrong} replies were not what was asked for")


COLUMNS = [
    ("scenario", 16, lambda r: r.scenario),
    ("seconds", 8, lambda r: f"{r.seconds:.1f}"),
    ("sent", 8, lambda r: r.sent),
    ("answered", 9, lambda r: r.answered),
    ("again", 7, lambda r: r.asked_again),
    ("retried", 8, lambda r: r.retried),
    ("lost", 5, lambda r: r.lost),
    ("twice", 6, lambda r: r.twice),
    ("RSS MiB", 8, lambda r: f"{r.peak_rss_kib / 1024:.1f}"),
    ("fds", 6, lambda r: r.peak_descriptors),
    ("verdict", 8, lambda r: "FAILED" if r.failures else "passed"),
]


def heading():
    return "".join(name.rjust(width) if i else name.ljust(width) for i, (name, width, _) in enumerate(COLUMNS))


def line(result):
    return "".join(
        str(value(result)).rjust(width) if i else str(value(result)).ljust(width)
        for i, (_, width, value) in enumerate(COLUMNS)
    )


def broker_summary(output):
    """What a broker says of its life in its last line: a dictionary of numbers."""
    found = re.search(r"requests: (\d+) accepted, (\d+) answered, (\d+) retried, (\d+) refused", output)
    names = ("accepted", "answered", "retried", "refused")
    return dict(zip(names, map(int, found.groups()))) if found else dict.fromkeys(names, 0)


def stopped(broker):
    """Stops a broker, which must end in good order, and returns what it says of its life."""
    broker.process.terminate()
    code = broker.process.wait(20)
    broker.is_killed = True  # the `with` block has nothing left to do
    output = broker.output()
    assert code == 0, f"the broker ended with exit code {code}:\n{output[-4000:]}"
    return broker_summary(output)


def clock():
    return time.monotonic()
