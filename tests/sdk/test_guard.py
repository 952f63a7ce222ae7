"""Who may call: host names, foreign pages, the session token, files of the owner alone."""

import stat

import pytest

from asking import DIALECTS, body, client

pytestmark = pytest.mark.through_proxy

PATHS = ["/", "/health", "/api/stats", "/api/requests", "/api/config", "/v1/models", "/ws", "/no/such"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "0.0.0.0:{port}", "127.0.0.1:1", "127.0.0.1.evil.example:{port}"],
)
def test_foreign_hosts_are_refused(proxy, upstream, path, host):
    with client(proxy.address) as http:
        answer = http.get(path, headers={"host": host.format(port=proxy.port)})
    assert answer.status_code in (403, 421)
    assert upstream.requests() == []


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}"])
def test_names_of_this_machine_are_served(proxy, host):
    with client(proxy.address) as http:
        assert http.get("/health", headers={"host": host.format(port=proxy.port)}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://127.0.0.1:1"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/api/stats", "/api/requests", "/v1/models"])
def test_foreign_pages_are_refused(proxy, upstream, path, headers):
    with client(proxy.address) as http:
        assert http.get(path, headers=headers).status_code == 403
        dialect_path, own, _ = DIALECTS["messages"]
        posted = http.post(dialect_path, json=body("messages", "text", False), headers={**own, **headers})
    assert posted.status_code == 403
    assert upstream.requests() == []


def test_our_own_page_is_served(proxy):
    headers = {"origin": proxy.address, "sec-fetch-site": "same-origin"}
    with client(proxy.address) as http:
        assert http.get("/api/stats", headers=headers).status_code == 200


@pytest.mark.parametrize("path", [*PATHS, "/v1/messages"])
def test_no_cors_headers_anywhere(proxy, path):
    headers = {"origin": proxy.address, "access-control-request-method": "POST"}
    with client(proxy.address) as http:
        answers = [http.options(path, headers=headers), http.get(path, headers={"origin": proxy.address})]
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_programs_of_this_machine_may_read_what_is_kept(proxy):
    path, own, _ = DIALECTS["messages"]
    with client(proxy.address) as http:
        exchange = http.post(path, json=body("messages", "text", False), headers=own).headers["x-request-id"]
        proxy.detail(exchange)
        unsigned = http.get(f"/api/request/{exchange}", params={"bodies": "true"})
        elsewhere = http.get(f"/api/request/{exchange}", headers={"origin": "http://elsewhere.example"})
    assert unsigned.status_code == 200
    assert unsigned.json()["request_body"]["text"]
    assert elsewhere.status_code == 403


def test_statistics_need_no_token(proxy):
    with client(proxy.address) as http:
        for path in ("/health", "/api/stats", "/api/config"):
            assert http.get(path).status_code == 200, path


def test_files_belong_to_the_owner_alone(proxy):
    assert stat.S_IMODE(proxy.data.stat().st_mode) == 0o700
    files = [path for path in proxy.data.rglob("*") if path.is_file()]
    assert proxy.data / "session-token" in files
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_session_token_is_nowhere_else(proxy):
    token = proxy.token()
    assert len(token) >= 32
    assert token not in proxy.program.log_text()
    for path in proxy.data.rglob("*"):
        if path.is_file() and path.name != "session-token":
            assert token.encode() not in path.read_bytes(), path
    with client(proxy.address) as http:
        for path in ("/", "/health", "/api/config"):
            assert token not in http.get(path, headers={"accept": "text/html"}).text
