#!/usr/bin/python3
"""Real processes, real faults, every request accounted for: soak.py [SCENARIO...] [--minutes N] [--scale X]

One line of results for each scenario. Exit code 1 if a request was lost or answered twice, or if anything else that
a scenario promises did not hold."""

import argparse
import dataclasses
import os
import sys
import traceback

import broker_dies
import detection
import hostile
import many_peers
import scarce
import workers_die

import _measure
import _peers

SCENARIOS = [
    workers_die.kill,
    workers_die.freeze,
    broker_dies.kill,
    broker_dies.stop,
    broker_dies.proxy,
    many_peers.churn,
    many_peers.crowd,
    scarce.descriptors,
    scarce.slow_reader,
    detection.kill,
    detection.freeze,
    hostile.pranks,
]


@dataclasses.dataclass
class Extent:
    seconds: float  # how long a scenario's faults go on, where that is its measure
    scale: float  # 1 is what the scenario's description says; less is a shorter variant of it


def name_of(scenario):
    return scenario.__doc__.split(":")[0]


def read_arguments():
    parser = argparse.ArgumentParser(
        prog="soak",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Real processes, real faults, every request accounted for.",
        epilog="scenarios (all of them unless told otherwise):\n"
        + "\n".join("  " + scenario.__doc__ for scenario in SCENARIOS),
    )
    parser.add_argument("scenarios", metavar="SCENARIO", nargs="*", help="names from the list below")
    parser.add_argument("--minutes", type=float, help="how long faults go on in a scenario, 1 by default")
    parser.add_argument("--scale", type=float, default=1, help="a part of the numbers and times, for example 0.05")
    given = parser.parse_args()
    known = {name_of(scenario): scenario for scenario in SCENARIOS}
    unknown = [name for name in given.scenarios if name not in known]
    if unknown:
        parser.error(f"there is no scenario {', '.join(unknown)}; there are {', '.join(known)}")
    if given.scale <= 0 or (given.minutes is not None and given.minutes <= 0):
        parser.error("--minutes and --scale are numbers above 0")
    minutes = given.minutes if given.minutes is not None else given.scale
    extent = Extent(max(3.0, 60 * minutes) * _peers.SLOWNESS, given.scale)
    return [known[name] for name in given.scenarios] or SCENARIOS, extent


def play(scenario, extent):
    try:
        result = scenario(extent)
        result.judge()
    except Exception as error:
        traceback.print_exc()
        result = _measure.Result(name_of(scenario), failures=[f"{type(error).__name__}: {error}"])
    print(_measure.line(result))
    for note in result.notes:
        print(f"    {note}")
    for failure in result.failures:
        print(f"    FAILED: {failure}")
    sys.stdout.flush()
    return not result.failures


def main():
    scenarios, extent = read_arguments()
    print(_measure.heading(), flush=True)
    outcomes = [play(scenario, extent) for scenario in scenarios]
    sys.stdout.flush()
    os._exit(0 if all(outcomes) else 1)  # no waiting for sockets that a failure has left behind


if __name__ == "__main__":
    main()
