"""The Hello World clients in other languages, as they stand in apps/examples, against our broker and worker."""

import pathlib
import subprocess

from _mdp import PATIENCE_S, Broker, Program, wait_for_service

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "apps" / "examples"


def said_by(*command):
    """What the command, run on a broker with the Hello World worker, prints."""
    with Broker() as broker, Program("examples/hello_worker", broker.endpoint):
        wait_for_service(broker.endpoint, b"hello")
        done = subprocess.run([*command, broker.endpoint], capture_output=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout
