"""The clients that come from npm: installed when needed, run in a home of their own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "ERR_SOCKET_TIMEOUT", "ECONNRESET")


def program(name):
    """Path of an installed client; skips the test when npm has no network."""
    path = HERE / "node_modules" / ".bin" / name
    if path.exists():
        return path
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode != 0:
        if any(code in done.stderr for code in NO_NETWORK):
            pytest.skip(f"npm has no network, so {name} cannot be installed: {done.stderr.strip()[-200:]}")
        pytest.fail(f"npm ci: {done.stderr[-2000:]}")
    if not path.exists():
        pytest.skip(f"{name} has no build for this platform")
    return path


def run(command, home, working_directory, **variables):
    """Runs a client with a home of its own and nothing of the caller's environment."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    environment = kept | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "CI": "1"} | variables
    return subprocess.run(
        [str(part) for part in command],
        cwd=working_directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
