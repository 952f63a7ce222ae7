"""anthropic: failures arrive as the right exception with the vendor's words."""

import time

import anthropic
import pytest

ASK = {"max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}

ERRORS = [
    (400, anthropic.BadRequestError, "invalid_request_error", "Input should be a valid list"),
    (401, anthropic.AuthenticationError, "authentication_error", "invalid x-api-key"),
    (402, anthropic.PaymentRequiredError, "billing_error", "credit balance is too low"),
    (403, anthropic.PermissionDeniedError, "permission_error", "does not have permission"),
    (404, anthropic.NotFoundError, "not_found_error", "claude-no-such-model"),
    (413, anthropic.ContentTooLargeError, "request_too_large", "maximum allowed number of bytes"),
    (429, anthropic.RateLimitError, "rate_limit_error", "rate limit"),
    (500, anthropic.InternalServerError, "api_error", "Internal server error"),
    (529, anthropic.OverloadedError, "overloaded_error", "Overloaded"),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status, kind, name, words", ERRORS, ids=[str(error[0]) for error in ERRORS])
def test_status(claude, status, kind, name, words, stream):
    with pytest.raises(kind) as caught:
        claude.messages.create(model=f"scenario:error-{status}", stream=stream, **ASK)
    error = caught.value
    assert error.status_code == status
    assert error.body["error"]["type"] == name
    assert words in error.body["error"]["message"]
    assert error.body["request_id"] == error.response.headers["request-id"]


def test_retry_after_is_passed_on(claude):
    with pytest.raises(anthropic.RateLimitError) as caught:
        claude.messages.create(model="scenario:error-429?seconds=7", **ASK)
    assert caught.value.response.headers["retry-after"] == "7"


def test_prompt_too_long_keeps_its_words(claude):
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long: 214321 tokens > 200000 maximum"):
        claude.messages.create(model="scenario:prompt-too-long", **ASK)


def test_error_event_in_the_middle(claude):
    heard = []
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        with claude.messages.stream(model="scenario:error-event", **ASK) as stream:
            heard.extend(stream.text_stream)
    assert "".join(heard).startswith("Hello from")


def test_error_event_first(claude):
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        with claude.messages.stream(model="scenario:error-event-first", **ASK) as stream:
            stream.get_final_message()


@pytest.mark.parametrize("scenario", ["cut", "cut-in-event", "reset", "bad-chunk", "endless-line?mib=1"])
def test_a_broken_stream_is_an_error_to_the_client(claude, scenario):
    heard = []
    # httpx2's own errors come through the SDK while it streams.
    with pytest.raises(Exception) as caught:
        with claude.messages.stream(model=f"scenario:{scenario}", **ASK) as stream:
            heard.extend(stream.text_stream)
            stream.get_final_message()
    assert not isinstance(caught.value, AssertionError)
    if not scenario.startswith("endless"):
        assert "".join(heard).startswith("Hello from")


@pytest.mark.parametrize("scenario", ["reset-before-head", "close-before-head"])
def test_no_answer_at_all(claude, scenario):
    with pytest.raises((anthropic.APIConnectionError, anthropic.InternalServerError)):
        claude.messages.create(model=f"scenario:{scenario}", **ASK)


def test_time_out_of_the_client(claude):
    began = time.monotonic()
    with pytest.raises(anthropic.APITimeoutError):
        claude.with_options(timeout=0.5).messages.create(model="scenario:hang-before-head", **ASK)
    assert time.monotonic() - began < 3


def test_client_retries_and_says_so(base, upstream):
    with anthropic.Anthropic(base_url=base, api_key="sk-ant-test-key", max_retries=2) as client:
        message = client.messages.create(model="scenario:recovers?fails=2&status=529", **ASK)
    assert message.content[0].text.startswith("Hello")
    counts = [dict((n.lower(), v) for n, v in one["headers"])["x-stainless-retry-count"] for one in upstream.requests()]
    assert counts == ["0", "1", "2"]
