"""Every fault of an upstream ends as the outcome that the record names."""

from concurrent.futures import ThreadPoolExecutor

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
STREAMS = [(outcome, name) for outcome, names in OUTCOMES.items() for name in names]
DOCUMENTS = [
    ("done", "text"), ("done", "gzip"), ("done", "no-usage"), ("done", "stream-for-json"), ("done", "connection-close"),
    ("cut", "cut-length"), ("empty", "empty-200"), ("error", "error-500"), ("error_inside", "error-inside-200"),
    ("error_inside", "html-200"),
]
CASES = [(*case, True) for case in STREAMS] + [(*case, False) for case in DOCUMENTS]


@pytest.fixture(scope="module")
def answers(proxy):
    """The answers to all cases, asked side by side."""
    asked = [(dialect, name, stream) for dialect in DIALECTS for _, name, stream in CASES]

    def ask(case):
        try:
            return raw(proxy.address, *case)[0]
        except httpx.HTTPError as error:
            return error

    with ThreadPoolExecutor(6) as pool:
        return dict(zip(asked, pool.map(ask, asked), strict=True))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "outcome, scenario, stream", CASES, ids=[f"{name}-{'stream' if stream else 'whole'}" for _, name, stream in CASES]
)
def test_outcome(proxy, answers, outcome, scenario, stream, dialect):
    answer = answers[dialect, scenario, stream]
    assert isinstance(answer, httpx.Response), f"no answer: {answer!r}"
    kept = proxy.detail(answer.headers["x-request-id"])
    assert kept["outcome"] == outcome, kept["error"]
    assert kept["status"] == answer.status_code
    assert (kept["error"] is None) == (outcome == "done")


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
