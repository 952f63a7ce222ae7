"""The project of a request: in the path, in a header, told by the SDKs."""

import anthropic
import openai
import pytest

from asking import DIALECTS, body, client

pytestmark = pytest.mark.through_proxy

ASK = {"max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}


def test_in_the_base_url_of_anthropic(proxy, upstream):
    with anthropic.Anthropic(base_url=f"{proxy.address}/p/my-app", api_key="sk-ant-test-key") as sdk:
        answer = sdk.messages.with_raw_response.create(model="scenario:text", **ASK)
    assert upstream.last()["target"] == "/v1/messages"
    assert proxy.detail(answer.headers["x-request-id"])["project"] == "my-app"


def test_in_the_base_url_of_openai(proxy, upstream):
    with openai.OpenAI(base_url=f"{proxy.address}/p/my-app/v1", api_key="sk-test-key") as sdk:
        answer = sdk.chat.completions.with_raw_response.create(model="scenario:text", messages=ASK["messages"])
        assert [model.id for model in sdk.models.list()]
    assert proxy.detail(answer.headers["x-request-id"])["project"] == "my-app"


def test_in_a_header(proxy):
    headers = {"X-Project-ID": "from-header"}
    with anthropic.Anthropic(base_url=proxy.address, api_key="sk-ant-test-key", default_headers=headers) as sdk:
        answer = sdk.messages.with_raw_response.create(model="scenario:text", **ASK)
    assert proxy.detail(answer.headers["x-request-id"])["project"] == "from-header"


def test_the_management_shape_names_it(proxy):
    path, own, _ = DIALECTS["messages"]
    with client(proxy.address) as http:
        answer = http.post(f"/p/shape-test{path}", json=body("messages", "text", False), headers=own)
        exchange = answer.headers["x-request-id"]
        proxy.detail(exchange)
        shown = http.get(f"/api/requests/{exchange}").json()
    assert shown["project_id"] == "shape-test"
