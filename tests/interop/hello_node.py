"""apps/examples/hello_client.js, where Node.js and its ZeroMQ binding are installed."""

import shutil
import subprocess

from _hello import EXAMPLES, said_by, said_over_curve_by
from _mdp import Skip, run


def node():
    """the client in Node.js gets its reply, over CURVE too"""
    runs = shutil.which("node")
    if runs is None:
        raise Skip("there is no node")
    binding = subprocess.run([runs, "-e", 'require("zeromq").Dealer.name'], capture_output=True, check=False)
    if binding.returncode != 0:
        raise Skip("node has no package zeromq (version 6); install it and name its folder in NODE_PATH")
    assert said_by(runs, EXAMPLES / "hello_client.js") == b"Hello, Node.js!\n"
    assert said_over_curve_by(runs, EXAMPLES / "hello_client.js") == b"Hello, Node.js!\n"


run(node)
