"""The real Claude Code on a site that speaks only Chat Completions: tools, pictures, subagents, trouble."""

import os
import struct
import subprocess
import zlib

import pytest

from chat_server import Stream, Whole, call, calls, chunk, says
from command_line import program, run
from test_claude_code import QUIET
from translated import chat, fresh_chat, translating  # noqa: F401 (fixtures)
from waiting import eventually

pytestmark = pytest.mark.through_proxy
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def png():
    """A picture of one red point."""

    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0\xff\0\0")) + part(b"IEND", b"")


@pytest.fixture
def claude_code(translating, tmp_path):
    """Runs `claude -p` on the translating Relayscope."""
    binary = program("claude")
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()

    def ask(prompt, *arguments, model="claude-sonnet-5-5"):
        return run(
            [binary, "-p", prompt, "--model", model, *arguments],
            home,
            work,
            ANTHROPIC_BASE_URL=translating.address,
            ANTHROPIC_API_KEY="sk-ant-test-key-of-nobody",
            **QUIET,
        )

    ask.work, ask.home, ask.binary, ask.address = work, home, binary, translating.address
    return ask


def results(body):
    """What tools answered, oldest first."""
    return [message["content"] for message in body["messages"] if message["role"] == "tool"]


def names(body):
    return [tool["function"]["name"] for tool in body.get("tools", [])]


def ended_well(done, chat, said):
    assert done.returncode == 0, done.stderr + done.stdout
    assert chat.complaints == []
    assert done.stdout.strip() == said


def test_a_tool_loop(claude_code, chat):
    def answer(body):
        told = results(body)
        return says(f"it said {told[-1]}") if told else calls(call(0, "call_1", "Bash", {"command": "echo proof-$((40+2))", "description": "proof"}))

    chat.answer = answer
    ended_well(claude_code("Run it.", "--allowedTools", "Bash"), chat, "it said proof-42")
    first = chat.received[0]["messages"]
    assert first[0]["role"] == "system" and "x-anthropic-billing-header" not in first[0]["content"]
    assert all(message["role"] != "system" for message in first[1:])


def test_parallel_tools_in_one_chunk(claude_code, chat):
    def answer(body):
        told = results(body)
        if told:
            return says(" ".join(told))
        return calls(*(call(at, f"call_{at}", "Bash", {"command": f"sleep 0.{3 - at}; echo n{at}", "description": "n"}) for at in range(3)))

    chat.answer = answer
    ended_well(claude_code("Run them.", "--allowedTools", "Bash"), chat, "n0 n1 n2")


def test_a_failing_tool_and_bad_arguments(claude_code, chat):
    def answer(body):
        told = results(body)
        if not told:
            return calls(call(0, "call_1", "Bash", {"command": "echo out; exit 3", "description": "fails"}))
        if len(told) == 1:
            return calls(call(0, "call_2", "Bash", '{"command": "echo '))
        return says("done")

    chat.answer = answer
    ended_well(claude_code("Run it.", "--allowedTools", "Bash"), chat, "done")
    told = results(chat.received[-1])
    assert told[0].startswith("Error: Exit code 3")
    assert "Error" in told[1]


def test_a_picture_and_a_pdf(claude_code, chat):
    (claude_code.work / "red.png").write_bytes(png())
    (claude_code.work / "spec.pdf").write_bytes(PDF)

    def answer(body):
        if results(body):
            return says("seen")
        paths = [str(claude_code.work / name) for name in ("red.png", "spec.pdf")]
        return calls(*(call(at, f"call_{at}", "Read", {"file_path": path}) for at, path in enumerate(paths)))

    chat.answer = answer
    ended_well(claude_code("Look.", "--allowedTools", "Read"), chat, "seen")
    shown = [message for message in chat.received[-1]["messages"] if isinstance(message["content"], list)]
    parts = [part for message in shown for part in message["content"]]
    assert any(part["type"] == "image_url" and part["image_url"]["url"].startswith("data:image/") for part in parts)


def test_a_subagent(claude_code, chat):
    def answer(body):
        if "Agent" not in names(body):
            return says("the subagent's word")
        told = results(body)
        task = {"description": "a task", "prompt": "Say the word.", "subagent_type": "general-purpose", "run_in_background": False}
        return says(f"heard: {told[-1]}") if told else calls(call(0, "call_1", "Agent", task))

    chat.answer = answer
    done = claude_code("Ask a subagent.", "--allowedTools", "Agent")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "the subagent's word" in done.stdout
    assert chat.complaints == []


def test_a_tool_that_has_to_be_searched_for(claude_code, chat):
    def answer(body):
        told = results(body)
        if not told and "ToolSearch" in names(body):
            return calls(call(0, "call_1", "ToolSearch", {"query": "select:WebFetch"}))
        return says("loaded" if "WebFetch" in names(body) else "not loaded")

    chat.answer = answer
    ended_well(claude_code("Load it."), chat, "loaded")
    assert "DeferredToolPlaceholder" not in names(chat.received[0])
    assert "WebFetch" not in names(chat.received[0])


def test_a_web_search_degrades_softly(claude_code, chat):
    def answer(body):
        if "Perform a web search" in str(body["messages"][-1]["content"]):
            return says("found: the lighthouse")
        told = results(body)
        if told and "WebSearch" in names(body):
            return says("searched") if "lighthouse" in told[-1] else calls(call(0, "call_2", "WebSearch", {"query": "lighthouse"}))
        return calls(call(0, "call_1", "ToolSearch", {"query": "select:WebSearch"}))

    chat.answer = answer
    ended_well(claude_code("Search.", "--allowedTools", "WebSearch,ToolSearch"), chat, "searched")


def test_a_full_context_is_compacted(claude_code, chat):
    full = {"error": {"message": "This model's maximum context length is 65536 tokens. However, your messages resulted in 70000 tokens. Please reduce the length of the messages.", "code": "context_length_exceeded"}}

    def answer(body):
        text = str(body["messages"])
        if "Respond with TEXT ONLY" in text:
            return says("<summary>They ran something.</summary>")
        if "They ran something." in text:
            return says("went on")
        if len(results(body)) == 2:
            return Whole(full, 400)
        at = len(results(body))
        return calls(call(0, f"call_{at}", "Bash", {"command": f"echo {at}", "description": "n"}))

    chat.answer = answer
    ended_well(claude_code("Run them.", "--allowedTools", "Bash"), chat, "went on")


def test_a_cut_stream_is_asked_for_again(claude_code, chat):
    def answer(body):
        if len(chat.received) == 1:
            return Stream(chunk({"content": "half of "}), 1.5, chunk({"content": "it"}), done=False, cut=True)
        return says("all of it")

    chat.answer = answer
    done = claude_code("Go.")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "all of it" in done.stdout
    assert len(chat.received) >= 2


def test_waiting_as_long_as_the_upstream_says(claude_code, chat):
    def answer(body):
        if len(chat.received) == 1:
            return Whole({"error": {"message": "slow down", "type": "rate_limit_error"}}, 429, retry_after="1")
        return says("after a while")

    chat.answer = answer
    ended_well(claude_code("Go."), chat, "after a while")


def test_killing_it_ends_the_upstream_call(claude_code, chat):
    chat.answer = lambda body: Stream(*[piece for _ in range(600) for piece in (chunk({"content": "word "}), 0.05)])
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    variables = QUIET | {"HOME": str(claude_code.home), "ANTHROPIC_API_KEY": "sk-ant-test-key-of-nobody"}
    address = {"ANTHROPIC_BASE_URL": claude_code.address}
    running = subprocess.Popen(
        [str(claude_code.binary), "-p", "Go.", "--model", "claude-sonnet-5-5"],
        cwd=claude_code.work, env=kept | variables | address, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: chat.received, "the upstream is asked", 60)
    finally:
        running.kill()
        running.wait()
    assert chat.left.wait(10)
