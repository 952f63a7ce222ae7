"""A key that goes through every path is found in nothing that was written, logged or answered."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from websockets.sync.client import connect

from asking import DIALECTS, body, client
from relayscope import Relayscope, rows_of
from waiting import eventually

pytestmark = pytest.mark.through_proxy

# The recognisable middle of the key: its last characters may be shown.
CORE = "Sentinel7Rz0q4Wm8Kd2Xv6"
KEY = f"sk-ant-api03-{CORE}-tail"
# These answer with what they received, or would take long.
LEFT_OUT = {"echo", "echo-raw", "paced", "refuse-early"}
SMALL = "?mib=1&ms=20&ttft=10&rate=5000&gap=0"


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory, environment, upstream):
    """A server of its own through which the key has gone in every way."""
    running = Relayscope(tmp_path_factory.mktemp("witnessed"), environment, upstream.address)
    calls = [
        (dialect, scenario, at % 2 == 0)
        for dialect in DIALECTS
        for at, scenario in enumerate(upstream.scenarios())
        if scenario not in LEFT_OUT
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda call: send(running.address, *call), calls))
    with client(running.address) as http:
        http.get(f"/v1/models?key={KEY}", headers=secrets())
        http.get(f"/v1/unknown/path?api_key={KEY}&token={KEY}", headers=secrets() | {"x-testkit-scenario": "error-401"})
        http.get(f"/no/such/path?key={KEY}", headers=secrets())
        http.post("/api/clear-history-of-nothing", headers=secrets())
        http.get("/api/requests", headers=secrets() | {"host": "evil.example"})
        http.get("/api/request/req_nothing", headers=secrets())
    yield running
    running.stop()


def secrets():
    return {
        "x-api-key": KEY,
        "authorization": f"Bearer {KEY}",
        "cookie": f"session={KEY}; theme=dark",
        "x-goog-api-key": KEY,
        "api-key": KEY,
        "proxy-authorization": f"Basic {KEY}",
        "x-some-secret-token": KEY,
    }


def send(address, dialect, scenario, stream):
    path, own, _ = DIALECTS[dialect]
    with client(address) as http:
        try:
            http.post(
                f"{path}?key={KEY}",
                json=body(dialect, scenario + SMALL, stream),
                headers={**own, **secrets()},
                timeout=1.5,
            )
        except httpx.HTTPError:
            pass


def test_the_key_did_arrive_upstream(witnessed, upstream):
    arrived = [dict(one["headers"]) for one in upstream.requests()]
    # The journal may have been emptied between tests; one more call shows that the key goes through.
    send(witnessed.address, "messages", "text", False)
    assert any(KEY in str(headers) for headers in [*arrived, *(one["headers"] for one in upstream.requests())])


def test_not_in_the_log(witnessed):
    assert CORE not in witnessed.program.log_text()


def test_not_in_any_answer_of_the_api(witnessed):
    eventually(lambda: not running_rows(witnessed), "all exchanges are over", 15)
    pages = ["requests", "config", "stats", "stats/global", "openapi.json", "live"]
    for page in ["/metrics", "/health", *(f"/api/{page}" for page in pages)]:
        assert CORE not in witnessed.api.get(page, headers=witnessed.signed_in()).text, page
    rows = all_rows(witnessed)
    assert len(rows) > 50
    for row in rows:
        for path in (f"/api/requests/{row['id']}", f"/api/request/{row['id']}?bodies=true"):
            answer = witnessed.api.get(path, headers=witnessed.signed_in())
            assert CORE not in answer.text, (row["model"], path)


def test_not_in_exports(witnessed):
    for row in all_rows(witnessed)[:40]:
        for form in ("har", "json", "curl"):
            for path in (f"/api/request/{row['id']}/export?format={form}", f"/api/request/{row['id']}/{form}"):
                assert CORE not in witnessed.api.get(path, headers=witnessed.signed_in()).text, path


def test_not_on_the_websocket(witnessed):
    address = witnessed.address.replace("http://", "ws://")
    with connect(f"{address}/ws", additional_headers=witnessed.signed_in(), max_size=None, proxy=None) as socket:
        assert CORE not in json.dumps(json.loads(socket.recv(timeout=5)))


def test_not_in_any_file(witnessed):
    def found():
        return [
            path.name
            for path in witnessed.data.parent.rglob("*")
            if path.is_file() and CORE.encode() in path.read_bytes()
        ]

    assert found() == []
    # Also after everything has been flushed and the program has ended.
    assert witnessed.stop() == 0
    assert found() == []


def all_rows(relayscope):
    return rows_of(relayscope.api.get("/api/requests", params={"limit": 500}, headers=relayscope.signed_in()).json())


def running_rows(relayscope):
    return [row for row in all_rows(relayscope) if row["outcome"] == "running"]
