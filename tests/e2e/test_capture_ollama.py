"""Ollama on loopback, reached as `deck run` has agents reach it: through a reverse proxy before its address."""

from collections.abc import Callable, Iterator
from typing import Any

import ollama
import pytest
from ollama_streams import CHATS, chat, generated, lines
from provider import Provider, Reply
from proxy import Proxy
from recorded import gaps, turns

pytestmark = pytest.mark.e2e
NDJSON = [("content-type", "application/x-ndjson")]
STREAM = [lines(each) for each in CHATS["thinking, text, calls"]]
ASKED = [{"role": "user", "content": "hi"}]
Begin = Callable[[], Proxy]


@pytest.fixture
def local() -> Iterator[Provider]:
    """A model server without TLS."""
    with Provider(None) as serving:
        yield serving


@pytest.fixture
def begin(start: Any, local: Provider, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Start the proxy before the server, and point clients at it by `OLLAMA_HOST`."""

    def run() -> Proxy:
        proxy: Proxy = start(arguments=["--mode", f"reverse:http://127.0.0.1:{local.port}"], provider_port=local.port)
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "SSL_CERT_FILE"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("OLLAMA_HOST", proxy.url)
        return proxy

    return run


def test_a_streamed_chat(begin: Begin, local: Provider) -> None:
    proxy = begin()
    local.script(Reply(STREAM, headers=NDJSON))
    found = list(ollama.Client().chat("qwen3", ASKED, stream=True))
    (turn,) = turns(proxy.archive)
    assert "".join(part.message.content or "" for part in found) == "I look."
    assert turn.response == b"".join(STREAM)
    assert turn.request == local.seen[0].body
    assert (turn.outcome, turn.payload["reading"]["wire"]) == ("complete", "ollama")
    assert turn.payload["reading"]["usage"] == {"input": 26, "output": 11}
    assert turn.payload["client"]["name"] == "ollama-python"
    assert gaps(proxy.archive) == []


def test_whole_answers_and_a_generated_text(begin: Begin, local: Provider) -> None:
    proxy = begin()
    local.script(
        Reply.json(lines(chat("Hello.", thinking="Hm", done=True))), Reply.json(lines(chat("Yes.", done=True)))
    )
    client = ollama.Client()
    said = client.chat("qwen3", ASKED)
    client.chat("qwen3", [*ASKED, said.message, {"role": "user", "content": "sure?"}])
    local.script(Reply([lines(generated("Hello.")), lines(generated(done=True))], headers=NDJSON))
    assert "".join(part.response for part in client.generate("qwen3", "Say hello.", stream=True)) == "Hello."
    first, second, text = turns(proxy.archive)
    assert (text.outcome, text.payload["request"]["conversation"]) == ("complete", "prompt")
    assert first.response == lines(chat("Hello.", thinking="Hm", done=True))
    assert [(edge["turn"], edge["kind"]) for edge in second.payload["parents"]] == [(first.id, "continues")]
