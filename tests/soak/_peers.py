"""The programs that the scenarios start: brokers and workers of ours, and the interop tests' helpers."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))

import _mdp  # noqa: E402

# How many times longer everything may take: instrumented programs are slow.
SLOWNESS = int(os.environ.get("MDP_PATIENCE", "1"))


class Worker(_mdp.Program):
    """mdp-worker, offering `service` by echoing."""

    def __init__(self, endpoint, service, *arguments):
        super().__init__("mdp-worker", "--broker", endpoint, "--service", service, "--echo", *arguments)
        self.is_frozen = False

    def freeze(self):
        self.is_frozen = True
        self.signal(signal.SIGSTOP)

    def thaw(self):
        if self.is_frozen:
            self.signal(signal.SIGCONT)
        self.is_frozen = False

    def stop(self):
        """Ends it, in whatever state it is."""
        if not self.is_killed:
            self.kill()
        self.log.close()


class Workers:
    """Some of them, for one service."""

    def __init__(self, endpoint, service, count, *arguments):
        self.endpoint, self.service, self.arguments = endpoint, service, arguments
        self.all = [self.another() for _ in range(count)]

    def another(self):
        return Worker(self.endpoint, self.service, *self.arguments)

    def replace(self, index):
        """Kills one without a word, and starts another."""
        self.all[index].stop()
        self.all[index] = self.another()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for worker in self.all:
            if kind is not None:
                print(f"--- mdp-worker said:\n{worker.output()[-2000:]}", file=sys.stderr)
            worker.stop()


class RestartingBroker:
    """mdp-broker that can be killed and comes back on the same port."""

    def __init__(self, *arguments):
        self.arguments = arguments
        self.now = _mdp.Broker(*arguments)
        self.endpoint = self.now.endpoint
        self.lives = 1

    def pid(self):
        return self.now.process.pid

    def kill(self):
        self.now.kill()

    @property
    def is_up(self):
        return not self.now.is_killed

    def start(self):
        self.now = _mdp.Broker(*self.arguments, endpoint=self.endpoint)
        self.lives += 1

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        self.now.__exit__(kind, *rest)


def proxy(to_port, seed):
    """The proxy program and the port it listens on."""
    folder = tempfile.TemporaryDirectory()
    port_file = pathlib.Path(folder.name) / "port"
    program = subprocess.Popen(
        [sys.executable, pathlib.Path(__file__).with_name("_proxy.py"), str(to_port), str(port_file), str(seed)]
    )
    _mdp.eventually(lambda: port_file.exists() or program.poll() is not None, "the proxy has no port")
    port = int(port_file.read_text())
    folder.cleanup()
    return program, port
