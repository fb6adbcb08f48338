"""Certificates change hands with pyzmq: each reads what the other has written."""

import os
import pathlib
import subprocess
import tempfile

import zmq.auth

from _mdp import BIN, PATIENCE_S, run


def mdp(*arguments):
    done = subprocess.run([BIN / "mdp", *arguments], capture_output=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def pyzmq_reads_ours():
    """a certificate of mdp keygen is read by zmq.auth, both files of it"""
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/alice.cert"
        said = mdp("keygen", "--name", "alice", "--meta", "place=cellar", file)
        public, nothing = zmq.auth.load_certificate(file)
        assert nothing is None
        assert said.splitlines()[0] == f"public key: {public.decode()}"
        again, secret = zmq.auth.load_certificate(file + "_secret")
        assert again == public
        assert zmq.curve_public(secret) == public


def we_read_pyzmq():
    """a certificate of zmq.auth is shown by mdp key"""
    with tempfile.TemporaryDirectory() as folder:
        public_file, secret_file = zmq.auth.create_certificates(folder, "bob", {b"name": b"bob", b"place": b"attic"})
        os.chmod(secret_file, 0o600)
        public, _ = zmq.auth.load_certificate(public_file)
        assert mdp("key", "show", public_file) == f"public key: {public.decode()}\n"  # it says no more there
        assert mdp("key", "show", secret_file) == f"public key: {public.decode()}\nname: bob\nplace: attic\n"


def pyzmq_loads_our_folder():
    """a folder of our public certificates is a key store for zmq.auth"""
    with tempfile.TemporaryDirectory() as folder:
        keys = set()
        for name in "alice", "bob":
            said = mdp("keygen", "--name", name, f"{folder}/{name}.key")
            keys.add(said.splitlines()[0].removeprefix("public key: ").encode())
            pathlib.Path(f"{folder}/{name}.key_secret").unlink()
        assert set(zmq.auth.load_certificates(folder)) == keys


def passwords():
    """mdp passwd keeps the hashes of passwords, for their owner alone, and takes a user out again"""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "users"

        def passwd(*arguments, typed=b""):
            return subprocess.run([BIN / "mdp", "passwd", file, *arguments], input=typed, capture_output=True, timeout=PATIENCE_S)

        for user in "alice", "bob":
            done = passwd(user, typed=b"open sesame\nnot this")
            assert done.returncode == 0, done.stderr
        assert file.stat().st_mode & 0o777 == 0o600
        lines = file.read_text().splitlines()
        assert [line.split(":")[0] for line in lines] == ["alice", "bob"]
        assert all(line.split(":")[1].startswith("$argon2id$") for line in lines)
        assert "sesame" not in file.read_text()
        assert passwd("bob", "--remove").returncode == 0
        assert len(file.read_text().splitlines()) == 1
        for arguments, typed, code in (["bob", "--remove"], b"", 1), (["carol"], b"", 1), (["a:b"], b"x\n", 2):
            assert passwd(*arguments, typed=typed).returncode == code
        file.chmod(0o644)
        assert b"others can read this secret" in passwd("alice", typed=b"x\n").stderr


run(pyzmq_reads_ours, we_read_pyzmq, pyzmq_loads_our_folder, passwords)
