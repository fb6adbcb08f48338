"""Workers that are killed or frozen while requests are with them."""

import random

import _measure
import _peers
from _load import Fault, Load, drive
from _mdp import Broker, wait_for_service

COUNT = 4
# Beats so often that a silent worker is noticed within half a second. So many attempts that no request runs out of
# them by bad luck: what is looked for here is loss.
BROKER = ("--heartbeat", "100ms", "--busy-policy", "strict", "--attempts", "100")
WORKER = ("--heartbeat", "100ms", "--reconnect-max", "500ms", "--capacity", "8", "--echo-delay", "5ms")


def _run(name, seconds, faults_of):
    result = _measure.Result(name)
    start = _measure.clock()
    with Broker(*BROKER) as broker:
        watch = _measure.Watch(lambda: broker.process.pid)
        with _peers.Workers(broker.endpoint, "echo", COUNT, *WORKER) as workers:
            wait_for_service(broker.endpoint, b"echo")
            load = Load(broker.endpoint, b"echo")
            faults, calm = faults_of(workers)
            drive([load], seconds, faults, calm)
            result.take_load(load)
            result.take_watch(watch)
        result.retried = _measure.stopped(broker)["retried"]
    result.seconds = _measure.clock() - start
    result.notes.append(f"{sum(fault.count for fault in faults)} faults; slowest reply {load.slowest:.2f} s")
    result.require(result.retried > 0, "no worker held a request when it was struck")
    return result


def kill(extent):
    """kill-workers: workers are killed (SIGKILL) one after the other while they hold requests, and new ones come"""
    dice = random.Random(1)

    def faults_of(workers):
        return [Fault(lambda: workers.replace(dice.randrange(COUNT)), 0.1, 0.5, dice)], lambda: None

    return _run("kill-workers", extent.seconds, faults_of)


def freeze(extent):
    """freeze-workers: workers are stopped (SIGSTOP) for longer than the broker's patience and go on later (SIGCONT)"""
    dice = random.Random(2)

    def faults_of(workers):
        frozen = []  # two of four at most: somebody must work

        def turn():
            if len(frozen) == 2 or (frozen and dice.random() < 0.4):
                frozen.pop(0).thaw()
            else:
                victim = dice.choice([worker for worker in workers.all if not worker.is_frozen])
                victim.freeze()
                frozen.append(victim)

        def calm():
            for worker in workers.all:
                worker.thaw()

        return [Fault(turn, 0.5, 1.0, dice)], calm

    return _run("freeze-workers", extent.seconds, faults_of)
