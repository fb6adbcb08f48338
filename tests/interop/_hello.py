"""The Hello World clients in other languages, as they stand in apps/examples, against our broker and worker."""

import pathlib
import subprocess

from _house import House, curve_dealer
from _mdp import PATIENCE_S, Broker, Program, ask, eventually, wait_for_service

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "apps" / "examples"


def said_by(*command):
    """What the command, run on a broker with the Hello World worker, prints."""
    with Broker() as broker, Program("examples/hello_worker", broker.endpoint):
        wait_for_service(broker.endpoint, b"hello")
        done = subprocess.run([*command, broker.endpoint], capture_output=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


def said_over_curve_by(*command):
    """The same at a broker that lets in known keys only, which the command is told by the options of our programs."""
    house = House()
    house.make_key_like_an_option()
    alice, greeter = house.add("alice"), house.add("greeter")
    with Broker(*house.options()) as broker:
        key = house.server_key().decode()
        with Program("examples/hello_worker", broker.endpoint, "--server-key", key, "--certificate", str(greeter)):
            observer = curve_dealer(house, broker.endpoint, alice)
            eventually(lambda: ask(observer, "0.2", b"mmi.service", b"hello") == [b"200"], "there is no worker")
            observer.close()
            for server_key in key, str(house.certificate):
                done = subprocess.run(
                    [*command, "--server-key", server_key, "--certificate", str(alice), broker.endpoint],
                    capture_output=True,
                    timeout=PATIENCE_S,
                    check=False,
                )
                assert done.returncode == 0, done.stderr.decode()
        return done.stdout
