"""openai: Responses."""

import json

import openai
import pytest

SENTENCE = "Hello from the fake upstream. Every word of this sentence is one event. 你好，世界。"


def test_create(gpt):
    response = gpt.responses.create(model="scenario:text", input="Hello")
    assert response.output_text == SENTENCE
    assert response.status == "completed"
    assert response.usage.input_tokens == 4600
    assert response.usage.input_tokens_details.cached_tokens == 3000


def test_stream_gives_the_same_response(gpt):
    with gpt.responses.stream(model="scenario:thinking", input="Hello") as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert [item.type for item in final.output] == ["reasoning", "message", "function_call"]
    assert json.loads(final.output[2].arguments) == {"city": "Lindau", "days": 3}
    assert final.usage.output_tokens_details.reasoning_tokens > 5
    kinds = [event.type for event in events]
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert "response.reasoning_summary_text.delta" in kinds
    numbers = [event.sequence_number for event in events]
    assert numbers == sorted(numbers)


def test_incomplete(gpt):
    response = gpt.responses.create(model="scenario:max-tokens", input="Hello")
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize(
    "status, kind", [(400, openai.BadRequestError), (429, openai.RateLimitError), (500, openai.InternalServerError)]
)
def test_status(gpt, status, kind):
    with pytest.raises(kind):
        gpt.responses.create(model=f"scenario:error-{status}", input="Hello")


def test_failed_in_the_middle(gpt):
    events = list(gpt.responses.create(model="scenario:error-event", input="Hello", stream=True))
    assert events[-1].type == "response.failed"
    assert events[-1].response.error.code == "server_error"
