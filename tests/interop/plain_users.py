"""Names and passwords (PLAIN): what users are for, from our programs and foreign workers."""

import json
import os
import pathlib
import subprocess
import time

from _house import stats
from _mdp import (
    BIN,
    DISCONNECT,
    FINAL,
    PATIENCE_S,
    READY,
    REQUEST,
    Broker,
    Program,
    ask,
    client_request,
    eventually,
    next_but_heartbeats,
    run,
    worker_message,
)
from _plain import Users, plain_dealer


def our_programs():
    """mdp-worker and mdp get in by --user and --password-file, and the rules know them by name"""
    users = Users(alice="secret", worker="work")
    config = pathlib.Path(users.folder.name) / "broker.toml"
    config.write_text(
        '[[access]]\nuser = "worker"\nserve = ["echo"]\n[[access]]\nuser = "alice"\ncall = ["echo"]\nmmi = ["service"]\n'
    )
    with Broker("--plain", str(users.file), "--config", str(config), "--status-replies") as broker:
        knows = ["--broker", broker.endpoint, "--user"]
        with Program(
            "mdp-worker", "--service", "echo", "--echo", *knows, "worker", "--password-file", users.password_file("work")
        ):
            alice = plain_dealer(broker, b"alice", b"secret")
            eventually(lambda: ask(alice, "0.2", b"mmi.service", b"echo") == [b"200"], "the worker is not there")
            alice.close()

            def request(user, password):
                return subprocess.run(
                    [BIN / "mdp", "request", "echo", "hello", *knows, user, "--password-file", password,
                     "--timeout", f"{PATIENCE_S}s", "--retries", "0"],
                    capture_output=True, timeout=2 * PATIENCE_S,
                )  # fmt: skip

            done = request("alice", users.password_file("secret"))
            assert (done.returncode, done.stdout) == (0, b"hello\n"), done
            assert request("worker", users.password_file("work")).returncode == 1  # it may not call
            assert request("alice", users.password_file("wrong")).returncode == 1
            open_file = users.password_file("secret")
            os.chmod(open_file, 0o644)
            done = request("alice", open_file)
            assert done.returncode == 2 and b"--password-file" in done.stderr, done


def workers_hear_who_asks():
    """a foreign worker that asks who asks is told, between address and delimiter; mmi.workers says who the worker is"""
    users = Users(alice="secret", worker="work")
    with Broker("--plain", str(users.file)) as broker:
        alice, observer = (plain_dealer(broker, b"alice", b"secret") for _ in range(2))
        for version in "0.1", "0.2":
            for question in (), (b"user?",), (b"capacity=2", b"user?", b"key=" + 40 * b"k"):
                works = plain_dealer(broker, b"worker", b"work")
                works.send_multipart(worker_message(version, READY, b"echo", *question))
                alice.send_multipart(client_request("0.2", b"echo", b"x", b"y"))
                start = worker_message(version, REQUEST)
                frames = next_but_heartbeats(works, version)
                assert frames[: len(start)] == start, frames
                address, *rest = frames[len(start) :]
                assert rest == [*((b"user=alice",) if question else ()), b"", b"x", b"y"], rest
                (listed,) = json.loads(ask(observer, "0.2", b"mmi.workers", b"")[1])
                assert listed["user"] == "worker", listed
                assert listed.get("key") == (40 * "k" if len(question) == 3 else None), listed
                works.send_multipart(worker_message(version, FINAL[version], address, b"", b"done"))
                assert alice.recv_multipart()[-1] == b"done"
                works.send_multipart(worker_message(version, DISCONNECT[version]))
                eventually(lambda: ask(alice, "0.2", b"mmi.service", b"echo") == [b"404"], "the worker is still there")
                works.close()  # which could have been sooner than its last word
        alice.close()
        observer.close()


def refused_worker_waits():
    """T15 a worker of ours whose service is not allowed comes back later each time, not at once and for ever"""
    users = Users(alice="secret", worker="work")
    config = pathlib.Path(users.folder.name) / "broker.toml"
    config.write_text('[[access]]\nuser = "alice"\nmmi = ["*"]\n')
    with Broker("--plain", str(users.file), "--config", str(config)) as broker:
        alice = plain_dealer(broker, b"alice", b"secret")
        assert ask(alice, "0.2", b"mmi.service", b"x") == [b"404"]
        began = time.monotonic()
        with Program(
            "mdp-worker", "--service", "echo", "--echo", "--broker", broker.endpoint, "--user", "worker",
            "--password-file", users.password_file("work"), "--reconnect-min", "10ms",
        ):  # fmt: skip
            refused = lambda: stats(alice)["mdp_broker_workers_ended_total"]["not_allowed"]
            eventually(lambda: refused() >= 3, "it does not come back")
            # At least a second between each READY and its DISCONNECT, however fast the machine is.
            assert refused() <= time.monotonic() - began + 1, "it comes back in a loop"
        alice.close()


def told_why():
    """who shows a wrong password is told so, by the client and in the worker's log"""
    users = Users(alice="secret")
    with Broker("--plain", str(users.file)) as broker:
        wrong = ["--broker", broker.endpoint, "--user", "alice", "--password-file", users.password_file("wrong")]
        done = subprocess.run(
            [BIN / "mdp", "request", "echo", "hello", "--retries", "0", "--timeout", f"{PATIENCE_S}s", *wrong],
            capture_output=True,
            timeout=2 * PATIENCE_S,
        )
        assert done.returncode == 1, done
        assert b"the broker refuses this name and password (400)" in done.stderr, done
        patient = "--heartbeat", "30s"  # or it would begin anew before a slow machine has looked at its password
        with Program("mdp-worker", "--service", "echo", "--echo", *patient, *wrong) as worker:
            eventually(lambda: "refuses this name and password (400)" in worker.output(), "the worker does not say why")
    with Broker() as broker:
        done = subprocess.run(
            [BIN / "mdp", "request", "echo", "hello", "--retries", "0", "--timeout", f"{PATIENCE_S}s", "--broker", broker.endpoint, *wrong[2:]],
            capture_output=True,
            timeout=2 * PATIENCE_S,
        )
        assert done.returncode == 1 and b"does the broker speak PLAIN?" in done.stderr, done


def wrong_use():
    """options that do not go together are wrong use"""
    users = Users(alice="secret")
    password = users.password_file("secret")
    for program, *arguments in (
        ("mdp-broker", "--plain", str(users.file), "--curve", "--bind", "tcp://127.0.0.1:*"),
        ("mdp-broker", "--plain", str(users.file) + "-not-there", "--bind", "tcp://127.0.0.1:*"),
        ("mdp", "services", "--user", "alice"),
        ("mdp", "services", "--password-file", password),
        ("mdp", "services", "--user", "a b", "--password-file", password),
        ("mdp", "services", "--user", "alice", "--password-file", str(users.file) + "-not-there"),
    ):
        done = subprocess.run([BIN / program, *arguments], capture_output=True, timeout=3 * PATIENCE_S)
        assert done.returncode == 2, (program, arguments, done)
        assert done.stderr.startswith(program.encode()), done


run(our_programs, workers_hear_who_asks, refused_worker_waits, told_why, wrong_use)
