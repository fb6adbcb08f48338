"""Requests that our programs seal from end to end, and the keys that come by way of the broker."""

import pathlib
import subprocess
import tempfile

from _mdp import BIN, PATIENCE_S, Broker, Program, ask, dealer, eventually, run, wait_for_service


def mdp(*arguments):
    return subprocess.run([BIN / "mdp", *map(str, arguments)], capture_output=True, timeout=2 * PATIENCE_S)


def certificate(folder, name):
    path = pathlib.Path(folder) / name
    assert mdp("keygen", path).returncode == 0
    return path


def worker(broker, *arguments, service="vault"):
    return Program("mdp-worker", "--broker", broker.endpoint, "--service", service, "--echo", *map(str, arguments))


def wait_for_none(broker, service=b"vault"):
    socket = dealer(broker.endpoint)
    eventually(lambda: ask(socket, "0.2", b"mmi.service", service) == [b"404"], "the worker is still there")
    socket.close()


def trust_on_first_use():
    """the key that workers announce is trusted once; another one is an error of one line, and the request is not sent"""
    with tempfile.TemporaryDirectory() as folder, Broker() as broker:
        known = pathlib.Path(folder) / "known"
        request = ["request", "vault", "swordfish", "--broker", broker.endpoint, "--known-keys", known]
        with worker(broker, "--sealed", certificate(folder, "one")):
            wait_for_service(broker.endpoint, b"vault")
            first = mdp(*request)
            assert (first.returncode, first.stdout) == (0, b"swordfish\n"), first
            assert b"from now on" in first.stderr, first
            again = mdp(*request)
            assert (again.returncode, again.stdout, again.stderr) == (0, b"swordfish\n", b""), again
            open_request = mdp("request", "vault", "swordfish", "--broker", broker.endpoint)
            assert open_request.returncode == 1 and b"not sealed" in open_request.stderr, open_request
        wait_for_none(broker)
        with worker(broker, "--sealed", certificate(folder, "two")):
            wait_for_service(broker.endpoint, b"vault")
            changed = mdp(*request)
            assert changed.returncode == 1 and changed.stdout == b"", changed
            assert changed.stderr.count(b"\n") == 1 and b"the key of vault was" in changed.stderr, changed
            known.unlink()
            assert mdp(*request).returncode == 0


def pattern():
    """the workers of a pattern announce the key of all it serves, and another key is noticed under each of these names"""
    with tempfile.TemporaryDirectory() as folder, Broker() as broker:
        known = pathlib.Path(folder) / "known"
        request = lambda service: mdp("request", service, "x", "--broker", broker.endpoint, "--known-keys", known)
        with worker(broker, "--sealed", certificate(folder, "one"), service="image.*"):
            wait_for_service(broker.endpoint, b"image.scale")
            first = request("image.scale")
            assert (first.returncode, first.stdout) == (0, b"x\n"), first
            assert request("image.scale").stderr == b""
            assert sorted(line.split()[0] for line in known.read_text().splitlines()) == ["image.*", "image.scale"]
        wait_for_none(broker, b"image.scale")
        with worker(broker, "--sealed", certificate(folder, "two"), service="image.*"):
            wait_for_service(broker.endpoint, b"image.crop")
            for service, named in ("image.scale", b"image.scale was"), ("image.crop", b"image.* was"):
                changed = request(service)
                assert changed.returncode == 1 and changed.stdout == b"", changed
                assert changed.stderr.count(b"\n") == 1 and named in changed.stderr, changed
        wait_for_none(broker, b"image.scale")
        # A worker of the very name is another one than the pattern's, and no less strange.
        with worker(broker, "--sealed", certificate(folder, "three"), service="image.scale"):
            wait_for_service(broker.endpoint, b"image.scale")
            assert request("image.scale").returncode == 1


def given_key():
    """a key that is given is the only one that will do, and a worker that does not seal is not believed"""
    with tempfile.TemporaryDirectory() as folder, Broker() as broker:
        one, two = certificate(folder, "one"), certificate(folder, "two")
        request = ["request", "vault", "swordfish", "--broker", broker.endpoint]
        with worker(broker, "--sealed", one):
            wait_for_service(broker.endpoint, b"vault")
            assert mdp(*request, "--seal-for", one).stdout == b"swordfish\n"
            wrong = mdp(*request, "--seal-for", two)
            assert wrong.returncode == 1 and b"wrong_key" in wrong.stderr, wrong
        wait_for_none(broker)
        with worker(broker):
            wait_for_service(broker.endpoint, b"vault")
            echoed = mdp(*request, "--seal-for", one)  # what was sealed comes back as it was
            assert echoed.returncode == 1 and echoed.stdout == b"", echoed
            none = mdp(*request, "--known-keys", pathlib.Path(folder) / "known")
            assert none.returncode == 1 and b"announces a key" in none.stderr, none


def wrong_use():
    """what cannot be meant is wrong use"""
    for arguments in (
        ("request", "vault", "x", "--seal-for", "nonsense"),
        ("request", "vault", "x", "--seal-for", "a", "--known-keys", "b"),
    ):
        assert mdp(*arguments).returncode == 2, arguments
    done = subprocess.run(
        [BIN / "mdp-worker", "--service", "x", "--echo", "--sealed", "/nowhere"], capture_output=True, timeout=PATIENCE_S
    )
    assert done.returncode == 2 and b"--sealed" in done.stderr, done


run(trust_on_first_use, pattern, given_key, wrong_use)
