"""anthropic: messages.create and messages.stream."""

import asyncio

import anthropic
import pytest

ASK = {"max_tokens": 1024, "messages": [{"role": "user", "content": "Hello"}]}
SENTENCE = "Hello from the fake upstream. Every word of this sentence is one event. 你好，世界。"


def test_create_gives_text_and_usage(claude):
    message = claude.messages.create(model="scenario:text", **ASK)
    assert message.content[0].text == SENTENCE
    assert message.stop_reason == "end_turn"
    usage = message.usage
    assert usage.input_tokens == 1200
    assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (3000, 400)
    assert usage.cache_creation.ephemeral_5m_input_tokens == 300
    assert usage.cache_creation.ephemeral_1h_input_tokens == 100
    assert usage.output_tokens > 10


def test_stream_gives_each_piece_and_the_same_message(claude):
    whole = claude.messages.create(model="scenario:text", **ASK)
    with claude.messages.stream(model="scenario:text", **ASK) as stream:
        pieces = list(stream.text_stream)
        streamed = stream.get_final_message()
    assert "".join(pieces) == SENTENCE
    assert len(pieces) == whole.usage.output_tokens
    assert streamed.content[0].text == whole.content[0].text
    assert streamed.stop_reason == whole.stop_reason
    for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"):
        assert getattr(streamed.usage, name) == getattr(whole.usage, name), name


def test_thinking_text_and_tool(claude):
    whole = claude.messages.create(model="scenario:thinking", **ASK)
    assert [block.type for block in whole.content] == ["thinking", "text", "tool_use"]
    with claude.messages.stream(model="scenario:thinking", **ASK) as stream:
        events = [event.type for event in stream]
        streamed = stream.get_final_message()
    thinking, text, tool = streamed.content
    assert thinking.thinking == whole.content[0].thinking
    assert thinking.signature
    assert text.text == "Let me look."
    assert (tool.name, tool.input) == ("get_weather", {"city": "Lindau", "days": 3})
    assert tool.input == whole.content[2].input
    assert streamed.stop_reason == "tool_use"
    assert streamed.usage.output_tokens_details.thinking_tokens > 5
    assert {"thinking", "signature", "text", "input_json", "message_stop"} <= set(events)


def test_parallel_tools_are_kept_apart(claude):
    with claude.messages.stream(model="scenario:parallel-tools", **ASK) as stream:
        message = stream.get_final_message()
    tools = [block for block in message.content if block.type == "tool_use"]
    assert [tool.input["city"] for tool in tools] == ["Lindau", "Bregenz", "Konstanz"]
    assert len({tool.id for tool in tools}) == 3


def test_a_tool_turn(claude):
    tool = {"name": "Bash", "description": "Runs a command", "input_schema": {"type": "object", "properties": {}}}
    asked = claude.messages.create(model="scenario:tool-turn", tools=[tool], **ASK)
    call = asked.content[0]
    history = ASK["messages"] + [
        {"role": "assistant", "content": asked.content},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "tool-proof"}]},
    ]
    answer = claude.messages.create(model="scenario:tool-turn", tools=[tool], max_tokens=1024, messages=history)
    assert answer.content[0].text == "The tool said: tool-proof"


@pytest.mark.parametrize(
    "scenario, reason",
    [("max-tokens", "max_tokens"), ("refusal", "refusal"), ("no-content", "end_turn")],
)
def test_stop_reasons(claude, scenario, reason):
    assert claude.messages.create(model=f"scenario:{scenario}", **ASK).stop_reason == reason
    with claude.messages.stream(model=f"scenario:{scenario}", **ASK) as stream:
        assert stream.get_final_message().stop_reason == reason


@pytest.mark.parametrize(
    "scenario",
    ["drip", "torn", "one-write", "gzip", "deflate", "br", "crlf", "cr", "no-gap", "multiline-data", "comments",
     "unknown-events", "trailers", "chunk-extensions", "http10", "until-close", "early-hints",
     "processing-102", "continue-100", "pause?ms=300", "usage-twice", "usage-running", "close-idle"],
)
def test_unusual_streams_give_the_usual_message(claude, scenario):
    with claude.messages.stream(model=f"scenario:{scenario}", **ASK) as stream:
        message = stream.get_final_message()
    assert message.content[0].text == SENTENCE
    assert message.usage.output_tokens > 10


def test_async_client(base):
    async def talk():
        async with anthropic.AsyncAnthropic(base_url=base, api_key="sk-ant-test-key", max_retries=0) as client:
            whole = await client.messages.create(model="scenario:text", **ASK)
            async with client.messages.stream(model="scenario:text", **ASK) as stream:
                streamed = await stream.get_final_message()
            many = await asyncio.gather(
                *(client.messages.create(model=f"scenario:text?text=number{at}", **ASK) for at in range(20))
            )
        return whole, streamed, many

    whole, streamed, many = asyncio.run(talk())
    assert whole.content[0].text == streamed.content[0].text == SENTENCE
    assert [message.content[0].text for message in many] == [f"number{at}" for at in range(20)]


def test_model_is_what_the_upstream_says(claude):
    message = claude.messages.create(model="claude-opus-5-5+scenario-text?model=claude-haiku-5-5", **ASK)
    assert message.model == "claude-haiku-5-5"


def test_request_id_can_be_read(claude):
    answer = claude.messages.with_raw_response.create(model="scenario:text", **ASK)
    assert answer.headers["request-id"].startswith("req_011C")
    assert answer.headers["anthropic-ratelimit-requests-limit"] == "4000"
