"""Requests as plain JSON, for tests that need no SDK."""

import httpx

# How each dialect is asked: path, headers, and the body without model and stream.
DIALECTS = {
    "messages": (
        "/v1/messages",
        {"x-api-key": "sk-ant-test-key", "anthropic-version": "2023-06-01"},
        {"max_tokens": 1024, "messages": [{"role": "user", "content": "Hello"}]},
    ),
    "chat": (
        "/v1/chat/completions",
        {"authorization": "Bearer sk-test-key"},
        {"messages": [{"role": "user", "content": "Hello"}]},
    ),
    "responses": (
        "/v1/responses",
        {"authorization": "Bearer sk-test-key"},
        {"input": "Hello"},
    ),
}


def client(address, **more):
    """A client that follows nothing. Without certificates: reading them takes longer than most tests."""
    return httpx.Client(base_url=address, trust_env=False, verify=False, timeout=30, **more)


def body(dialect, scenario, stream, **more):
    """The body of a request that chooses a scenario."""
    document = {"model": f"scenario:{scenario}", "stream": stream, **DIALECTS[dialect][2], **more}
    if dialect == "chat" and stream:
        document["stream_options"] = {"include_usage": True}
    return document


def raw(address, dialect, scenario, stream, headers=None, **more):
    """Status, headers and the body's bytes as they came, not decoded; and what ended the body early."""
    path, own, _ = DIALECTS[dialect]
    with client(address) as http:
        request = http.build_request(
            "POST", path, json=body(dialect, scenario, stream, **more), headers={**own, **(headers or {})}
        )
        response = http.send(request, stream=True)
        pieces, broken = [], None
        try:
            pieces.extend(response.iter_raw())
        except httpx.HTTPError as error:
            broken = error
        response.close()
        return response, b"".join(pieces), broken
