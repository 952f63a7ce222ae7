"""The official anthropic package against a site that speaks only Chat Completions."""

import json
import time

import anthropic
import pytest

from chat_server import Stream, Whole, call, chunk, says, usage
from translated import chat, fresh_chat, translating  # noqa: F401 (fixtures)

pytestmark = pytest.mark.through_proxy
ASK = {"model": "claude-sonnet-5-5", "max_tokens": 1000, "messages": [{"role": "user", "content": "hi"}]}
TOOL = {"name": "get_weather", "description": "Weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}


@pytest.fixture
def claude(translating):
    with anthropic.Anthropic(base_url=translating.address, api_key="sk-ant-test", max_retries=0, timeout=30) as client:
        yield client


def streamed(client, **more):
    with client.messages.stream(**ASK | more) as stream:
        return stream.get_final_message()


def whole(message, finish="stop", **more):
    return Whole({"id": "c", "object": "chat.completion", "model": "real-model",
                  "choices": [{"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}],
                  "usage": {"prompt_tokens": 50, "completion_tokens": 7}} | more)


def test_a_whole_answer(claude, chat):
    chat.answer = lambda body: whole({"content": "hello", "reasoning_content": "hm"})
    answer = claude.messages.with_raw_response.create(**ASK | {"system": "be brief", "stop_sequences": ["x"]})
    message = answer.parse()
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].signature == ""
    assert message.content[1].text == "hello"
    assert message.model == "claude-sonnet-5-5"
    assert message.stop_reason == "end_turn"
    assert (message.usage.input_tokens, message.usage.output_tokens) == (50, 7)
    assert answer.headers["request-id"] == "up_123"
    sent = chat.received[-1]
    assert sent["messages"][0] == {"role": "system", "content": "be brief"}
    assert sent["stop"] == ["x"]
    assert chat.complaints == []


def test_a_stream(claude, chat):
    chat.answer = lambda body: Stream(
        chunk({"role": "assistant", "reasoning": "h"}), chunk({"reasoning": "m"}), chunk({"content": "hel"}), chunk({"content": "lo"}),
        chunk(finish="stop"), usage(120, 9, prompt_tokens_details={"cached_tokens": 100}, completion_tokens_details={"reasoning_tokens": 4}),
    )
    message = streamed(claude)
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[1].text == "hello"
    assert (message.usage.input_tokens, message.usage.cache_read_input_tokens, message.usage.output_tokens) == (20, 100, 9)
    assert message.usage.output_tokens_details.thinking_tokens == 4
    assert chat.received[-1]["stream_options"] == {"include_usage": True}


def test_parallel_calls_that_interleave(claude, chat):
    chat.answer = lambda body: Stream(
        chunk({"tool_calls": [call(0, "a", "get_weather", "")]}),
        chunk({"tool_calls": [call(1, "b", "get_weather", "")]}),
        chunk({"tool_calls": [{"index": 1, "function": {"arguments": '{"city":'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"city":"Os'}}]}),
        chunk({"tool_calls": [{"index": 1, "function": {"arguments": '"Rom"}'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": 'lo"}'}}]}),
        chunk(finish="stop"),
    )
    message = streamed(claude, tools=[TOOL])
    assert [(block.id, block.input) for block in message.content] == [("a", {"city": "Oslo"}), ("b", {"city": "Rom"})]
    assert message.stop_reason == "tool_use"


def test_results_go_out_in_order_with_their_pictures_behind(claude, chat):
    turns = [
        {"role": "user", "content": "look"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": name, "name": "get_weather", "input": {}} for name in "ab"]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "b", "content": [IMAGE]},
            {"type": "tool_result", "tool_use_id": "a", "content": "fails", "is_error": True},
            {"type": "text", "text": "so?"}]},
    ]
    claude.messages.create(**ASK | {"messages": turns, "tools": [TOOL], "stream": True}).close()
    sent = chat.received[-1]["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "tool", "user"]
    assert [message.get("tool_call_id") for message in sent[2:4]] == ["a", "b"]
    assert sent[2]["content"] == "Error: fails"
    assert [part["type"] for part in sent[4]["content"]] == ["text", "image_url", "text"]
    assert chat.complaints == []


@pytest.mark.parametrize(
    ("status", "body", "error", "wanted"),
    [
        (400, {"error": {"message": "This model's maximum context length is 128000 tokens. However, your messages resulted in 214321 tokens."}},
         anthropic.BadRequestError, "prompt is too long: 214321 tokens > 128000 maximum"),
        (404, {"error": {"message": "no such model"}}, anthropic.NotFoundError, "no such model"),
        (422, {"detail": [{"loc": ["body"], "msg": "bad"}]}, anthropic.BadRequestError, "bad"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_errors(claude, chat, status, body, error, wanted, stream):
    chat.answer = lambda asked: Whole(body, status)
    with pytest.raises(error) as raised:
        streamed(claude) if stream else claude.messages.create(**ASK)
    assert raised.value.body["type"] == "error"
    assert raised.value.body["error"]["message"].startswith(wanted) or wanted in raised.value.body["error"]["message"]


def test_an_error_as_the_first_event_is_an_http_error(claude, chat):
    chat.answer = lambda body: Stream({"error": {"message": "no", "code": 400}}, done=False)
    with pytest.raises(anthropic.BadRequestError):
        streamed(claude)


def test_an_error_in_the_middle_is_an_event(claude, chat):
    chat.answer = lambda body: Stream(chunk({"content": "a" * 10}), 1.5, {"object": "error", "message": "no", "code": 500}, done=False)
    with pytest.raises(anthropic.APIStatusError) as raised:
        streamed(claude)
    assert raised.value.body["error"] == {"type": "api_error", "message": "no"}


def test_an_error_after_a_long_silence_is_an_event(claude, chat):
    chat.answer = lambda body: Stream(chunk({"role": "assistant"}), 3, {"error": {"message": "no", "type": "server_error"}}, done=False)
    with pytest.raises(anthropic.APIStatusError) as raised:
        streamed(claude)
    assert raised.value.body["error"]["message"] == "no"


@pytest.mark.parametrize("cut", [False, True])
def test_a_cut_stream_never_looks_finished(claude, chat, cut):
    chat.answer = lambda body: Stream(chunk({"content": "a"}), 1.5, chunk({"content": "b"}), done=False, cut=cut)
    with pytest.raises(anthropic.APIStatusError):
        streamed(claude)


def test_what_a_refusal_teaches_is_remembered(claude, chat):
    def answer(body):
        if "parallel_tool_calls" in body:
            return Whole({"error": {"message": "Unknown parameter: 'parallel_tool_calls'.", "param": "parallel_tool_calls"}}, 400)
        return says("fine")

    chat.answer = answer
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    for asked in (2, 3):
        message = streamed(claude, model="claude-learns", tools=[TOOL], tool_choice=choice)
        assert message.content[0].text == "fine"
        assert len(chat.received) == asked


def test_structured_outputs(claude, chat):
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"], "additionalProperties": False}
    chat.answer = lambda body: says(json.dumps({"title": "x"}))
    message = streamed(claude, extra_body={"output_config": {"format": {"type": "json_schema", "schema": schema}}})
    assert json.loads(message.content[0].text) == {"title": "x"}
    assert chat.received[-1]["response_format"]["json_schema"]["schema"] == schema


def test_pings_while_the_upstream_is_silent(claude, chat):
    chat.answer = lambda body: Stream(chunk({"role": "assistant"}), 10, chunk({"content": "late"}), chunk(finish="stop"))
    began = time.monotonic()
    kinds = []
    for event in claude.messages.create(**ASK | {"stream": True}):
        kinds.append((event.type, time.monotonic() - began))
    assert kinds[0][0] == "message_start" and kinds[0][1] < 5
    assert kinds[-1][0] == "message_stop"


def test_leaving_ends_the_upstream_call(claude, chat):
    chat.answer = lambda body: Stream(*[piece for _ in range(200) for piece in (chunk({"content": "word "}), 0.05)])
    with claude.messages.stream(**ASK) as stream:
        next(iter(stream))
    assert chat.left.wait(10)


def test_the_record_shows_both_sides(claude, chat, translating):
    streamed(claude, model="claude-recorded", extra_body={"top_k": 3})
    kept = translating.newest(model="claude-recorded")
    assert kept["outcome"] == "done"
    assert kept["translation"]["to"] == "openai-chat"
    assert any(change["path"] == "/top_k" and change["kind"] == "dropped" for change in kept["translation"]["changes"])
