"""How the cost of a request grows with clients, workers, services, the queue's length and the size of a body: processor time of the
broker a request, ours beside a bare ROUTER loop, drawn into benchmarks/plots/; started by scripts/bench scale."""

import argparse
import json
import pathlib
import statistics
import sys

import _plot
from _programs import loop, ours, run_load

PLOTS = pathlib.Path(__file__).parent / "plots"
OPEN_REQUESTS = 256  # in all, where it is not what grows


def load(**changes):
    return {"clients": 4, "window": 64, "workers": 4, "capacity": 16, "body_bytes": 64, "services": 1, **changes}


def by_clients(count):
    return load(clients=count, window=max(1, OPEN_REQUESTS // count))


def by_workers(count):
    return load(workers=count, capacity=max(1, 64 // count))


def by_services(count):
    return load(clients=max(4, count), window=max(1, OPEN_REQUESTS // max(4, count)), workers=max(4, count), services=count)


def by_queue(length):
    return load(clients=1, window=length, workers=4, capacity=16)


def by_body(size):
    return load(clients=2, window=8, workers=2, capacity=4, body_bytes=size)


# What grows: its name in the file, in words, the values, the load for one, and what it should cost.
AXES = [
    ("clients", "clients", [1, 4, 16, 64, 256, 1000], by_clients, "constant but for smaller batches: a client is found by a hash"),
    ("workers", "workers", [1, 4, 16, 64, 256], by_workers, "logarithm of the workers with room"),
    ("services", "services", [1, 4, 16, 64, 256], by_services, "constant: a service is found by a hash"),
    ("queue", "open requests", [64, 1000, 10_000, 100_000], by_queue, "constant but for the caches"),
    ("body", "bytes of a body", [64, 1024, 16_384, 131_072, 1_048_576], by_body, "libzmq's copies to and from the kernel; none of ours"),
]


def measure(start, what, how):
    with start() as program:
        said = run_load(program, what, how.seconds, timeout=60)
    return {"cpu": said["processor_us_a_request"], "rate": said["rate"]}


def play(axis, how):
    name, what, values, load_for, _ = axis
    points = []
    for value in values:
        rounds = {"ours": [], "loop": []}
        for number in range(how.rounds):
            print(f"{value} {what}: round {number + 1} of {how.rounds}", file=sys.stderr)
            for of, start in (("ours", ours), ("loop", loop)):
                rounds[of].append(measure(start, load_for(value), how))
        points.append({"value": value, **{f"{of}_{figure}": statistics.median(each[figure] for each in all_of)
                                          for of, all_of in rounds.items() for figure in ("cpu", "rate")}})
    return points


def draw(axis, points):
    name, what, *_ = axis
    lines = {of: [(each["value"], each[f"{key}_cpu"]) for each in points] for of, key in (("ours", "ours"), ("a bare ROUTER loop", "loop"))}
    PLOTS.mkdir(exist_ok=True)
    (PLOTS / f"{name}.svg").write_text(_plot.chart(f"Broker's processor time a request, by {what}", what, "us", lines, logarithmic_y=name == "body"))


def table(results):
    lines = ["| what grows | from | to | ours, us a request | the loop | what it should be |", "| --- | --- | --- | --- | --- | --- |"]
    for name, what, _, _, promise in AXES:
        if points := results.get(name):
            first, last = points[0], points[-1]
            lines.append(f"| [{what}](plots/{name}.svg) | {first['value']:,} | {last['value']:,} | {first['ours_cpu']:.1f} to {last['ours_cpu']:.1f} | "
                         f"{first['loop_cpu']:.1f} to {last['loop_cpu']:.1f} | {promise} |".replace(",", " ", 2))
    return "\n".join(lines)


def main():
    words = argparse.ArgumentParser(prog="scripts/bench scale", description=__doc__)
    words.add_argument("--rounds", type=int, default=3, help="of each, in turns (3)")
    words.add_argument("--seconds", type=int, default=2, help="of load in each (2)")
    words.add_argument("--json", action="store_true", help="print JSON instead of a table")
    words.add_argument("axes", nargs="*", help=f"which of {', '.join(name for name, *_ in AXES)}; all if none is named")
    how = words.parse_args()
    if how.rounds < 1 or how.seconds < 1:
        words.error("--rounds and --seconds are at least 1")
    if unknown := set(how.axes) - {name for name, *_ in AXES}:
        words.error(f"there is no axis {', '.join(sorted(unknown))}")
    results = {}
    for axis in AXES:
        if not how.axes or axis[0] in how.axes:
            results[axis[0]] = play(axis, how)
            draw(axis, results[axis[0]])
    print(json.dumps(results, indent=1) if how.json else table(results))


if __name__ == "__main__":
    main()
