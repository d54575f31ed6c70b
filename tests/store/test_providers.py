"""Which traffic is a model call."""

from pathlib import Path

import pytest

from store.errors import StoreError
from store.providers import known_hosts, load


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("api.anthropic.com", "/v1/messages?beta=true"),
        ("API.Anthropic.COM.", "/v1/messages/count_tokens"),
        ("api.openai.com", "/v1/responses"),
        ("chatgpt.com", "/backend-api/codex/responses"),
        (
            "generativelanguage.googleapis.com",
            "/v1beta/models/gemini-x:streamGenerateContent?alt=sse",
        ),
        ("cloudcode-pa.googleapis.com", "/v1internal:streamGenerateContent?alt=sse"),
        ("openrouter.ai", "/api/v1/chat/completions"),
        ("europe-west4-aiplatform.googleapis.com", "/v1/projects/p/locations/l/x:rawPredict"),
        (
            "bedrock-runtime.us-east-1.amazonaws.com",
            "/model/anthropic.claude/invoke-with-response-stream",
        ),
        ("mine.openai.azure.com", "/openai/deployments/d/chat/completions?api-version=1"),
    ],
)
def test_model_calls_of_known_hosts(host: str, path: str) -> None:
    providers = load()
    assert providers.is_provider(host, 443)
    assert providers.is_model_call("POST", host, 443, path)
    assert not providers.is_model_call("GET", host, 443, path)


@pytest.mark.parametrize(
    "host",
    [
        "evil-api.anthropic.com",
        "api.anthropic.com.attacker.example",
        "x.api.anthropic.com",
        "apixanthropic.com",
        "bedrock-runtime.us.east.amazonaws.com",
        "a.b.openai.azure.com",
        "",
    ],
)
def test_look_alike_hosts_are_strangers(host: str) -> None:
    providers = load()
    assert not providers.is_provider(host, 443)
    assert not providers.is_model_call("POST", host, 443, "/v1/messages")


@pytest.mark.parametrize("path", ["/v1/messages/batches", "/api/event_logging/batch", "/", "/v1/messagesx"])
def test_other_paths_of_a_provider_are_no_model_calls(path: str) -> None:
    assert not load().is_model_call("POST", "api.anthropic.com", 443, path)


def test_a_named_host_counts_with_all_known_paths_behind_any_prefix() -> None:
    providers = load(hosts=["gateway.corp", "localhost:11434", "[::1]:8080"])
    assert providers.is_model_call("POST", "gateway.corp", 8443, "/anthropic/v1/messages")
    assert providers.is_model_call("POST", "gateway.corp", 80, "/v1/chat/completions")
    assert providers.is_model_call("POST", "localhost", 11434, "/api/chat")
    assert not providers.is_provider("localhost", 11435)
    assert providers.is_provider("::1", 8080)
    assert not providers.is_model_call("POST", "gateway.corp", 80, "/metrics")


def test_an_archive_adds_providers(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[[provider]]\nhost = "llm.corp:8443"\npaths = ["/infer/.+"]\n[[provider]]\nhosts = ["other.corp"]\n'
    )
    providers = load(tmp_path)
    assert providers.is_model_call("POST", "llm.corp", 8443, "/infer/big")
    assert not providers.is_model_call("POST", "llm.corp", 443, "/infer/big")
    assert not providers.is_model_call("POST", "llm.corp", 8443, "/v1/messages")
    assert providers.is_model_call("POST", "other.corp", 443, "/v1/messages")
    assert providers.is_model_call("POST", "api.anthropic.com", 443, "/v1/messages")


def test_hosts_that_are_named_in_full(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[[provider]]\nhosts = ["llm.corp:8443", "*.corp"]\n')
    assert known_hosts(tmp_path) == (*known_hosts(), "llm.corp:8443")
    assert known_hosts(tmp_path / "none") == known_hosts()
    assert "api.anthropic.com" in known_hosts()


@pytest.mark.parametrize(
    "config",
    [
        "[[provider",
        "provider = 3",
        '[[provider]]\npaths = ["/x"]',
        "[[provider]]\nhosts = [1]",
        '[[provider]]\nhost = "a b"',
        '[[provider]]\nhost = "a.b"\npaths = ["("]',
    ],
)
def test_a_table_that_makes_no_sense_is_refused(tmp_path: Path, config: str) -> None:
    (tmp_path / "config.toml").write_text(config)
    with pytest.raises(StoreError):
        load(tmp_path)
