"""The programs under test, started once for the whole run."""

import os

import anthropic
import openai
import pytest

from programs import binary
from relayscope import Relayscope
from upstream import Upstream

DIRECT = os.environ.get("SDK_DIRECT") == "1"


def pytest_configure():
    # Everything here happens on this machine: no proxy of the environment may come between.
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    # Nor may the keys and addresses of whoever runs the tests.
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "OPENAI_", "LIVETOKEN_", "CLAUDE_", "CODEX_")):
            del os.environ[name]
    # One sentence instead of a thousand failures.
    try:
        binary("TESTKIT_BIN", "relayscope-testkit")
        if not DIRECT:
            binary("RELAYSCOPE_BIN", "relayscope")
    except RuntimeError as missing:
        pytest.exit(str(missing), returncode=2)


def pytest_collection_modifyitems(config, items):
    if DIRECT:
        left_out = [item for item in items if item.get_closest_marker("through_proxy")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def environment():
    """A plain environment for the programs."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "USER", "LLVM_PROFILE_FILE")
    return {name: os.environ[name] for name in kept if name in os.environ}


@pytest.fixture(scope="session")
def upstream(tmp_path_factory, environment):
    running = Upstream(tmp_path_factory.mktemp("upstream"), environment)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def proxy(tmp_path_factory, environment, upstream):
    running = Relayscope(tmp_path_factory.mktemp("relayscope"), environment, upstream.address)
    yield running
    assert running.stop() == 0, running.program.log_text()


@pytest.fixture(scope="session")
def base(request, upstream):
    """Where clients send their requests."""
    return upstream.address if DIRECT else request.getfixturevalue("proxy").address


@pytest.fixture(autouse=True)
def fresh(request):
    """Each test begins with an empty journal upstream."""
    if "upstream" in request.fixturenames or "base" in request.fixturenames:
        request.getfixturevalue("upstream").reset()


@pytest.fixture
def claude(base):
    with anthropic.Anthropic(base_url=base, api_key="sk-ant-test-key", max_retries=0, timeout=30) as client:
        yield client


@pytest.fixture
def gpt(base):
    with openai.OpenAI(base_url=f"{base}/v1", api_key="sk-test-key", max_retries=0, timeout=30) as client:
        yield client
