"""Starts the two programs and waits until they listen."""

import os
import re
import subprocess
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LISTENING = re.compile(r"listening on (http://\S+)")


class Program:
    """A running program whose standard error is kept."""

    def __init__(self, command, environment, log):
        self.command = [str(part) for part in command]
        self.log = Path(log)
        self._file = self.log.open("wb")
        self.process = subprocess.Popen(
            self.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=self._file,
        )
        self.address = self._wait_for_address(30)

    def _wait_for_address(self, seconds):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            found = LISTENING.search(self.log_text())
            if found:
                return found.group(1).rstrip("/")
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.process.kill()
        raise RuntimeError(f"{self.command} did not begin to listen:\n{self.log_text()}")

    def log_text(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        """Asks it to end; gives its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            killer = threading.Timer(20, self.process.kill)
            killer.start()
            self.process.wait()
            killer.cancel()
        self._file.close()
        return self.process.returncode


def binary(variable, name):
    """Path of a program from the environment, else from this repository's build."""
    path = Path(os.environ.get(variable) or REPOSITORY / "target" / "debug" / name)
    if not path.exists():
        raise RuntimeError(f"{path} does not exist: build it, or set {variable}")
    return path
