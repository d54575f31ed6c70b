"""The SDKs that agents are built on, each as one row: how it asks, what its provider answers, and how that one refuses.

A client finds proxy and CA in the environment (Ollama's its server in ``OLLAMA_HOST``), and takes from an `Asking` who
listens, how long it waits for bytes, and how often it tries again by itself.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anthropic
import gemini_streams
import httpx
import ollama
import ollama_streams
import openai
import openai_chat_streams
import provider
from google import genai
from google.genai import errors, types
from noting import Ear
from openai_response_streams import COUNTS, Events, response
from provider import Reply

SAID = "Two words."
WAIT = 30.0
_EVENTS = [("content-type", "text/event-stream")]
_LINES = [("content-type", "application/x-ndjson")]
_AT_ONCE = [("content-type", "application/json"), ("retry-after-ms", "1")]


@dataclass(frozen=True)
class Asking:
    """One question; ``patience`` is how many seconds without a byte the client bears."""

    words: str
    ear: Ear = field(default_factory=Ear)
    patience: float = WAIT
    retries: int = 0

    @property
    def timeout(self) -> httpx.Timeout:
        """Only reading runs out of time."""
        return httpx.Timeout(WAIT, read=self.patience)

    @property
    def messages(self) -> Any:
        """The question as most formats have it."""
        return [{"role": "user", "content": self.words}]


@dataclass(frozen=True)
class Client:
    """One SDK and one way to ask. ``ask`` gives the text; ``pieces`` are its answer's as they are sent."""

    name: str
    ask: Callable[[Asking], str]
    pieces: list[bytes]
    headers: list[tuple[str, str]]
    refusal: bytes
    says: str  # what the archive says of `refusal`
    some: int = 2  # so many pieces end an item, or as much as the format has of one, and not the answer
    failing: bytes = b""  # the piece that ends a stream with an error
    tries_again: bool = True  # whether the SDK does so by itself
    errors: tuple[type[Exception], ...] = (httpx.HTTPError,)

    def __str__(self) -> str:
        return self.name

    @property
    def streams(self) -> bool:
        """Whether the answer comes in events."""
        return bool(self.failing)

    def answers(self, **options: Any) -> Reply:
        """The answer; ``options`` are those of `Reply`."""
        return Reply(self.pieces, headers=self.headers, **options)

    def refuses(self, status: int) -> Reply:
        """A refusal after which the client may come back at once."""
        return Reply([self.refusal], status=status, headers=_AT_ONCE, framing="length")


def _halves(body: bytes) -> list[bytes]:
    """One document in four pieces."""
    step = len(body) // 4 + 1
    return [body[at : at + step] for at in range(0, len(body), step)]


def _anthropic(asking: Asking) -> anthropic.Anthropic:
    http = anthropic.DefaultHttpxClient(event_hooks=asking.ear.hooks)
    return anthropic.Anthropic(
        api_key="sk-ant-secret", max_retries=asking.retries, timeout=asking.timeout, http_client=http
    )


def _message_text(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def _messages(asking: Asking) -> str:
    with _anthropic(asking) as sdk:
        return _message_text(sdk.messages.create(model="claude-test", max_tokens=64, messages=asking.messages))


def _messages_streamed(asking: Asking) -> str:
    question: Any = {"model": "claude-test", "max_tokens": 64, "messages": asking.messages}
    with _anthropic(asking) as sdk, sdk.messages.stream(**question) as stream:
        return _message_text(stream.get_final_message())


def _openai(asking: Asking) -> openai.OpenAI:
    http = openai.DefaultHttpxClient(event_hooks=asking.ear.hooks)
    key = "sk-openai-secret-0123456789"
    return openai.OpenAI(api_key=key, max_retries=asking.retries, timeout=asking.timeout, http_client=http)


def _completion(asking: Asking) -> str:
    with _openai(asking) as sdk:
        said = sdk.chat.completions.create(model="gpt-test", messages=asking.messages).choices[0].message.content
        return str(said)


def _completion_streamed(asking: Asking) -> str:
    with _openai(asking) as sdk, sdk.chat.completions.stream(model="gpt-test", messages=asking.messages) as events:
        return str(events.get_final_completion().choices[0].message.content)


def _response(asking: Asking) -> str:
    with _openai(asking) as sdk:
        return str(sdk.responses.create(model="gpt-test", input=asking.words).output_text)


def _response_streamed(asking: Asking) -> str:
    with _openai(asking) as sdk, sdk.responses.stream(model="gpt-test", input=asking.words) as events:
        return str(events.get_final_response().output_text)


def _genai(asking: Asking) -> genai.Client:
    again = types.HttpRetryOptions(
        attempts=1 + asking.retries, initial_delay=0.001, jitter=0.001, http_status_codes=[429, 500, 529]
    )
    # Its timeout is for everything at once; connecting takes part in it.
    options = types.HttpOptions(
        timeout=int(asking.patience * 1000), retry_options=again, client_args={"event_hooks": asking.ear.hooks}
    )
    return genai.Client(api_key="AIza-secret", vertexai=False, http_options=options)


def _content(asking: Asking) -> str:
    with _genai(asking) as sdk:
        return str(sdk.models.generate_content(model="gemini-3-pro", contents=asking.words).text)


def _content_streamed(asking: Asking) -> str:
    with _genai(asking) as sdk:
        pieces = sdk.models.generate_content_stream(model="gemini-3-pro", contents=asking.words)
        return "".join(piece.text or "" for piece in pieces)


def _ollama(asking: Asking) -> ollama.Client:
    return ollama.Client(timeout=asking.timeout, event_hooks=asking.ear.hooks)


def _chat(asking: Asking) -> str:
    return str(_ollama(asking).chat("qwen3", asking.messages).message.content)


def _chat_streamed(asking: Asking) -> str:
    pieces = _ollama(asking).chat("qwen3", asking.messages, stream=True)
    return "".join(piece.message.content or "" for piece in pieces)


def _openai_document(choices: bool) -> bytes:
    if not choices:
        return json.dumps(response("completed", Events().text(SAID).output, COUNTS)).encode()
    message = {"role": "assistant", "content": SAID}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-test",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
            "usage": openai_chat_streams.COUNTS,
        }
    ).encode()


_JSON = [("content-type", "application/json")]
_BUSY = {"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}
_OPENAI_BUSY = {"message": "Busy", "type": "server_error", "param": None, "code": "busy"}
_CHAT = openai_chat_streams.text("Two ", "words.") + openai_chat_streams.delta({}, finish="stop")
_GEMINI = [
    gemini_streams.piece(gemini_streams.text("Two ")),
    gemini_streams.piece(gemini_streams.text("words")),
    gemini_streams.piece(gemini_streams.text("."), finish="STOP", usage=gemini_streams.USAGE),
]
_OLLAMA = [ollama_streams.chat("Two "), ollama_streams.chat("words."), ollama_streams.chat(done=True)]


def _events(stream: bytes) -> list[bytes]:
    return [event + b"\n\n" for event in stream.split(b"\n\n")[:-1]]


def _rows() -> list[Client]:
    to_anthropic: dict[str, Any] = {
        "refusal": json.dumps(_BUSY).encode(),
        "says": "overloaded_error: Busy",
        "errors": (anthropic.APIError, httpx.HTTPError),
    }
    to_openai: dict[str, Any] = {
        "refusal": json.dumps({"error": _OPENAI_BUSY}).encode(),
        "says": "busy: Busy",
        "errors": (openai.APIError, httpx.HTTPError, RuntimeError),
    }
    to_gemini: dict[str, Any] = {
        "refusal": json.dumps(gemini_streams.ERROR).encode(),
        "says": "RESOURCE_EXHAUSTED: Quota exceeded.",
        "errors": (errors.APIError, httpx.HTTPError, ValueError),
    }
    to_ollama: dict[str, Any] = {
        "refusal": b'{"error":"Busy"}',
        "says": "Busy",
        "tries_again": False,
        "errors": (ollama.ResponseError, httpx.HTTPError, ValueError),
    }
    failed_response = Events().text("Half").add("error", code="busy", message="Busy", param=None)
    gemini_whole = gemini_streams.piece(gemini_streams.text(SAID), finish="STOP", usage=gemini_streams.USAGE)
    return [
        Client(
            "anthropic",
            _messages_streamed,
            provider.message_events(["Two ", "words."]),
            _EVENTS,
            some=5,
            failing=provider.event("error", error=_BUSY["error"]),
            **to_anthropic,
        ),
        Client("anthropic whole", _messages, _halves(provider.message_json(SAID)), _JSON, **to_anthropic),
        Client(
            "chat",
            _completion_streamed,
            _events(_CHAT + openai_chat_streams.END),
            _EVENTS,
            failing=b"data: %b\n\n" % json.dumps({"error": _OPENAI_BUSY}).encode(),
            **to_openai,
        ),
        Client("chat whole", _completion, _halves(_openai_document(choices=True)), _JSON, **to_openai),
        Client(
            "responses",
            _response_streamed,
            _events(Events().text("Two ", "words.").end().stream()),
            _EVENTS,
            some=9,
            failing=_events(failed_response.stream())[-1],
            **to_openai,
        ),
        Client("responses whole", _response, _halves(_openai_document(choices=False)), _JSON, **to_openai),
        Client(
            "genai",
            _content_streamed,
            [gemini_streams.sse(each) for each in _GEMINI],
            _EVENTS,
            failing=gemini_streams.sse(gemini_streams.ERROR),
            **to_gemini,
        ),
        Client("genai whole", _content, _halves(json.dumps(gemini_whole).encode()), _JSON, **to_gemini),
        Client(
            "ollama",
            _chat_streamed,
            [ollama_streams.lines(each) for each in _OLLAMA],
            _LINES,
            failing=ollama_streams.lines({"error": "Busy"}),
            **to_ollama,
        ),
        Client(
            "ollama whole",
            _chat,
            _halves(ollama_streams.lines(ollama_streams.chat(SAID, done=True))),
            _JSON,
            **to_ollama,
        ),
    ]


CLIENTS = _rows()
