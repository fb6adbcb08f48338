"""Our broker and a bare ROUTER loop under the same load in turns; started by scripts/bench."""

import argparse
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import time

BIN = pathlib.Path(os.environ["MDP_BIN_DIR"])

# Scenario, what it is, mdp_load's arguments, and goals: figure, and what ours may be of the loop's at most or at least.
SCENARIOS = [
    ("A", "1 client x window 1, 1 worker, 64 B", (1, 1, 1, 1, 64), (("p50", "<=", 1.05), ("cpu", "<=", 1.10))),
    ("B", "4 clients x window 64, 4 workers, 64 B", (4, 64, 4, 1, 64), (("rate", ">=", 0.97), ("cpu", "<=", 1.05))),
    ("C", "the same, 64 requests a worker", (4, 64, 4, 64, 64), ()),
    ("E", "2 clients x window 8, 2 workers, 64 KiB", (2, 8, 2, 1, 65536), (("rate", ">=", 0.97),)),
]
SAID = re.compile(r"([\d.]+) requests/s, p50 ([\d.]+) us, p99 ([\d.]+) us(?:, broker CPU ([\d.]+) us)?")
UNITS = {"rate": "requests/s", "p50": "us", "cpu": "us a request"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def measure(program, load, seconds):
    """One round against a broker of its own: rate, p50 and the broker's processor time for each request."""
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    if program == "ours":
        # The load has none of a client's manners: it asks all at once, and its workers do not beat.
        command = [BIN / "mdp-broker", "--bind", endpoint, "--client-window", "1000", "--log-level", "error"]
    else:
        command = [BIN / "bare_router", endpoint]
    broker = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.3)
        words = [str(BIN / "mdp_load"), endpoint, *map(str, load), str(seconds), str(broker.pid)]
        said = subprocess.run(words, capture_output=True, text=True, timeout=seconds + 30)
        found = SAID.search(said.stdout)
        if not found:
            sys.exit(f"bench: mdp_load against {program}: {said.stderr.strip() or said.stdout.strip()}")
        rate, p50, _, cpu = found.groups()
        return {"rate": float(rate), "p50": float(p50), "cpu": float(cpu)}
    finally:
        broker.terminate()
        broker.wait()


def medians(rounds):
    return {figure: statistics.median(each[figure] for each in rounds) for figure in rounds[0]}


def main():
    words = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    words.add_argument("--rounds", type=int, default=5, help="of each, in turns (5)")
    words.add_argument("--seconds", type=int, default=3, help="of load in each (3)")
    words.add_argument("--json", action="store_true", help="print JSON instead of a table")
    words.add_argument("scenarios", nargs="*", help="which; all if none is named")
    how = words.parse_args()
    if how.rounds < 1 or how.seconds < 1:
        words.error("--rounds and --seconds are at least 1")
    if unknown := set(how.scenarios) - {name for name, *_ in SCENARIOS}:
        words.error(f"there is no scenario {', '.join(sorted(unknown))}")
    results = []
    for name, what, load, goals in SCENARIOS:
        if how.scenarios and name not in how.scenarios:
            continue
        rounds = {"ours": [], "loop": []}
        for number in range(how.rounds):
            print(f"{name}: round {number + 1} of {how.rounds}", file=sys.stderr)
            for program in rounds:
                rounds[program].append(measure(program, load, how.seconds))
        ours, loop = medians(rounds["ours"]), medians(rounds["loop"])
        for figure in UNITS:
            ratio = ours[figure] / loop[figure]
            goal = next(((sign, bound) for one, sign, bound in goals if one == figure), None)
            kept = None if goal is None else (ratio <= goal[1] if goal[0] == "<=" else ratio >= goal[1])
            results.append({"scenario": name, "what": what, "figure": figure, "ours": ours[figure],
                            "loop": loop[figure], "ratio": ratio, "goal": goal, "kept": kept})
    if how.json:
        print(json.dumps(results, indent=1))
        return
    print(f"{'':2} {'':42} {'':18} {'ours':>10} {'the loop':>10} {'ratio':>6}  goal")
    for each in results:
        goal = "" if each["goal"] is None else f"{each['goal'][0]} {each['goal'][1]:.2f}  {'kept' if each['kept'] else 'NOT KEPT'}"
        print(f"{each['scenario']:2} {each['what']:42} {each['figure']:4} {UNITS[each['figure']]:13} {each['ours']:10.1f} {each['loop']:10.1f} "
              f"{each['ratio']:6.2f}  {goal}")


main()
