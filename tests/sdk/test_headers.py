"""What goes upstream: the caller's headers without those of the connection and without our own."""

import json
import zlib

import pytest

from asking import DIALECTS, body, client
from upstream import headers_of

pytestmark = pytest.mark.through_proxy


def post(proxy, dialect="messages", path=None, scenario="text", headers=None, **more):
    own_path, own, _ = DIALECTS[dialect]
    document = body(dialect, scenario, False, **more)
    with client(proxy.address) as http:
        return http.post(path or own_path, json=document, headers={**own, **(headers or {})})


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_credentials_arrive_unchanged(proxy, upstream, dialect):
    sent = DIALECTS[dialect][1]
    assert post(proxy, dialect).status_code == 200
    arrived = headers_of(upstream.last())
    for name in ("x-api-key", "authorization"):
        assert arrived.get(name, [None])[0] == sent.get(name)


def test_both_credentials_arrive(proxy, upstream):
    post(proxy, headers={"authorization": "Bearer both-of-them"})
    arrived = headers_of(upstream.last())
    assert (arrived["x-api-key"], arrived["authorization"]) == (["sk-ant-test-key"], ["Bearer both-of-them"])


def test_headers_of_the_connection_stay_here(proxy, upstream):
    hop = {
        "connection": "keep-alive, x-named-by-connection",
        "x-named-by-connection": "1",
        "keep-alive": "timeout=5",
        "te": "trailers",
        "proxy-authorization": "Basic bm9uZQ==",
        "proxy-connection": "keep-alive",
        "upgrade": "h2c",
    }
    assert post(proxy, headers=hop).status_code == 200
    arrived = headers_of(upstream.last())
    for name in hop:
        assert name not in arrived or name == "connection", name
    assert "x-named-by-connection" not in " ".join(arrived.get("connection", []))


def test_our_own_headers_stay_here(proxy, upstream):
    post(proxy, headers={"x-project-id": "alpha", "x-upstream-provider": "anthropic"})
    arrived = headers_of(upstream.last())
    assert not [name for name in arrived if name.startswith(("x-project", "x-upstream", "x-relayscope"))]


def test_the_host_is_the_upstreams(proxy, upstream):
    post(proxy)
    assert headers_of(upstream.last())["host"] == [upstream.address.removeprefix("http://")]


def test_everything_else_arrives(proxy, upstream):
    others = {
        "user-agent": "tests/1.0",
        "accept-encoding": "zstd, br",
        "anthropic-beta": "a-2026-01-01,b-2026-02-02",
        "x-claude-code-session-id": "5b0c",
        "x-stainless-lang": "python",
        "x-app": "cli",
        "x-made-up": "kept",
    }
    post(proxy, headers=others)
    arrived = headers_of(upstream.last())
    for name, value in others.items():
        assert arrived[name] == [value], name


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_the_body_arrives_as_it_was_written(proxy, upstream, dialect):
    path, own, _ = DIALECTS[dialect]
    # Odd spacing, escapes, a repeated key, order: nothing may be written anew.
    document = json.dumps(body(dialect, "text", False), ensure_ascii=True)
    odd = document[:-1] + ' ,\n\t"unknown" : {"b":1e2, "a":"\\u4f60\\u597d\\/", "a":null} }\n'
    with client(proxy.address) as http:
        http.post(path, content=odd.encode(), headers={**own, "content-type": "application/json"})
    received = upstream.last()
    assert received["body_crc32"] == zlib.crc32(odd.encode())
    assert received["body"] == odd


def test_a_chunked_request_arrives(proxy, upstream):
    path, own, _ = DIALECTS["messages"]
    sent = json.dumps(body("messages", "text", False)).encode()
    with client(proxy.address) as http:
        pieces = (sent[at : at + 10] for at in range(0, len(sent), 10))
        assert http.post(path, content=pieces, headers=own).status_code == 200
    assert upstream.last()["body_crc32"] == zlib.crc32(sent)


@pytest.mark.parametrize(
    "path, target",
    [
        ("/v1/messages", "/v1/messages"),
        ("/messages", "/v1/messages"),
        ("/v1/v1/messages", "/v1/messages"),
        ("/v1/messages?beta=true&x=%20y", "/v1/messages?beta=true&x=%20y"),
        ("/p/alpha/v1/messages?beta=true", "/v1/messages?beta=true"),
        ("/p/%E9%A1%B9%E7%9B%AE/v1/messages", "/v1/messages"),
    ],
)
def test_paths(proxy, upstream, path, target):
    assert post(proxy, path=path).status_code == 200
    assert upstream.last()["target"] == target


def test_an_unknown_path_is_passed_through(proxy, upstream):
    with client(proxy.address) as http:
        answer = http.put("/v1/files/abc?part=2", content=b"\x00\x01raw", headers={"authorization": "Bearer k"})
    assert answer.status_code == 200
    assert answer.json()["method"] == "PUT"
    assert upstream.last()["target"] == "/v1/files/abc?part=2"
    assert upstream.last()["body_crc32"] == zlib.crc32(b"\x00\x01raw")


def test_the_warm_up_stays_here(proxy, upstream):
    with client(proxy.address) as http:
        for path in ("/", "/api/hello"):
            assert http.head(path).status_code == 200
            assert http.get(path, headers={"accept": "application/json"}).status_code == 200
        assert http.get("/").json()["status"] == "healthy"
    assert upstream.requests() == []
