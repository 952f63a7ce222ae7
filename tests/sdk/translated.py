"""Relayscope with a site that speaks only Chat Completions."""

import subprocess

import pytest

from chat_server import ChatServer
from programs import binary
from relayscope import Relayscope


@pytest.fixture(scope="module")
def chat():
    running = ChatServer()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def translating(tmp_path_factory, environment, chat):
    """A running Relayscope whose route is the chat server."""
    running = Relayscope(tmp_path_factory.mktemp("translating"), environment, "http://127.0.0.1:9")
    for command in (
        ["site", "add", "chat", "--url", chat.address, "--key", "sk-chat-key", "--api", "openai"],
        ["site", "use", "chat"],
    ):
        arguments = [binary("RELAYSCOPE_BIN", "relayscope"), "--data-dir", running.data, *command]
        done = subprocess.run([str(part) for part in arguments], env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
    yield running
    assert running.stop() == 0, running.program.log_text()


@pytest.fixture(autouse=True)
def fresh_chat(chat):
    chat.reset()
