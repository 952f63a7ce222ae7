"""Time-outs: a server of its own with short ones, and an upstream that is not there."""

import socket

import pytest

from asking import raw
from relayscope import Relayscope

pytestmark = pytest.mark.through_proxy

SHORT = """
[upstream]
connect_timeout_s = 2
first_byte_timeout_s = 1
idle_timeout_s = 1
"""


@pytest.fixture(scope="module")
def impatient(tmp_path_factory, environment, upstream):
    directory = tmp_path_factory.mktemp("impatient")
    (directory / "data").mkdir(mode=0o700)
    (directory / "data" / "config.toml").write_text(SHORT)
    running = Relayscope(directory, environment, upstream.address)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory, environment):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    running = Relayscope(tmp_path_factory.mktemp("nowhere"), environment, f"http://127.0.0.1:{port}")
    yield running
    running.stop()


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_no_head_is_504(impatient, dialect):
    response, body, _ = raw(impatient.address, dialect, "hang-before-head", True)
    assert response.status_code == 504, body
    assert impatient.detail(response.headers["x-request-id"])["outcome"] == "error"


@pytest.mark.parametrize("scenario", ["hang-mid-stream", "hang-after-head"])
def test_silence_in_a_stream_ends_it(impatient, scenario):
    response, _, broken = raw(impatient.address, "messages", scenario, True)
    assert broken is not None
    assert impatient.detail(response.headers["x-request-id"])["outcome"] == "cut"


def test_a_slow_stream_is_not_ended(impatient):
    response, body, broken = raw(impatient.address, "messages", "slow?ttft=300&rate=10&tokens=25", True)
    assert broken is None
    assert b"message_stop" in body
    assert impatient.detail(response.headers["x-request-id"])["outcome"] == "done"


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_nobody_there_is_502(nowhere, dialect):
    response, body, _ = raw(nowhere.address, dialect, "text", True)
    assert response.status_code == 502, body
    kept = nowhere.detail(response.headers["x-request-id"])
    assert (kept["outcome"], kept["status"]) == ("error", 502)
    assert kept["error"]["code"]


def test_an_upstream_that_is_ourselves_is_refused(tmp_path, environment):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    running = Relayscope(tmp_path, environment, f"http://127.0.0.1:{port}", port=port)
    try:
        response, body, _ = raw(running.address, "messages", "text", False)
        assert response.status_code == 502, body
        assert "itself" in body.decode().lower() or "loop" in body.decode().lower()
    finally:
        running.stop()
