"""A client that leaves ends the upstream call at once; connections upstream are kept and used again."""

import time

import anthropic
import httpx
import pytest

from asking import DIALECTS, body, client
from waiting import eventually

ASK = {"max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}


def left_after(upstream, began_to_leave):
    """Seconds from the client's leaving until the upstream saw it."""

    def seen():
        last = upstream.last()
        return last if last["ended"] == "client_left" else None

    return eventually(seen, "the upstream sees the client leave")["ended_ms"] / 1000 - began_to_leave


@pytest.mark.parametrize("scenario", ["hang-mid-stream", "slow?tokens=5000&rate=50&ttft=10", "hang-after-head"])
@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_in_the_middle_of_a_stream(base, upstream, scenario, dialect):
    path, own, _ = DIALECTS[dialect]
    with client(base) as http:
        with http.stream("POST", path, json=body(dialect, scenario, True), headers=own) as response:
            if scenario != "hang-after-head":
                next(response.iter_raw())
            leaving = time.time()
    assert left_after(upstream, leaving) < 1.0


def test_before_the_head(base, upstream):
    path, own, _ = DIALECTS["messages"]
    with client(base) as http:
        with pytest.raises(httpx.ReadTimeout):
            http.post(path, json=body("messages", "hang-before-head", True), headers=own, timeout=0.3)
        leaving = time.time()
    assert left_after(upstream, leaving) < 1.0


def test_the_sdk_breaks_off(claude, upstream):
    with claude.messages.stream(model="scenario:slow?tokens=5000&rate=50&ttft=10", **ASK) as stream:
        for _ in stream.text_stream:
            break
        leaving = time.time()
    assert left_after(upstream, leaving) < 1.0


@pytest.mark.through_proxy
def test_one_connection_upstream_for_many_clients(proxy, upstream):
    path, own, _ = DIALECTS["messages"]
    for at in range(20):
        with client(proxy.address) as http:
            stream = at % 2 == 0
            assert http.post(path, json=body("messages", "text", stream), headers=own).status_code == 200
    counters = upstream.counters()
    assert counters["requests"] == 20
    assert counters["connections_accepted"] <= 1, counters


@pytest.mark.through_proxy
def test_a_connection_that_went_stale_is_no_failure(proxy):
    path, own, _ = DIALECTS["messages"]
    with client(proxy.address) as http:
        statuses = [
            http.post(path, json=body("messages", scenario, False), headers=own).status_code
            for _ in range(5)
            for scenario in ("text", "stale", "close-idle")
        ]
    assert set(statuses) == {200}, statuses
