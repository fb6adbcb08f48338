"""mdp conformance against peers that speak CURVE or PLAIN only."""

import pathlib
import subprocess
import tempfile

from _mdp import BIN, PATIENCE_S, Broker, Program, run

OFTEN = ["--heartbeat", "100ms", "--patience", f"{PATIENCE_S}s"]
FEW = ["--only", "7-28", "--only", "7-24", *OFTEN]


def conformance(*arguments):
    return subprocess.run([BIN / "mdp", "conformance", *map(str, arguments)], capture_output=True, timeout=3 * PATIENCE_S)


def keygen(folder, name):
    path = pathlib.Path(folder) / name
    subprocess.run([BIN / "mdp", "keygen", path], capture_output=True, check=True, timeout=3 * PATIENCE_S)
    return path


def brokers():
    """a broker that speaks CURVE is checked with its key, and not without"""
    with tempfile.TemporaryDirectory() as folder:
        own = pathlib.Path(folder) / "broker.cert"
        with Broker("--heartbeat", "100ms", "--curve", "--certificate", str(own)) as broker:
            done = conformance("broker", broker.endpoint, *FEW, "--server-key", own)
            assert done.returncode == 0 and b"pass" in done.stdout, done
            short = ["--only", "7-28", "--heartbeat", "100ms", "--patience", "1s"]
            assert conformance("broker", broker.endpoint, *short).returncode == 1
            other = keygen(folder, "other.cert")
            assert conformance("broker", broker.endpoint, *short, "--server-key", other).returncode == 1


def brokers_with_passwords():
    """a broker that asks for passwords is checked with one"""
    with tempfile.TemporaryDirectory() as folder:
        users, password = pathlib.Path(folder) / "users", pathlib.Path(folder) / "password"
        subprocess.run([BIN / "mdp", "passwd", users, "alice"], input=b"secret\n", check=True, timeout=3 * PATIENCE_S)
        password.touch(mode=0o600)
        password.write_text("secret\n")
        with Broker("--heartbeat", "100ms", "--plain", str(users)) as broker:
            done = conformance("broker", broker.endpoint, *FEW, "--user", "alice", "--password-file", password)
            assert done.returncode == 0 and b"pass" in done.stdout, done


def workers():
    """a worker that wants a broker with a certain key gets one"""
    with tempfile.TemporaryDirectory() as folder:
        own = keygen(folder, "broker.cert")
        checks = subprocess.Popen(
            [BIN / "mdp", "conformance", "worker", "--bind", "tcp://127.0.0.1:*", "--only", "7-16", *OFTEN,
             "--certificate", own],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        endpoint = checks.stderr.readline().decode().split()[-1]
        with Program("mdp-worker", "--service", "x", "--echo", "--broker", endpoint, "--server-key", str(own),
                     "--heartbeat", "100ms", "--reconnect-min", "10ms", "--reconnect-max", "50ms"):  # fmt: skip
            out, err = checks.communicate(timeout=3 * PATIENCE_S)
            assert checks.returncode == 0 and b"pass" in out, (checks.returncode, out, err)


def wrong_use():
    """a worker is checked with the broker's certificate and nothing else"""
    done = conformance("worker", "--bind", "tcp://127.0.0.1:*", "--server-key", "x")
    assert done.returncode == 2 and b"--certificate" in done.stderr, done


run(brokers, brokers_with_passwords, workers, wrong_use)
