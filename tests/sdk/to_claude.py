"""Relayscope with a site that speaks only Anthropic Messages."""

import subprocess

import pytest

from anthropic_server import AnthropicServer
from programs import binary
from relayscope import Relayscope


def routed(directory, environment, address, api):
    """A running Relayscope whose route is that address."""
    running = Relayscope(directory, environment, "http://127.0.0.1:9")
    for command in (
        ["site", "add", "up", "--url", address, "--key", "sk-site-key", "--api", api],
        ["site", "use", "up"],
    ):
        arguments = [binary("RELAYSCOPE_BIN", "relayscope"), "--data-dir", running.data, *command]
        done = subprocess.run(
            [str(part) for part in arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
    return running


@pytest.fixture(scope="module")
def server():
    running = AnthropicServer()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def to_claude(tmp_path_factory, environment, server):
    running = routed(tmp_path_factory.mktemp("to_claude"), environment, server.address, "anthropic")
    yield running
    assert running.stop() == 0, running.program.log_text()


@pytest.fixture(autouse=True)
def fresh_server(server, to_claude):
    server.reset()
    # What one test does to the site's key is no matter of the next.
    to_claude.api.post("/api/keys/reset", headers=to_claude.signed_in()).raise_for_status()
