"""One server process of the bed: started in a group of its own, waited for, and taken down with all its children."""

import ctypes
import os
import random
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

_libc = ctypes.CDLL(None)
_taken = set()


class Failed(Exception):
    """A server did not start; the message ends with the tail of its log."""


def free_port():
    """A port that nobody listens on, below the range from which the kernel draws for outgoing connections."""
    while True:
        port = random.randrange(18000, 32000)
        if port in _taken:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _taken.add(port)
        return port


def _end_with_parent():
    """In the child: asks the kernel to end it when the keeper dies, however that happens (Linux)."""
    try:
        _libc.prctl(1, signal.SIGKILL)
    except AttributeError:
        pass


class Server:
    """`ready` is a URL that answers below 400, or a function that returns True, once the server is up."""

    def __init__(self, name, command, folder, ready=None, env=None, ca=None):
        self.name, self.ready, self.ca = name, ready, ca
        self.log = Path(folder) / "logs" / f"{name}.log"
        self.log.parent.mkdir(exist_ok=True)
        # Nothing of the person's environment reaches a server: a stray AWS_PROFILE or proxy would change what it does.
        clean = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=folder, env={**clean, **(env or {})}, start_new_session=True, preexec_fn=_end_with_parent)

    def answers(self):
        if self.ready is None:
            return True
        try:
            if callable(self.ready):
                return self.ready()
            context = ssl.create_default_context(cafile=self.ca) if self.ca else None
            with urllib.request.urlopen(self.ready, timeout=2, context=context) as answer:
                return answer.status < 400
        except (OSError, urllib.error.URLError):
            return False

    def wait(self, seconds=60):
        """Returns once the server answers; raises when it ends or does not answer in time."""
        limit = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended with {self.process.returncode} before it was ready\n{self.tail()}")
            if self.answers():
                return self
            if time.monotonic() > limit:
                raise Failed(f"{self.name} did not answer within {seconds} s\n{self.tail()}")
            time.sleep(0.1)

    def tail(self, lines=20):
        said = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join(f"  {self.name} | {line}" for line in said) or f"  {self.name} said nothing"

    def end(self):
        """Ends the process and all its children at once: nothing that a bed holds is worth a graceful stop."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.process.wait()
