"""The real Codex, which speaks only Responses, on sites that speak only Anthropic Messages or only Chat Completions."""

import json

import pytest

import anthropic_server
import chat_server
from anthropic_server import AnthropicServer
from chat_server import ChatServer
from command_line import program, run
from to_claude import routed

pytestmark = pytest.mark.through_proxy
SETTINGS = """
model = "{model}"
model_provider = "tested"

[model_providers.tested]
name = "tested"
base_url = "{base}/v1"
wire_api = "responses"
env_key = "TESTED_KEY"
request_max_retries = 1
stream_max_retries = 2

[analytics]
enabled = false
"""
PATCH = "*** Begin Patch\n*** Add File: made.txt\n+made by \"a patch\"\n*** End Patch\n"
FULL = "prompt is too long: 214321 tokens > 200000 maximum"


class Claude:
    """An Anthropic upstream, in the words that both kinds share here."""

    api = "anthropic"

    def __init__(self):
        self.server = AnthropicServer()

    def says(self, *words):
        one = anthropic_server
        return one.Stream(one.start(), one.text(0, *words), one.end())

    def calls(self, identity, name, arguments):
        one = anthropic_server
        return one.Stream(one.start(), one.thinking(0, "let me look"), one.text(1, "I look."), one.tool(2, identity, name, arguments), one.end("tool_use"))

    def cut(self, word):
        one = anthropic_server
        return one.Stream(one.start(), one.text(0, word), cut=True)

    def full(self):
        return anthropic_server.error(400, "invalid_request_error", FULL)

    def results(self, body):
        blocks = [block for message in body["messages"] if message["role"] == "user" for block in message["content"]]
        return [json.dumps(block["content"]) for block in blocks if block["type"] == "tool_result"]

    def tools(self, body):
        return [tool["name"] for tool in body["tools"]]


class Chat:
    """A Chat upstream."""

    api = "openai"

    def __init__(self):
        self.server = ChatServer()

    def says(self, *words):
        one = chat_server
        return one.Stream(*(one.chunk({"content": word}) for word in words), one.chunk(finish="stop"), one.usage())

    def calls(self, identity, name, arguments):
        one = chat_server
        text = json.dumps(arguments)
        return one.Stream(
            one.chunk({"reasoning_content": "let me look"}), one.chunk({"content": "I look."}), one.chunk({"tool_calls": [one.call(0, identity, name, "")]}),
            one.chunk({"tool_calls": [{"index": 0, "function": {"arguments": text[:5]}}]}), one.chunk({"tool_calls": [{"index": 0, "function": {"arguments": text[5:]}}]}),
            one.chunk(finish="tool_calls"), one.usage(),
        )

    def cut(self, word):
        one = chat_server
        told = {"prompt_tokens": 100, "completion_tokens": 1}
        return one.Stream(one.chunk({"content": word}, usage=told), done=False, cut=True)

    def full(self):
        sentence = "This model's maximum context length is 128000 tokens. However, your messages resulted in 214321 tokens."
        return chat_server.Whole({"error": {"message": sentence, "type": "invalid_request_error", "code": "context_length_exceeded"}}, 400)

    def results(self, body):
        return [message["content"] for message in body["messages"] if message["role"] == "tool"]

    def tools(self, body):
        return [tool["function"]["name"] for tool in body["tools"]]


@pytest.fixture(scope="module", params=[Claude, Chat])
def site(request):
    site = request.param()
    yield site
    site.server.stop()


@pytest.fixture(scope="module")
def translating(tmp_path_factory, environment, site):
    running = routed(tmp_path_factory.mktemp("codex"), environment, site.server.address, site.api)
    yield running
    assert running.stop() == 0, running.program.log_text()


@pytest.fixture
def codex(translating, site, tmp_path):
    """Runs `codex exec`; the site answers one after the other."""
    binary = program("codex")
    site.server.reset()

    def ask(*answers, model="relay-model"):
        home, work = tmp_path / "home", tmp_path / "work"
        (home / ".codex").mkdir(parents=True)
        work.mkdir()
        (home / ".codex" / "config.toml").write_text(SETTINGS.format(base=translating.address, model=model))
        waiting = list(answers)
        site.server.answer = lambda body: waiting.pop(0) if len(waiting) > 1 else waiting[0]
        command = [binary, "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "Do it."]
        done = run(command, home, work, TESTED_KEY="sk-test-key-of-nobody")
        done.work = work
        return done

    return ask


def test_a_prompt(codex, site):
    done = codex(site.says("The boat ", "is folded."))
    assert done.returncode == 0, done.stderr + done.stdout
    assert "The boat is folded." in done.stdout
    assert site.server.complaints == []
    assert "exec_command" in site.tools(site.server.received[-1])


def test_tools_of_namespaces_are_offered(codex, site):
    done = codex(site.says("The boat is folded."), model="gpt-6.1-sol")
    assert "The boat is folded." in done.stdout, done.stderr + done.stdout
    assert any("__" in name for name in site.tools(site.server.received[-1]))
    assert site.server.complaints == []


def test_a_tool_loop(codex, site):
    done = codex(site.calls("call_1", "exec_command", {"cmd": "echo relay-$((40+2))"}), site.says("It ran."))
    assert "It ran." in done.stdout, done.stderr + done.stdout
    assert site.server.complaints == []
    assert "relay-42" in site.results(site.server.received[-1])[-1]


def test_thoughts_come_back_with_their_signature(codex, site):
    codex(site.calls("call_1", "exec_command", {"cmd": "true"}), site.says("It ran."))
    if site.api == "anthropic":
        blocks = [block for message in site.server.received[-1]["messages"] for block in message["content"]]
        thoughts = [block for block in blocks if block["type"] == "thinking"]
        assert thoughts == [{"type": "thinking", "thinking": "let me look", "signature": "sig"}]
    assert site.server.complaints == []


def test_a_patch_in_free_text(codex, site):
    done = codex(site.calls("call_1", "apply_patch", {"input": PATCH}), site.says("Patched."), model="gpt-5.5-codex")
    assert "apply_patch" in site.tools(site.server.received[0])
    assert "Patched." in done.stdout, done.stderr + done.stdout
    assert (done.work / "made.txt").read_text() == 'made by "a patch"\n'
    assert site.server.complaints == []


def test_a_cut_stream_is_asked_again(codex, site):
    done = codex(site.cut("The bo"), site.says("The boat is folded."))
    assert done.returncode == 0, done.stderr + done.stdout
    assert "The boat is folded." in done.stdout
    assert len(site.server.received) == 2


def test_a_full_context_is_understood(codex, site):
    done = codex(site.full())
    assert done.returncode != 0
    said = (done.stderr + done.stdout).lower()
    assert "context" in said or "too long" in said, said
