"""The real Codex CLI answers a prompt through Responses."""

import pytest

from command_line import program, run
from upstream import headers_of

SETTINGS = """
model = "gpt-6.1-sol"
model_provider = "tested"

[model_providers.tested]
name = "tested"
base_url = "{base}/v1"
wire_api = "responses"
env_key = "TESTED_KEY"
request_max_retries = 1
stream_max_retries = 1
http_headers = {{ "x-testkit-scenario" = "text?text=The+boat+is+folded." }}

[analytics]
enabled = false
"""


@pytest.fixture
def codex(base, tmp_path):
    binary = program("codex")
    home, work = tmp_path / "home", tmp_path / "work"
    (home / ".codex").mkdir(parents=True)
    work.mkdir()
    (home / ".codex" / "config.toml").write_text(SETTINGS.format(base=base))

    def ask(prompt):
        command = [binary, "exec", "--skip-git-repo-check", prompt]
        return run(command, home, work, TESTED_KEY="sk-test-key-of-nobody")

    return ask


def test_a_prompt(codex, upstream):
    done = codex("Say something.")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "The boat is folded." in done.stdout
    received = [one for one in upstream.requests() if one["target"].endswith("/responses")][-1]
    assert headers_of(received)["originator"] == ["codex_exec"]
    assert headers_of(received)["authorization"] == ["Bearer sk-test-key-of-nobody"]


@pytest.mark.through_proxy
def test_it_is_recorded(codex, proxy):
    codex("Say something.")
    kept = proxy.newest(dialect="openai-responses", model="gpt-6.1-sol")
    assert kept["outcome"] == "done"
    assert kept["client"].lower().startswith("codex")
    assert kept["tokens"]["input"] == 4600
