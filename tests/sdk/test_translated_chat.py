"""The official openai package, Chat Completions, against a site that speaks only Anthropic Messages."""

import json

import httpx
import openai
import pytest

from anthropic_server import Stream, Whole, end, error, event, message, says, start, text, thinking, tool
from to_claude import fresh_server, server, to_claude  # noqa: F401 (fixtures)

pytestmark = pytest.mark.through_proxy
HI = [{"role": "user", "content": "hi"}]
ASK = {"model": "gpt-x", "messages": HI}
WEATHER = {"type": "function", "function": {"name": "weather", "description": "Tells it.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAyAAAAJY"


@pytest.fixture
def gpt(to_claude):
    with openai.OpenAI(base_url=f"{to_claude.address}/v1", api_key="sk-test", max_retries=0, timeout=30) as client:
        yield client


def streamed(client, **more):
    with client.chat.completions.stream(**ASK | {"stream_options": {"include_usage": True}} | more) as stream:
        for _ in stream:
            pass
        return stream.get_final_completion()


def raw(client, **more):
    return list(client.chat.completions.create(stream=True, **ASK | more))


def test_a_whole_answer(gpt, server):
    server.answer = lambda body: message(
        {"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}
    )
    completion = gpt.chat.completions.create(**ASK)
    choice = completion.choices[0]
    assert (choice.message.content, choice.finish_reason, choice.message.role) == ("hello", "stop", "assistant")
    assert choice.message.reasoning_content == "hm"
    assert completion.model == "gpt-x"
    assert completion.id.startswith("chatcmpl-") and completion.created > 1_700_000_000
    usage = completion.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (16, 20, 36)
    assert usage.prompt_tokens_details.cached_tokens == 5
    assert server.complaints == []
    assert server.received[-1]["max_tokens"] > 0
    assert server.headers[-1]["x-api-key"] == "sk-site-key"
    assert server.headers[-1]["anthropic-version"] == "2023-06-01"
    assert "authorization" not in server.headers[-1]


def test_a_stream(gpt, server):
    server.answer = lambda body: Stream(start(), thinking(0, "h", "m"), text(1, "hel", "lo"), end())
    chunks = raw(gpt, stream_options={"include_usage": True})
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "hello"
    thoughts = (getattr(chunk.choices[0].delta, "reasoning_content", None) or "" for chunk in chunks if chunk.choices)
    assert "".join(thoughts) == "hm"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == (16, 20)
    assert chunks[-1].usage.completion_tokens_details.reasoning_tokens == 7
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_usage_only_where_asked(gpt):
    assert all(chunk.choices and chunk.usage is None for chunk in raw(gpt))


def test_every_chunk_has_a_finish_reason(to_claude):
    asked = ASK | {"stream": True}
    with httpx.stream("POST", f"{to_claude.address}/v1/chat/completions", json=asked, trust_env=False) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line.startswith("data: ")]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert all("finish_reason" in chunk["choices"][0] for chunk in chunks)
    assert len({chunk["id"] for chunk in chunks}) == 1


def test_a_tool_loop(gpt, server):
    server.answer = lambda body: Stream(
        start(), text(0, "Two."), tool(1, "toolu_1", "weather", '{"city":', '"Ulm"}'), tool(2, "toolu_2", "weather", {"city": "Bonn"}), end("tool_use")
    )
    first = streamed(gpt, tools=[WEATHER]).choices[0]
    assert first.finish_reason == "tool_calls"
    calls = first.message.tool_calls
    assert [(call.id, json.loads(call.function.arguments)["city"]) for call in calls] == [("toolu_1", "Ulm"), ("toolu_2", "Bonn")]
    results = [{"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in reversed(calls)]
    asked = first.message.model_dump(exclude_none=True, exclude={"parsed"})
    server.answer = says
    done = gpt.chat.completions.create(model="gpt-x", messages=[*HI, asked, *results], tools=[WEATHER])
    assert done.choices[0].message.content == "hello"
    blocks = server.received[-1]["messages"][2]["content"]
    assert [block["tool_use_id"] for block in blocks] == ["toolu_1", "toolu_2"]
    assert server.complaints == []


def test_calls_without_input(gpt, server):
    server.answer = lambda body: Stream(start(), tool(0, "toolu_1", "weather"), end("tool_use"))
    assert streamed(gpt, tools=[WEATHER]).choices[0].message.tool_calls[0].function.arguments == "{}"


MEMBERS = [
    ({"max_completion_tokens": 7}, "max_tokens", 7),
    ({"temperature": 1.7}, "temperature", 1.0),
    ({"temperature": 0.5, "top_p": 0.5}, "top_p", None),
    ({"top_p": 0.5}, "top_p", 0.5),
    ({"stop": ["a", " ", "b", "c", "d", "e"]}, "stop_sequences", ["a", "b", "c", "d", "e"]),
    ({"reasoning_effort": "high", "temperature": 0.2}, "thinking", {"type": "adaptive"}),
    ({"reasoning_effort": "high", "temperature": 0.2}, "temperature", None),
    ({"reasoning_effort": "low"}, "output_config", {"effort": "low"}),
    ({"user": "u-1"}, "metadata", {"user_id": "u-1"}),
    ({"tools": [WEATHER], "tool_choice": "required", "parallel_tool_calls": False}, "tool_choice", {"type": "any", "disable_parallel_tool_use": True}),
    ({"tools": [WEATHER], "tool_choice": "none"}, "tool_choice", {"type": "none"}),
    ({"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "weather"}}}, "tool_choice", {"type": "tool", "name": "weather"}),
    ({"n": 1, "seed": 5, "presence_penalty": 1, "logit_bias": {"5": 1}, "logprobs": True, "service_tier": "flex", "store": True}, "seed", None),
]


@pytest.mark.parametrize(("asked", "member", "wanted"), MEMBERS)
def test_members(gpt, server, asked, member, wanted):
    assert gpt.chat.completions.create(**ASK | asked).choices[0].message.content == "hello"
    assert server.received[-1].get(member) == wanted
    assert server.complaints == []


def test_nobody_is_told_by_name(gpt, server):
    gpt.chat.completions.create(**ASK, user="someone@example.com")
    assert "@" not in json.dumps(server.received[-1])
    assert server.complaints == []


def test_system_images_and_files(gpt, server):
    content = [
        {"type": "text", "text": "Look."},
        {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{PNG}"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjQK"}},
    ]
    messages = [{"role": "system", "content": "Be brief."}, {"role": "developer", "content": "Be kind."}, {"role": "user", "content": content}]
    gpt.chat.completions.create(model="gpt-x", messages=messages)
    sent = server.received[-1]
    assert [block["text"] for block in sent["system"]] == ["Be brief.", "Be kind."]
    kinds = [(block["type"], block.get("source", {}).get("type")) for block in sent["messages"][0]["content"]]
    assert kinds == [("text", None), ("image", "base64"), ("image", "url"), ("document", "base64")]
    assert sent["messages"][0]["content"][1]["source"]["media_type"] == "image/png", "what it is, not what it is called"
    assert server.complaints == []


ODD = [
    [{"role": "system", "content": "Only this."}],
    [{"role": "assistant", "content": "Hi."}, {"role": "user", "content": "q"}],
    [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
    [{"role": "user", "content": "q"}, {"role": "assistant", "content": ""}, {"role": "user", "content": "r"}],
    [{"role": "user", "content": "q"}, {"role": "assistant", "content": "So: "}],
    [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{bad"}}]}, {"role": "user", "content": "stop"}],
    [{"role": "user", "content": "q"}, {"role": "tool", "tool_call_id": "lost", "content": "old"}],
    [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": [{"id": "a b!", "type": "function", "function": {"name": "a.b c", "arguments": ""}}]}, {"role": "tool", "tool_call_id": "a b!", "content": ""}],
    [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}, {"role": "system", "content": "now French"}, {"role": "user", "content": "r"}],
]


@pytest.mark.parametrize("messages", ODD)
def test_odd_conversations_are_not_refused(gpt, server, messages):
    assert gpt.chat.completions.create(model="gpt-x", messages=messages).choices[0].message.content == "hello"
    assert server.complaints == []


def test_long_names_come_back(gpt, server):
    name = "mcp__" + "y" * 59 + "__do"
    server.answer = lambda body: Stream(start(), tool(0, "toolu_1", body["tools"][0]["name"], {}), end("tool_use"))
    tool_ = {"type": "function", "function": {"name": name}}
    chunks = raw(gpt, tools=[tool_])
    called = [call for chunk in chunks if chunk.choices for call in chunk.choices[0].delta.tool_calls or []]
    assert called[0].function.name == name
    assert len(server.received[-1]["tools"][0]["name"]) == 64
    assert server.complaints == []


def test_structured_outputs(gpt, server):
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    server.answer = lambda body: message({"type": "text", "text": '{"n":1}'})
    answer = gpt.chat.completions.create(**ASK, response_format=form)
    assert json.loads(answer.choices[0].message.content) == {"n": 1}
    sent = server.received[-1]["output_config"]["format"]
    assert sent["schema"]["additionalProperties"] is False and "minimum" not in sent["schema"]["properties"]["n"]


REASONS = [("end_turn", "stop"), ("stop_sequence", "stop"), ("max_tokens", "length"), ("refusal", "content_filter"), ("model_context_window_exceeded", "length"), ("pause_turn", "stop")]


@pytest.mark.parametrize(("reason", "wanted"), REASONS)
def test_reasons_to_stop(gpt, server, reason, wanted):
    server.answer = lambda body: Stream(start(), text(0, "a"), end(reason)) if body.get("stream") else message({"type": "text", "text": "a"}, reason=reason)
    assert gpt.chat.completions.create(**ASK).choices[0].finish_reason == wanted
    assert raw(gpt)[-1].choices[0].finish_reason == wanted


ERRORS = [
    (400, "invalid_request_error", "no", openai.BadRequestError, None),
    (401, "authentication_error", "no", openai.AuthenticationError, "invalid_api_key"),
    (403, "permission_error", "no", openai.PermissionDeniedError, "permission_denied"),
    (404, "not_found_error", "model: nope", openai.NotFoundError, "model_not_found"),
    (413, "request_too_large", "no", openai.APIStatusError, "request_too_large"),
    (429, "rate_limit_error", "no", openai.RateLimitError, "rate_limit_exceeded"),
    (500, "api_error", "no", openai.InternalServerError, "server_error"),
    (529, "overloaded_error", "no", openai.InternalServerError, "server_error"),
    (400, "invalid_request_error", "prompt is too long: 214321 tokens > 200000 maximum", openai.BadRequestError, "context_length_exceeded"),
]


@pytest.mark.parametrize(("status", "kind", "words", "wanted", "code"), ERRORS)
def test_errors(gpt, server, to_claude, status, kind, words, wanted, code):
    server.answer = lambda body: error(status, kind, words, retry_after="2")
    for more in ({}, {"stream": True}):
        with pytest.raises(wanted) as raised:
            gpt.chat.completions.create(**ASK | more)
        assert words in raised.value.message
        assert raised.value.code == code
        to_claude.api.post("/api/keys/reset", headers=to_claude.signed_in()).raise_for_status()


def test_what_the_site_said_is_repeated_in_the_callers_words(gpt, server):
    server.answer = lambda body: error(401, "authentication_error", "no such key")
    for _ in range(2):
        with pytest.raises(openai.AuthenticationError, match="no such key") as raised:
            gpt.chat.completions.create(**ASK)
        assert raised.value.code == "invalid_api_key"
    assert len(server.received) == 1, "the key is known to be refused"


def test_when_to_come_back_is_passed_on(gpt, server):
    server.answer = lambda body: error(429, "rate_limit_error", "slow down", retry_after="7")
    with pytest.raises(openai.RateLimitError) as raised:
        gpt.chat.completions.create(**ASK)
    assert raised.value.response.headers["retry-after"] == "7"


def test_an_error_at_first_has_its_status(gpt, server):
    busy = event("error", error={"type": "overloaded_error", "message": "busy"})
    server.answer = lambda body: Stream(start(), busy)
    with pytest.raises(openai.InternalServerError) as raised:
        raw(gpt)
    assert raised.value.status_code == 503


def test_an_error_in_the_middle_is_one(gpt, server):
    busy = event("error", error={"type": "overloaded_error", "message": "busy"})
    server.answer = lambda body: Stream(start(), text(0, "a"), busy)
    with pytest.raises(openai.APIError, match="busy"):
        raw(gpt)


@pytest.mark.parametrize("cut", [True, False])
def test_a_cut_stream_is_an_error(gpt, server, cut):
    server.answer = lambda body: Stream(start(), text(0, "a", "b"), 0.05, cut=cut)
    with pytest.raises(openai.APIError):
        raw(gpt)


def test_json_to_a_stream_and_a_stream_to_json(gpt, server):
    server.answer = lambda body: message({"type": "text", "text": "hello"})
    assert "".join(chunk.choices[0].delta.content or "" for chunk in raw(gpt)) == "hello"
    server.answer = lambda body: Stream(start(), text(0, "hello"), end())
    assert gpt.chat.completions.create(**ASK).choices[0].message.content == "hello"


def test_no_usage_is_estimated(gpt, server):
    server.answer = lambda body: Whole({"content": [{"type": "text", "text": "some words are said"}], "stop_reason": "end_turn"})
    usage = gpt.chat.completions.create(**ASK).usage
    assert usage.prompt_tokens > 0 and usage.completion_tokens > 0


def test_whoever_leaves_is_noticed_upstream(gpt, server):
    server.answer = lambda body: Stream(start(), text(0, "a"), *[event("ping"), 0.1] * 100)
    stream = gpt.chat.completions.create(stream=True, **ASK)
    next(iter(stream))
    stream.close()
    assert server.left.wait(10)


def test_both_sides_are_recorded(gpt, to_claude):
    answer = gpt.chat.completions.with_raw_response.create(**ASK, seed=5)
    kept = to_claude.detail(answer.headers["x-request-id"])
    assert kept["outcome"] == "done"
    assert (kept["tokens"]["input"], kept["tokens"]["cache_read"], kept["tokens"]["output"]) == (16, 5, 20)


def test_an_old_model_is_learnt_once(gpt, server):
    def answer(body):
        if body.get("thinking", {}).get("type") == "adaptive":
            return error(400, "invalid_request_error", "adaptive thinking is not supported on this model")
        return says(body)

    server.answer = answer
    for _ in range(2):
        completion = gpt.chat.completions.create(model="old-claude", messages=HI, reasoning_effort="medium")
        assert completion.choices[0].message.content == "hello"
    forms = [body["thinking"]["type"] for body in server.received]
    assert forms == ["adaptive", "enabled", "enabled"]
