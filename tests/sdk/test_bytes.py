"""What the upstream answers reaches the client unchanged, to the byte."""

import hashlib
import json

import pytest

from asking import raw

pytestmark = pytest.mark.through_proxy

STREAMED = [
    "text", "drip", "torn", "one-write", "crlf", "cr", "no-gap", "multiline-data",
    "bom", "comments", "no-last-newline", "unknown-events", "garbage-sse", "garbage-between", "invalid-utf8",
    "no-event-names", "trailers", "chunk-extensions", "usage-twice", "error-event", "error-event-first", "cut-clean",
    "empty-stream", "giant-event?mib=3", "json-for-stream",
]
WHOLE = ["no-reason", "many-headers?count=60", "connection-close", "stream-for-json"]
EITHER = [
    "thinking", "parallel-tools", "gzip", "deflate", "br", "zstd", "gzip-lie", "http10", "until-close",
    "continue-100", "processing-102", "early-hints", "no-usage", "empty-200", "html-200", "html-502",
    "wrong-content-type", "no-content-type", "close-idle",
]
WELL_ENDED = [(True, name) for name in STREAMED + EITHER] + [(False, name) for name in WHOLE + EITHER]
BROKEN = ["cut", "cut-in-event", "cut-length", "gzip-cut", "reset", "bad-chunk", "endless-line?mib=2"]
# Headers that belong to one connection, or that Relayscope gives a value of its own.
OWN = {
    "date", "connection", "keep-alive", "transfer-encoding", "content-length", "trailer", "x-request-id", "request-id",
}
COUNTED = ("remaining", "reset", "openai-processing-ms")


def digest(body):
    return len(body), hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
@pytest.mark.parametrize(
    "stream, scenario", WELL_ENDED, ids=[f"{'stream' if stream else 'whole'}-{name}" for stream, name in WELL_ENDED]
)
def test_same_bytes(proxy, upstream, scenario, dialect, stream):
    direct, direct_body, _ = raw(upstream.address, dialect, scenario, stream)
    through, through_body, broken = raw(proxy.address, dialect, scenario, stream)
    assert broken is None
    assert through.status_code == direct.status_code
    # A document with an error names its request.
    if '"request_id"' not in direct_body.decode(errors="replace"):
        assert digest(through_body) == digest(direct_body)


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_a_large_document(proxy, upstream, dialect):
    _, direct, _ = raw(upstream.address, dialect, "sized?bytes=20000000&output=9", False)
    _, through, _ = raw(proxy.address, dialect, "sized?bytes=20000000&output=9", False)
    assert len(direct) > 20_000_000
    assert digest(through) == digest(direct)


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
@pytest.mark.parametrize("scenario", BROKEN)
def test_a_broken_answer_is_broken_for_the_client_too(proxy, upstream, scenario, dialect):
    _, direct_body, direct_broken = raw(upstream.address, dialect, scenario, True)
    through, through_body, broken = raw(proxy.address, dialect, scenario, True)
    assert through.status_code == 200
    assert direct_broken is not None
    assert broken is not None, "a torn answer looked whole"
    # A reset may destroy bytes that were under way.
    if scenario == "reset":
        assert direct_body.startswith(through_body) or through_body.startswith(direct_body)
    else:
        assert digest(through_body) == digest(direct_body)


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
@pytest.mark.parametrize("scenario", ["text", "gzip", "error-429?seconds=9", "huge-headers?kib=32"])
def test_headers_of_the_upstream_arrive(proxy, upstream, scenario, dialect):
    direct, _, _ = raw(upstream.address, dialect, scenario, True)
    through, _, _ = raw(proxy.address, dialect, scenario, True)
    for name, value in direct.headers.multi_items():
        if name in OWN or any(part in name for part in COUNTED):
            continue
        assert value in through.headers.get_list(name), name
    assert through.headers["x-request-id"].startswith("req_")
    if dialect == "messages":
        assert through.headers["request-id"].startswith("req_011CTestkit")


def test_a_redirect_is_passed_on_and_not_followed(proxy, upstream):
    response, _, _ = raw(proxy.address, "messages", "redirect-307?to=http://elsewhere.example/v1/messages", False)
    assert response.status_code in (307, 502)
    if response.status_code == 307:
        assert response.headers["location"] == "http://elsewhere.example/v1/messages"
    assert len(upstream.requests()) == 1


@pytest.mark.parametrize(
    "scenario", ["reset-before-head", "close-before-head", "half-head", "bad-status-line", "two-lengths"]
)
@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_no_answer_becomes_502_in_the_callers_dialect(proxy, scenario, dialect):
    response, body, _ = raw(proxy.address, dialect, scenario, True)
    assert response.status_code == 502, body
    document = response_document(response, body)
    assert document["error"]["message"]
    assert document["error"]["type"]
    if dialect == "messages":
        assert document["type"] == "error"
        assert document["request_id"] == response.headers["x-request-id"]


def response_document(response, body):
    assert response.headers["content-type"].startswith("application/json")
    return json.loads(body)
