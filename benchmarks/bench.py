"""Our broker beside what stands for the least that its work can cost, under the same load in turns; started by scripts/bench."""

import argparse
import concurrent.futures
import contextlib
import functools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time

import _instructions
import _memory
from _programs import loop, ours, ours_with_curve, ours_with_echo_inside, proxy, run_load

IDLE_CLIENTS = 10_000
WAITING_REQUESTS = 100_000
STREAM_PARTS = 1_000_000


def load(clients, window, workers, capacity=1, body_bytes=64, services=1):
    return {"clients": clients, "window": window, "workers": workers, "capacity": capacity, "body_bytes": body_bytes, "services": services}


ONE = load(1, 1, 1)
BUSY = load(4, 64, 4)
BATCHED = load(4, 64, 4, capacity=64)
LARGE = load(2, 8, 2, body_bytes=65536)
MANY = load(100, 1, 50, body_bytes=256, services=10)
STREAM = load(1, 1, 1)


@contextlib.contextmanager
def ours_with_idle_clients():
    with ours() as program, _memory.idle_clients(program.endpoint, IDLE_CLIENTS):
        yield program


def loaded(start, what):
    """Measures `mdp bench` under this load against a program of its own."""

    def measure(how):
        with start() as program:
            said = run_load(program, what, how.seconds)
        return {"rate": said["rate"], "p50": said["latency_us"]["p50"], "p99": said["latency_us"]["p99"], "cpu": said["processor_us_a_request"]}

    return measure


def streamed(how):
    """One request with a million parts: their rate, and by how much memory grew in the second half."""
    with ours() as program:
        seen, over = [], threading.Event()

        def watch():
            while not over.wait(0.05):
                with contextlib.suppress(OSError, IndexError):
                    seen.append(program.resident_bytes())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            said = run_load(program, {**STREAM, "parts": STREAM_PARTS, "requests": 1}, timeout=60)
        finally:
            over.set()
            watcher.join()
    half = len(seen) // 2
    return {"rate": said["part_rate"], "growth": (max(seen[half:]) - max(seen[:half])) / 2**20}


def shared_out(what, brokers, *options):
    """Two loads of half the clients and workers, at one broker or at two that know nothing of each other. Two are what two
    I/O loops in one broker could serve at most, as these have their queues in common."""
    half = {**what, "clients": what["clients"] // 2, "workers": what["workers"] // 2}

    def measure(how):
        with contextlib.ExitStack() as stack, concurrent.futures.ThreadPoolExecutor(2) as loads:
            programs = [stack.enter_context(ours(*options)) for _ in range(brokers)]
            said = list(loads.map(lambda number: run_load(programs[number % brokers], half, how.seconds), range(2)))
        spent = statistics.mean(each["processor_us_a_request"] for each in said)  # at one broker for the other load, too
        return {"rate": sum(each["rate"] for each in said), "cpu": spent * brokers / 2}

    return measure


def counted(of):
    return lambda how: {"count": of()}


def idle_memory(start):
    def measure(how):
        with start() as program:
            return {"count": _memory.memory_of_idle_clients(program, IDLE_CLIENTS)}

    return measure


def waiting_memory(how):
    with ours() as program:
        return {"count": _memory.memory_of_waiting_requests(program, WAITING_REQUESTS)}


class Scenario:
    """`ours` beside `other` (None: nothing). `goals`: figure to (sign, bound) of the ratio; of `how_much` ours is more than the
    other with "difference", and of ours alone with "value"."""

    def __init__(self, name, what, ours, other, other_name, goals, how_much="ratio", unit="", once=False):
        self.name, self.what, self.ours, self.other, self.other_name = name, what, ours, other, other_name
        self.goals, self.how_much, self.unit, self.once = goals, how_much, unit, once


THE_LOOP, THE_PROXY = "the loop", "zmq_proxy"
SCENARIOS = [
    Scenario("A", "1 client x window 1, 1 worker, 64 B", loaded(ours, ONE), loaded(loop, ONE), THE_LOOP,
             {"p50": ("<=", 1.05), "cpu": ("<=", 1.10)}),
    Scenario("B", "4 clients x window 64, 4 workers, 64 B", loaded(ours, BUSY), loaded(loop, BUSY), THE_LOOP,
             {"rate": (">=", 0.97), "cpu": ("<=", 1.05)}),
    Scenario("C", "as B, 64 requests a worker", loaded(ours, BATCHED), loaded(proxy, BATCHED), THE_PROXY,
             {"rate": (">=", 0.60), "cpu": ("<=", 2.0)}),
    Scenario("D", "as B, echo inside the broker; beside C of ours", loaded(ours_with_echo_inside, BUSY), loaded(ours, BATCHED), "C of ours",
             {"rate": (">=", 1.5)}),
    Scenario("E", "2 clients x window 8, 2 workers, 64 KiB", loaded(ours, LARGE), loaded(loop, LARGE), THE_LOOP, {"rate": (">=", 0.97)}),
    Scenario("F", "100 clients x window 1, 50 workers, 10 services, 256 B", loaded(ours, MANY), loaded(loop, MANY), THE_LOOP,
             {"rate": (">=", 0.97)}),
    Scenario("G", "as F beside 10 000 idle clients; beside F of ours", loaded(ours_with_idle_clients, MANY), loaded(ours, MANY), "F of ours",
             {"rate": (">=", 0.90)}),
    Scenario("G", "memory of an idle client, less the loop's", idle_memory(ours), idle_memory(loop), THE_LOOP,
             {"count": ("<=", 6 * 1024)}, "difference", "bytes", once=True),
    Scenario("H", "as C over CURVE; beside C of ours", loaded(ours_with_curve, BATCHED), loaded(ours, BATCHED), "C of ours",
             {"rate": (">=", 0.50)}),
    Scenario("I", "1 request, 1 000 000 parts of 64 B; beside C of ours", streamed, loaded(ours, BATCHED), "C of ours", {"rate": (">=", 1.0)}),
    Scenario("I", "memory that grows in its second half", streamed, None, "", {"growth": ("<=", 4.0)}, "value", "MiB", once=True),
    Scenario("J", "instructions in B, by callgrind", counted(functools.partial(_instructions.instructions, ours, BUSY)),
             counted(functools.partial(_instructions.instructions, loop, BUSY)), THE_LOOP, {"count": ("<=", 1.35)}, "ratio", "a request", once=True),
    Scenario("J", "system calls in A, by strace", counted(functools.partial(_instructions.system_calls, ours, ONE)),
             counted(functools.partial(_instructions.system_calls, loop, ONE)), THE_LOOP, {"count": ("<=", 1.05)}, "ratio", "a request", once=True),
    Scenario("K", "memory of a waiting request of 64 B, 100 000 of them", waiting_memory, None, "", {"count": ("<=", 600)}, "value", "bytes",
             once=True),
    Scenario("L", "as C, half of it at each of two brokers; beside both halves at one", shared_out(BATCHED, 2), shared_out(BATCHED, 1),
             "one broker", {}),
    Scenario("L", "both halves at a broker of two loops; beside one of one loop", shared_out(BATCHED, 1, "--loops", "2"),
             shared_out(BATCHED, 1), "one loop", {}),
    Scenario("L", "B at two loops", loaded(functools.partial(ours, "--loops", "2"), BUSY), loaded(ours, BUSY), "one loop", {}),
    Scenario("L", "F at two loops", loaded(functools.partial(ours, "--loops", "2"), MANY), loaded(ours, MANY), "one loop", {}),
]
UNITS = {"rate": "requests/s", "p50": "p50, us", "p99": "p99, us", "cpu": "CPU us a request", "growth": "MiB"}


def medians(rounds):
    return {figure: statistics.median(each[figure] for each in rounds) for figure in rounds[0]} if rounds else {}


def keeps(value, goal):
    sign, bound = goal
    return value <= bound if sign == "<=" else value >= bound


def play(scenario, how):
    """A row for each figure."""
    mine, others = [], []
    rounds = 1 if scenario.once else how.rounds
    for number in range(rounds):
        print(f"{scenario.name}: {scenario.what}: round {number + 1} of {rounds}", file=sys.stderr)
        mine.append(scenario.ours(how))
        if scenario.other:
            others.append(scenario.other(how))
    mine, others = medians(mine), medians(others)
    for figure, value in mine.items():
        goal = scenario.goals.get(figure)
        other = others.get(figure)
        if goal is None and (other is None or figure == "p99"):
            continue
        judged = {"ratio": lambda: value / other, "difference": lambda: value - other, "value": lambda: value}[scenario.how_much]()
        yield {"scenario": scenario.name, "what": scenario.what, "figure": figure, "unit": scenario.unit or UNITS[figure], "ours": value,
               "beside": scenario.other_name, "other": other, scenario.how_much: judged, "goal": goal,
               "kept": None if goal is None else keeps(judged, goal)}


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 100 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def cells(row):
    judged = next(row[name] for name in ("ratio", "difference", "value") if name in row)
    goal = "" if row["goal"] is None else f"{row['goal'][0]} {row['goal'][1]:g}"
    kept = {None: "", True: "kept", False: "NOT KEPT"}[row["kept"]]
    other = f"{number(row['other'])} ({row['beside']})" if row["other"] is not None else ""
    return [f"{row['scenario']}. {row['what']}", row["unit"], number(row["ours"]), other, number(judged), goal, kept]


HEAD = ["scenario", "figure", "ours", "beside", "ratio", "goal", ""]


def as_markdown(rows):
    lines = ["| " + " | ".join(each) + " |" for each in [HEAD, ["---"] * len(HEAD), *map(cells, rows)]]
    return "\n".join(lines)


def as_text(rows):
    table = [HEAD, *map(cells, rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table)


def about_the_machine():
    commit = subprocess.run(["git", "-C", pathlib.Path(__file__).parent, "log", "-1", "--format=%h of %cs"], capture_output=True, text=True).stdout.strip()
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    return f"{time.strftime('%Y-%m-%d')}, commit {commit}, {len(os.sched_getaffinity(0))} cores, {model}, TCP loopback, Release."


def main():
    words = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                    epilog="scripts/bench scale measures how cost grows, and draws it: see scripts/bench scale --help.")
    words.add_argument("--rounds", type=int, default=5, help="of each, in turns (5); what is counted needs but one")
    words.add_argument("--seconds", type=int, default=3, help="of load in each (3)")
    form = words.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    form.add_argument("--json", action="store_true", help="print JSON instead of a table")
    words.add_argument("scenarios", nargs="*", help="which, A to L; all if none is named")
    how = words.parse_args()
    if how.rounds < 1 or how.seconds < 1:
        words.error("--rounds and --seconds are at least 1")
    if unknown := set(how.scenarios) - {each.name for each in SCENARIOS}:
        words.error(f"there is no scenario {', '.join(sorted(unknown))}")
    rows = [row for each in SCENARIOS if not how.scenarios or each.name in how.scenarios for row in play(each, how)]
    if how.json:
        print(json.dumps({"machine": about_the_machine(), "results": rows}, indent=1))
        return
    print(f"Medians of {how.rounds} rounds of {how.seconds} s in turns. {about_the_machine()}\n")
    print(as_markdown(rows) if how.markdown else as_text(rows))


main()
