"""anthropic: token counts, models, the beta endpoints."""

import re

import anthropic
import pytest

ASK = {"messages": [{"role": "user", "content": "Hello"}]}


def test_count_tokens(claude, upstream):
    counted = claude.messages.count_tokens(model="claude-opus-5-5", **ASK)
    assert counted.input_tokens > 0
    assert upstream.last()["target"] == "/v1/messages/count_tokens"


def test_models(claude):
    models = claude.models.list(limit=20)
    assert [model.id for model in models] == ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"]
    assert models.data[0].display_name == "Claude Opus 5.5"


def test_one_model(claude):
    assert claude.models.retrieve("claude-opus-5-5").id == "claude-opus-5-5"
    with pytest.raises(anthropic.NotFoundError):
        claude.models.retrieve("claude-none")


def test_beta_query_and_header_arrive(claude, upstream):
    message = claude.beta.messages.create(
        model="scenario:text",
        max_tokens=64,
        betas=["context-management-2025-06-27", "effort-2025-11-24"],
        extra_query={"beta": "true"},
        **ASK,
    )
    assert message.content[0].text.startswith("Hello")
    received = upstream.last()
    headers = {name.lower(): value for name, value in received["headers"]}
    assert received["target"] == "/v1/messages?beta=true"
    assert headers["anthropic-beta"] == "context-management-2025-06-27,effort-2025-11-24"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", headers["anthropic-version"])
