"""The real Claude Code answers a prompt and takes a tool turn."""

from urllib.parse import quote

import pytest

from command_line import program, run
from upstream import headers_of

QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_MAX_RETRIES": "2",
}


@pytest.fixture
def claude_code(base, tmp_path):
    """Runs `claude -p` against the tested address with a scenario."""
    binary = program("claude")
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()

    def ask(prompt, scenario, *arguments):
        return run(
            [binary, "-p", prompt, "--model", "claude-sonnet-5-5", *arguments],
            home,
            work,
            ANTHROPIC_BASE_URL=base,
            ANTHROPIC_API_KEY="sk-ant-test-key-of-nobody",
            ANTHROPIC_CUSTOM_HEADERS=f"x-testkit-scenario: {scenario}",
            **QUIET,
        )

    return ask


def conversations(upstream):
    return [one for one in upstream.requests() if "/messages" in one["target"] and "count_tokens" not in one["target"]]


def test_a_prompt(claude_code, upstream):
    done = claude_code("Say hello.", "text?text=" + quote("The lighthouse is lit."))
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.strip() == "The lighthouse is lit."
    received = conversations(upstream)[-1]
    assert headers_of(received)["user-agent"][0].startswith("claude-cli/")
    assert received["target"] == "/v1/messages?beta=true"


def test_a_tool_turn(claude_code, upstream):
    command = quote('{"command":"echo proof-$((40+2))","description":"Print a proof"}')
    done = claude_code(
        "Run the command.", f"tool-turn?tool=Bash&tool_input={command}", "--allowedTools", "Bash"
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.strip() == "The tool said: proof-42"
    assert len(conversations(upstream)) >= 2


def test_an_overloaded_upstream_is_asked_again(claude_code, upstream):
    done = claude_code("Say hello.", "error-529")
    assert done.returncode != 0
    assert "529" in done.stdout + done.stderr
    assert len(conversations(upstream)) == 3


@pytest.mark.through_proxy
def test_it_is_recorded(claude_code, proxy):
    done = claude_code("Say hello.", "text")
    assert done.returncode == 0, done.stderr + done.stdout
    kept = proxy.newest(dialect="anthropic", model="claude-sonnet-5-5")
    assert kept["client"].startswith("Claude Code 2.")
    assert kept["session"]
    assert kept["cost"]["basis"] == "exact"
    assert kept["request"]["tools"]
