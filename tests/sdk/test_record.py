"""What is kept of an exchange: tokens, cost, times, headers, bodies, and the lists of it."""

import json

import pytest

from asking import DIALECTS, body, client, raw
from prices import cost, prices_of
from relayscope import rows_of

pytestmark = pytest.mark.through_proxy

# Tokens of the sentence that the scenario `text` says.
OUTPUT = 19
DIALECT_NAMES = {"messages": "anthropic", "chat": "openai-chat", "responses": "openai-responses"}


def exchange_of(proxy, dialect, scenario, stream, **query):
    response, received, _ = raw(proxy.address, dialect, scenario, stream)
    return proxy.detail(response.headers["x-request-id"], **query), received


STREAMS = ["text", "usage-twice", "usage-running", "gzip", "br", "zstd", "deflate", "crlf", "torn"]
DOCUMENTS = ["text", "gzip", "br", "zstd", "deflate"]


@pytest.mark.parametrize(
    "stream, scenario",
    [(True, scenario) for scenario in STREAMS] + [(False, scenario) for scenario in DOCUMENTS],
    ids=[f"stream-{scenario}" for scenario in STREAMS] + [f"whole-{scenario}" for scenario in DOCUMENTS],
)
@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_tokens_are_the_upstreams(proxy, dialect, stream, scenario):
    kept, _ = exchange_of(proxy, dialect, scenario, stream)
    tokens = kept["tokens"]
    assert tokens["basis"] == "exact"
    assert (tokens["input"], tokens["cache_read"], tokens["cache_write"]) == (4600, 3000, 400)
    assert tokens["output"] == OUTPUT
    assert kept["dialect"] == DIALECT_NAMES[dialect]
    assert kept["stream"] is stream


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_reasoning_tokens(proxy, dialect, stream):
    kept, _ = exchange_of(proxy, dialect, "thinking", stream)
    assert kept["tokens"]["reasoning"] == 13
    assert kept["stop_reason"]


@pytest.mark.parametrize("scenario", ["no-usage", "null-usage"])
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_missing_usage_is_estimated_and_says_so(proxy, dialect, stream, scenario):
    kept, _ = exchange_of(proxy, dialect, scenario, stream)
    tokens = kept["tokens"]
    assert tokens["basis"] == "estimated"
    assert 5 <= tokens["output"] <= 60
    assert 1 <= tokens["input"] <= 60


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_cost_is_exact(proxy, stream):
    path, own, _ = DIALECTS["messages"]
    asked = {**body("messages", "text", stream), "model": "claude-opus-5-5"}
    with client(proxy.address) as http:
        answer = http.post(path, json=asked, headers={**own, "x-testkit-scenario": "text"})
    kept = proxy.detail(answer.headers["x-request-id"])
    expected = cost(prices_of("anthropic", "claude-opus-5-5"), 1200, 3000, 300, 100, kept["tokens"]["output"])
    assert kept["cost"]["basis"] == "exact"
    assert kept["cost"]["usd"] == pytest.approx(float(expected), rel=1e-9)
    assert kept["cost"]["cny"] == pytest.approx(float(expected) * 7.3, rel=1e-6)
    if not stream:
        assert float(answer.headers["x-total-cost-usd"]) == pytest.approx(float(expected), rel=1e-6)
        assert answer.headers["x-cost-basis"] == "exact"


def test_an_unknown_model_is_unpriced_and_never_free(proxy):
    kept, _ = exchange_of(proxy, "messages", "text", False)
    assert kept["cost"] == {"usd": None, "cny": None, "basis": "unpriced"}
    response, _, _ = raw(proxy.address, "messages", "text", False)
    assert not [name for name in response.headers if name.startswith("x-total-cost")]


@pytest.mark.parametrize("dialect", ["messages", "chat", "responses"])
def test_times(proxy, dialect):
    kept, _ = exchange_of(proxy, dialect, "slow?ttft=400&rate=100&tokens=120", True)
    timing = kept["timing"]
    names = [mark["name"] for mark in timing["marks"]]
    moments = [mark["at_ms"] for mark in timing["marks"]]
    assert moments == sorted(moments), timing["marks"]
    assert {"received", "sent", "head", "first_token", "last_byte"} <= set(names)
    at = dict(zip(names, moments, strict=True))
    # The opening events come at once, the first token 400 ms later: only the latter counts.
    assert at["head"] < 250
    assert 390 <= at["first_token"] < 900
    assert 1500 < at["last_byte"] < 4000
    assert 60 < kept["speed"] < 130


def test_headers_are_kept_and_credentials_masked(proxy):
    path, own, _ = DIALECTS["messages"]
    headers = {**own, "x-api-key": "sk-ant-very-secret-key-0123456789", "cookie": "session=very-secret", "x-app": "cli"}
    with client(proxy.address) as http:
        answer = http.post(path, json=body("messages", "text", True), headers=headers)
    kept = proxy.detail(answer.headers["x-request-id"])
    shown = {header["name"]: header for header in kept["request_headers"]}
    assert shown["x-app"]["value"] == "cli"
    assert not shown["x-app"]["secret"]
    for name in ("x-api-key", "cookie"):
        assert shown[name]["secret"]
        assert "very-secret" not in shown[name]["value"]
    assert "very-secret" not in json.dumps(kept)
    answered = {header["name"]: header["value"] for header in kept["response_headers"]}
    assert answered["request-id"].startswith("req_011CTestkit")
    assert answered["anthropic-ratelimit-tokens-limit"] == "2400000"


@pytest.mark.parametrize("scenario", ["text", "gzip", "br", "zstd", "deflate"])
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_bodies_are_kept_decoded(proxy, upstream, stream, scenario):
    kept, received = exchange_of(proxy, "messages", scenario, stream, bodies="true")
    assert json.loads(kept["request_body"]["text"]) == body("messages", scenario, stream)
    answer = kept["response_body"]
    assert answer["bytes"] == len(received)
    assert answer["encoding"] == (None if scenario == "text" else scenario)
    assert ("message_stop" in answer["text"]) == stream
    assert "Every" in answer["text"]
    assert not answer["truncated"]


def test_the_conversation_is_read(proxy):
    kept, _ = exchange_of(proxy, "messages", "thinking", True)
    asked, answered = kept["request"]["turns"], kept["response"]["turns"]
    assert asked[-1]["role"] == "user"
    assert answered[-1]["role"] == "assistant"
    assert len(answered[-1]["blocks"]) == 3


def test_the_contracts_shape(proxy):
    path, own, _ = DIALECTS["messages"]
    asked = {**body("messages", "text", False), "model": "claude-sonnet-5-5"}
    headers = {**own, "x-testkit-scenario": "text", "x-project-id": "shape"}
    with client(proxy.address) as http:
        exchange = http.post(path, json=asked, headers=headers).headers["x-request-id"]
        proxy.detail(exchange)
        shown = http.get(f"/api/requests/{exchange}").raise_for_status().json()
    assert (shown["id"], shown["project_id"], shown["model"]) == (exchange, "shape", "claude-sonnet-5-5")
    assert shown["provider"] == "anthropic"
    tokens = {"prompt": 4600, "completion": OUTPUT, "total": 4600 + OUTPUT, "cache_read": 3000, "cache_write": 400}
    assert tokens.items() <= shown["tokens"].items()
    assert shown["cost"]["usd"] > 0
    assert shown["cost"]["cny"] > shown["cost"]["usd"]
    assert {"similarity_score", "pattern_score", "advisor_level", "advisor_message"} <= set(shown["analysis"])
    assert shown["metadata"]["upstream_status"] == 200
    assert shown["metadata"]["duration_ms"] > 0
    assert "ttft_ms" in shown["metadata"]
    assert shown["timestamp"].endswith("Z")


def test_the_list_is_newest_first_and_pages(proxy):
    made = []
    for at in range(5):
        response, _, _ = raw(proxy.address, "messages", f"text?text=row{at}", False)
        made.append(response.headers["x-request-id"])
    proxy.detail(made[-1])
    with client(proxy.address) as http:
        ids = [row["id"] for row in rows_of(http.get("/api/requests").raise_for_status().json())]
    assert ids[: len(made)] == list(reversed(made))


def test_unknown_exchanges_are_404(proxy):
    with client(proxy.address) as http:
        for path in ("/api/requests/req_nothing", "/api/request/req_nothing"):
            assert http.get(path, headers=proxy.signed_in()).status_code == 404


def test_retries_are_separate_exchanges_and_counts_are_known(proxy):
    kept, _ = exchange_of(proxy, "messages", "error-529", True)
    assert kept["attempts"][-1]["status"] == 529
    assert kept["cost"]["basis"] == "none"
    assert kept["error"]["message"]


def test_health_config_and_statistics(proxy):
    with client(proxy.address) as http:
        health = http.get("/health").raise_for_status().json()
        config = http.get("/api/config").raise_for_status().json()
        assert http.get("/api/stats").status_code == 200
    assert health["status"] == "healthy"
    assert health["database"] == "connected"
    assert config["pricing"]["exchange_rate"] == 7.3
    assert config["analyzer"]["similarity_threshold_warning"] == 0.75


def test_clearing_empties_the_list_and_only_the_owner_deletes_what_is_kept(proxy):
    exchange = exchange_of(proxy, "messages", "text", False)
    with client(proxy.address) as http:
        answer = http.post("/api/clear-history").raise_for_status().json()
        assert answer["success"] is True
        assert answer["cleared"] >= 1
        assert http.post("/api/clear-history", json={"kept": True}).status_code in (401, 403)
        assert http.get("/api/requests", params={"limit": 1}).json()["requests"], exchange
