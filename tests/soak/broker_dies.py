"""A broker that is killed and comes back on the same port, and connections that break between it and its peers."""

import random

import _measure
import _peers
from _load import Fault, Load, drive
from _mdp import Broker, wait_for_service

BROKER = ("--heartbeat", "200ms", "--busy-policy", "strict", "--attempts", "100")
WORKER = ("--heartbeat", "200ms", "--reconnect-max", "500ms", "--capacity", "4", "--echo-delay", "5ms")
CLIENT_PATIENCE_S = 1.5


def _outages(name, extent, end):
    """Ends the broker by `end` and starts it again, in turns, while clients and workers go on."""
    result = _measure.Result(name)
    dice = random.Random(3)
    start = _measure.clock()
    with _peers.RestartingBroker(*BROKER) as broker:
        watch = _measure.Watch(broker.pid)

        def turn():
            if broker.is_up:
                result.retried += end(broker)
            else:
                broker.start()

        def calm():
            if not broker.is_up:
                broker.start()

        with _peers.Workers(broker.endpoint, "echo", 4, *WORKER):
            wait_for_service(broker.endpoint, b"echo")
            load = Load(broker.endpoint, b"echo", retry_after=CLIENT_PATIENCE_S * _peers.SLOWNESS)
            drive([load], extent.seconds, [Fault(turn, 0.5, 2.0, dice)], calm)
            result.take_load(load)
        result.take_watch(watch)
        result.retried += _measure.stopped(broker.now)["retried"]
    result.seconds = _measure.clock() - start
    result.notes.append(f"{broker.lives} lives of the broker; slowest reply {load.slowest:.2f} s")
    result.require(broker.lives > 1, "the broker was never ended")
    return result


def kill(extent):
    """kill-broker: the broker is killed (SIGKILL) under load and started again on its port; clients ask again"""

    def end(broker):
        broker.kill()
        return 0  # it cannot say any more how often it has retried

    result = _outages("kill-broker", extent, end)
    result.require(result.asked_again > 0, "no request was open when the broker was killed")
    return result


def stop(extent):
    """stop-broker: the broker is told to stop (SIGTERM) under load, drains, and is started again on its port"""
    return _outages("stop-broker", extent, lambda broker: _measure.stopped(broker.now)["retried"])


def proxy(extent):
    """stalling-proxy: some peers reach the broker through a proxy that stalls, tears, cuts and half-closes"""
    result = _measure.Result("stalling-proxy")
    start = _measure.clock()
    with Broker(*BROKER) as broker:
        watch = _measure.Watch(lambda: broker.process.pid)
        program, port = _peers.proxy(broker.port, seed=4)
        far_end = f"tcp://127.0.0.1:{port}"
        try:
            with (
                _peers.Workers(far_end, "far", 4, *WORKER),
                _peers.Workers(broker.endpoint, "near", 2, *WORKER),
            ):
                wait_for_service(broker.endpoint, b"near")
                far = Load(far_end, b"far", retry_after=CLIENT_PATIENCE_S * _peers.SLOWNESS)
                near = Load(broker.endpoint, b"near", clients=2)
                drive([far, near], extent.seconds, [], patience_s=120)
                result.take_load(far)
                result.take_load(near)
        finally:
            program.kill()
            program.wait()
        result.take_watch(watch)
        result.retried = _measure.stopped(broker)["retried"]
    result.seconds = _measure.clock() - start
    result.notes.append(
        f"through the proxy {far.sent} requests, slowest reply {far.slowest:.2f} s; "
        f"directly {near.sent}, {near.slowest:.2f} s"
    )
    result.require(far.asked_again + result.retried > 0, "the proxy did nobody any harm")
    return result
