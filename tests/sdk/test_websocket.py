"""/ws: a snapshot, then what begins, grows and ends, with rising revisions."""

import json
import threading
import time

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from asking import raw

pytestmark = pytest.mark.through_proxy


def listen(proxy, query=""):
    address = proxy.address.replace("http://", "ws://")
    return connect(f"{address}/ws{query}", additional_headers=proxy.signed_in(), max_size=None, proxy=None)


def until(socket, done, seconds=10):
    """Messages until one of them is the wanted one."""
    heard = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            heard.append(json.loads(socket.recv(timeout=0.5)))
        except TimeoutError:
            continue
        if done(heard[-1]):
            return heard
    raise AssertionError(f"not heard within {seconds} s; heard {[message['type'] for message in heard]}")


def is_about(kind, exchange):
    return lambda message: message["type"] == kind and any(row["id"] == exchange for row in message["exchanges"])


def in_background(*arguments):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(raw(*arguments)[0]))
    thread.start()
    return thread, answers


def test_snapshot_comes_first(proxy):
    response, _, _ = raw(proxy.address, "messages", "text", True)
    exchange = response.headers["x-request-id"]
    proxy.detail(exchange)
    with listen(proxy) as socket:
        snapshot = json.loads(socket.recv(timeout=5))
    assert snapshot["type"] == "snapshot"
    assert snapshot["run"]
    assert exchange in [row["id"] for row in snapshot["exchanges"]]
    assert {"totals", "proxy"} <= set(snapshot)


def test_a_stream_is_followed(proxy):
    with listen(proxy) as socket:
        first = json.loads(socket.recv(timeout=5))
        thread, answers = in_background(proxy.address, "messages", "slow?ttft=200&rate=60&tokens=60", True)
        begun = until(socket, lambda message: message["type"] == "started")
        exchange = begun[-1]["exchanges"][-1]["id"]
        rest = until(socket, is_about("finished", exchange))
        thread.join()
    assert answers[0].headers["x-request-id"] == exchange
    messages = [first, *begun, *rest]
    revisions = [message["revision"] for message in messages]
    assert revisions == sorted(revisions)
    progress = [
        change for message in messages if message["type"] == "progress"
        for change in message["exchanges"] if change["id"] == exchange
    ]
    assert len(progress) >= 3
    outputs = [change["tokens"]["output"] for change in progress if change["tokens"]["output"]]
    assert outputs == sorted(outputs)
    assert any(change["speed"] for change in progress)
    final = next(row for row in rest[-1]["exchanges"] if row["id"] == exchange)
    assert (final["outcome"], final["phase"]) == ("done", "finished")
    assert final["tokens"]["output"] == 60


def test_messages_are_gathered(proxy):
    with listen(proxy) as socket:
        socket.recv(timeout=5)
        began = time.monotonic()
        thread, _ = in_background(proxy.address, "messages", "slow?ttft=10&rate=1000&tokens=1000", True)
        heard = until(socket, lambda message: message["type"] == "finished")
        took = time.monotonic() - began
        thread.join()
    # At most one frame every 50 ms; a frame may hold a message of each kind.
    assert len(heard) <= (took / 0.05 + 3) * 4


def test_going_on_after_a_pause(proxy):
    with listen(proxy) as socket:
        snapshot = json.loads(socket.recv(timeout=5))
    revision, run = int(snapshot["revision"]), snapshot["run"]
    response, _, _ = raw(proxy.address, "messages", "text", True)
    exchange = response.headers["x-request-id"]
    proxy.detail(exchange)
    with listen(proxy, f"?run={run}&since={revision}") as socket:
        heard = until(
            socket, lambda message: any(row["id"] == exchange for row in message.get("exchanges", []))
        )
    assert heard[0]["type"] != "snapshot"
    assert heard[0]["revision"] > revision


def test_revisions_of_another_run_mean_nothing(proxy):
    with listen(proxy, "?run=another&since=1") as socket:
        assert json.loads(socket.recv(timeout=5))["type"] == "snapshot"


def test_nothing_is_sent_while_nobody_looks(proxy):
    with listen(proxy) as socket:
        snapshot = json.loads(socket.recv(timeout=5))
        socket.send(json.dumps({"watch": False}))
        time.sleep(0.3)
        while True:
            try:
                socket.recv(timeout=0.2)
            except TimeoutError:
                break
        response, _, _ = raw(proxy.address, "messages", "text", True)
        with pytest.raises(TimeoutError):
            socket.recv(timeout=1.5)
        wish = {"watch": True, "run": snapshot["run"], "since": int(snapshot["revision"])}
        socket.send(json.dumps(wish))
        until(socket, is_about("finished", response.headers["x-request-id"]))


def test_clearing_is_told(proxy):
    raw(proxy.address, "messages", "text", True)
    with listen(proxy) as socket:
        socket.recv(timeout=5)
        proxy.api.post("/api/clear-history", headers=proxy.signed_in()).raise_for_status()
        until(socket, lambda message: message["type"] == "cleared")


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_foreign_page_may_not_listen(proxy, headers):
    address = proxy.address.replace("http://", "ws://")
    with pytest.raises(InvalidStatus) as caught:
        connect(f"{address}/ws", additional_headers={**headers, **proxy.signed_in()}, proxy=None).close()
    assert caught.value.response.status_code == 403
