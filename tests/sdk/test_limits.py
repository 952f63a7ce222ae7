"""Large, broken and strange requests."""

import json
import socket
import zlib

import pytest

from asking import DIALECTS, body, client, raw

MEBIBYTE = 1024 * 1024
pytestmark = pytest.mark.through_proxy


def sized(dialect, length):
    """A body of exactly that many bytes."""
    document = json.dumps(body(dialect, "echo-raw", False, padding=""))
    head, tail = document.split('"padding": "', 1)
    filler = "p" * (length - len(document))
    return f'{head}"padding": "{filler}{tail}'.encode()


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_64_mib_pass(proxy, dialect):
    path, own, _ = DIALECTS[dialect]
    sent = sized(dialect, 64 * MEBIBYTE)
    assert len(sent) == 64 * MEBIBYTE
    with client(proxy.address) as http:
        answer = http.post(path, content=sent, headers={**own, "content-type": "application/json"}, timeout=120)
    assert answer.status_code == 200, answer.text[:500]
    assert (answer.json()["body_bytes"], answer.json()["body_crc32"]) == (len(sent), zlib.crc32(sent))


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_more_is_413_in_the_callers_dialect(proxy, upstream, dialect, chunked):
    path, own, _ = DIALECTS[dialect]
    sent = sized(dialect, 65 * MEBIBYTE + 1)
    content = (sent[at : at + MEBIBYTE] for at in range(0, len(sent), MEBIBYTE)) if chunked else sent
    with client(proxy.address) as http:
        answer = http.post(path, content=content, headers={**own, "content-type": "application/json"}, timeout=120)
    assert answer.status_code == 413
    document = answer.json()
    assert document["error"]["message"]
    assert (document.get("type") == "error") == (dialect == "messages")
    assert upstream.requests() == []


@pytest.mark.parametrize("content", [b"", b"{", b"not json", b"[]", b"\xff\xfe", b'{"model":3}'], ids=range(6))
@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_malformed_json_gets_an_error_in_the_callers_dialect(proxy, dialect, content):
    path, own, _ = DIALECTS[dialect]
    with client(proxy.address) as http:
        answer = http.post(path, content=content, headers={**own, "content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]
    assert (answer.json().get("type") == "error") == (dialect == "messages")


def test_another_content_type_is_passed_on(proxy, upstream):
    path, own, _ = DIALECTS["messages"]
    content = json.dumps(body("messages", "text", False))
    with client(proxy.address) as http:
        answer = http.post(path, content=content, headers={**own, "content-type": "text/plain"})
    assert answer.status_code == 200
    assert ["content-type", "text/plain"] in [[n.lower(), v] for n, v in upstream.last()["headers"]]


def test_a_request_that_breaks_off_harms_nobody(proxy, upstream):
    with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        host = f"127.0.0.1:{proxy.port}"
        connection.sendall(f"POST /v1/messages HTTP/1.1\r\nhost: {host}\r\ncontent-length: 5000\r\n\r\n{{".encode())
    response, _, _ = raw(proxy.address, "messages", "text", False)
    assert response.status_code == 200
    assert proxy.program.process.poll() is None


def test_an_unknown_path_outside_of_v1_is_404(proxy, upstream):
    with client(proxy.address) as http:
        assert http.get("/no/such/path", headers={"accept": "application/json"}).status_code == 404
    assert upstream.requests() == []


@pytest.mark.parametrize("scenario", ["endless-line", "giant-event"])
def test_monstrous_streams_harm_nobody(proxy, scenario):
    response, received, _ = raw(proxy.address, "messages", scenario, True)
    assert response.status_code == 200
    assert len(received) > (10 if scenario == "endless-line" else 50) * MEBIBYTE
    assert raw(proxy.address, "messages", "text", True)[0].status_code == 200


def test_an_early_refusal_reaches_the_client(proxy):
    path, own, _ = DIALECTS["messages"]
    content = sized("messages", 8 * MEBIBYTE)
    with client(proxy.address) as http:
        answer = http.post(path, content=content, headers={**own, "x-testkit-scenario": "refuse-early"})
    # Where the upstream closed while the body was still being sent, the answer may be lost: then it is 502.
    assert answer.status_code in (413, 502)
    assert answer.json()["error"]["message"]
