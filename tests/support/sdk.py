"""The official SDK as a client, with the bytes it received laid open."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
from noting import Ear

QUESTION: dict[str, Any] = {
    "model": "claude-test",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Say something."}],
}


def client(**options: Any) -> anthropic.Anthropic:
    """A client of https://api.anthropic.com that finds proxy and CA in the environment, and does not retry."""
    return anthropic.Anthropic(api_key="sk-ant-secret", max_retries=0, timeout=30, **options)


def ask() -> tuple[str, bytes]:
    """A question without streaming: the answer's text, and the decoded body."""
    with client() as sdk:
        raw = sdk.messages.with_raw_response.create(**QUESTION)
        return _text(raw.parse().content), raw.http_response.content


def ask_streaming() -> tuple[str, bytes]:
    """A streamed question: the answer's text as the SDK accumulates it, and the raw bytes (still coded)."""
    ear = Ear()
    http = anthropic.DefaultHttpxClient(event_hooks=ear.hooks)
    with client(http_client=http) as sdk, sdk.messages.stream(**QUESTION) as stream:
        text = _text(stream.get_final_message().content)
    return text, ear.heard[-1].body


@contextmanager
def raw_stream() -> Iterator[Iterator[bytes]]:
    """A streamed question, read piece by piece as the bytes arrive."""
    with (
        client() as sdk,
        sdk.messages.with_streaming_response.create(**QUESTION, stream=True) as response,
    ):
        yield response.http_response.iter_raw()


def _text(content: Any) -> str:
    return "".join(block.text for block in content if block.type == "text")
