"""openai: chat completions and models."""

import asyncio
import json

import openai
import pytest

ASK = {"messages": [{"role": "user", "content": "Hello"}]}
SENTENCE = "Hello from the fake upstream. Every word of this sentence is one event. 你好，世界。"


def test_create(gpt):
    completion = gpt.chat.completions.create(model="scenario:text", **ASK)
    assert completion.choices[0].message.content == SENTENCE
    assert completion.choices[0].finish_reason == "stop"
    usage = completion.usage
    assert usage.prompt_tokens == 4600
    assert usage.prompt_tokens_details.cached_tokens == 3000
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_stream_with_usage(gpt):
    chunks = list(
        gpt.chat.completions.create(
            model="scenario:text", stream=True, stream_options={"include_usage": True}, **ASK
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == SENTENCE
    assert chunks[-1].choices == []
    assert chunks[-1].usage.prompt_tokens == 4600
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_stream_without_usage(gpt):
    chunks = list(gpt.chat.completions.create(model="scenario:text", stream=True, **ASK))
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


def test_stream_accumulates_tools(gpt):
    with gpt.chat.completions.stream(model="scenario:parallel-tools", **ASK) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    cities = [json.loads(call.function.arguments)["city"] for call in message.tool_calls]
    assert cities == ["Lindau", "Bregenz", "Konstanz"]
    assert message.content == "Three at once."


def test_reasoning_is_counted(gpt):
    completion = gpt.chat.completions.create(model="gpt-6.1-sol+scenario-thinking", **ASK)
    assert completion.usage.completion_tokens_details.reasoning_tokens > 5
    assert not hasattr(completion.choices[0].message, "reasoning_content")
    shown = gpt.chat.completions.create(model="deepseek-flash+scenario-thinking", **ASK)
    assert shown.choices[0].message.reasoning_content.startswith("The user wants")


ERRORS = [
    (400, openai.BadRequestError, "expected a string or an array"),
    (401, openai.AuthenticationError, "Incorrect API key"),
    (403, openai.PermissionDeniedError, "not supported"),
    (404, openai.NotFoundError, "does not exist"),
    (413, openai.APIStatusError, "too large"),
    (429, openai.RateLimitError, "Rate limit reached"),
    (500, openai.InternalServerError, "had an error"),
    (503, openai.InternalServerError, "overloaded"),
]


@pytest.mark.parametrize("status, kind, words", ERRORS, ids=[str(error[0]) for error in ERRORS])
def test_status(gpt, status, kind, words):
    with pytest.raises(kind, match=words) as caught:
        gpt.chat.completions.create(model=f"scenario:error-{status}", **ASK)
    assert caught.value.status_code == status
    assert set(caught.value.body) == {"message", "type", "param", "code"}


def test_error_in_the_middle_of_a_stream(gpt):
    with pytest.raises(openai.APIError, match="overloaded"):
        list(gpt.chat.completions.create(model="scenario:error-event", stream=True, **ASK))


def test_client_retries(base, upstream):
    with openai.OpenAI(base_url=f"{base}/v1", api_key="sk-test-key", max_retries=2) as client:
        completion = client.chat.completions.create(model="scenario:recovers?fails=1&status=500", **ASK)
    assert completion.choices[0].message.content == SENTENCE
    assert len(upstream.requests()) == 2


def test_models(gpt):
    assert [model.id for model in gpt.models.list()] == ["gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna", "gpt-5.5"]
    assert gpt.models.retrieve("gpt-6.1-sol").owned_by == "system"


def test_async_client(base):
    async def talk():
        async with openai.AsyncOpenAI(base_url=f"{base}/v1", api_key="sk-test-key", max_retries=0) as client:
            stream = await client.chat.completions.create(model="scenario:text", stream=True, **ASK)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert asyncio.run(talk()) == SENTENCE
