"""Every fault of an upstream ends as the outcome that the record names."""

import httpx
import pytest

from asking import DIALECTS, body, client, raw

pytestmark = pytest.mark.through_proxy

OUTCOMES = {
    "done": [
        "text", "thinking", "parallel-tools", "max-tokens", "drip", "torn", "gzip", "deflate", "br", "zstd", "crlf",
        "cr", "bom", "comments", "multiline-data", "no-gap", "unknown-events", "garbage-between", "invalid-utf8",
        "no-usage", "null-usage", "usage-twice", "usage-running", "trailers", "http10", "until-close", "early-hints",
        "json-for-stream", "wrong-content-type", "no-content-type", "giant-event?mib=2", "pause?ms=200", "close-idle",
    ],
    "error": [
        "error-400", "error-401", "error-402", "error-403", "error-404", "error-413", "error-429", "error-500",
        "error-503", "error-529", "html-502", "prompt-too-long", "reset-before-head", "close-before-head", "half-head",
        "bad-status-line", "two-lengths",
    ],
    "error_inside": ["error-inside-200", "error-event", "error-event-first", "html-200"],
    "cut": ["cut", "cut-in-event", "cut-clean", "reset", "bad-chunk", "endless-line?mib=2", "gzip-cut"],
    "empty": ["empty-200", "empty-stream"],
}
CASES = [(outcome, scenario) for outcome, scenarios in OUTCOMES.items() for scenario in scenarios]


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
@pytest.mark.parametrize("outcome, scenario", CASES, ids=[case[1] for case in CASES])
def test_outcome_of_a_stream(proxy, outcome, scenario, dialect):
    response, _, _ = raw(proxy.address, dialect, scenario, True)
    kept = proxy.detail(response.headers["x-request-id"])
    assert kept["outcome"] == outcome, kept["error"]
    assert kept["status"] == response.status_code
    assert (kept["error"] is None) == (outcome == "done")


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
@pytest.mark.parametrize(
    "outcome, scenario",
    [
        ("done", "text"), ("done", "gzip"), ("done", "no-usage"), ("done", "stream-for-json"),
        ("done", "connection-close"), ("cut", "cut-length"), ("empty", "empty-200"), ("error", "error-500"),
        ("error_inside", "error-inside-200"), ("error_inside", "html-200"),
    ],
)
def test_outcome_of_a_document(proxy, outcome, scenario, dialect):
    response, _, _ = raw(proxy.address, dialect, scenario, False)
    assert proxy.detail(response.headers["x-request-id"])["outcome"] == outcome


def test_a_client_that_left_is_named(proxy):
    path, own, _ = DIALECTS["messages"]
    with client(proxy.address) as http:
        with http.stream("POST", path, json=body("messages", "hang-mid-stream", True), headers=own) as response:
            next(response.iter_raw())
            exchange = response.headers["x-request-id"]
    assert proxy.detail(exchange)["outcome"] == "client_left"


def test_a_client_that_left_before_the_head_is_named(proxy):
    path, own, _ = DIALECTS["messages"]
    with client(proxy.address) as http, pytest.raises(httpx.ReadTimeout):
        http.post(path, json=body("messages", "hang-before-head?mark=left", True), headers=own, timeout=0.3)
    kept = proxy.newest(model="scenario:hang-before-head?mark=left")
    assert kept["outcome"] == "client_left"
