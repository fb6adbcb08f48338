"""apps/examples/hello_client.py, run by this very interpreter."""

import sys

from _hello import EXAMPLES, said_by, said_over_curve_by
from _mdp import run


def python():
    """the client in Python gets its reply"""
    assert said_by(sys.executable, EXAMPLES / "hello_client.py") == b"Hello, Python!\n"


def python_over_curve():
    """the client in Python gets its reply over CURVE"""
    assert said_over_curve_by(sys.executable, EXAMPLES / "hello_client.py") == b"Hello, Python!\n"


run(python, python_over_curve)
