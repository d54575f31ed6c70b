"""OpenAI's SDK as a client, and the streams of its two formats as replies of the scripted provider."""

from typing import Any

import openai
from openai_chat_streams import STREAMS as CHATS
from openai_response_streams import BUILT, Events
from provider import CODINGS, Reply

HELLO: list[dict[str, Any]] = [{"role": "user", "content": "Say something."}]
EVENT_STREAM = [("content-type", "text/event-stream; charset=utf-8")]


def client(**options: Any) -> openai.OpenAI:
    """A client of https://api.openai.com that finds proxy and CA in the environment, and does not retry."""
    return openai.OpenAI(**{"api_key": "sk-openai-secret-0123456789", "max_retries": 0, "timeout": 30, **options})


def stream(body: bytes, coding: str = "", **options: Any) -> Reply:
    """A reply of one event a piece; with a content coding it is coded as a whole and cut into small pieces."""
    if coding:
        coded = CODINGS[coding](body)
        pieces = [coded[at : at + 40] for at in range(0, len(coded), 40)]
        return Reply(pieces, headers=[*EVENT_STREAM, ("content-encoding", coding)], **options)
    pieces = [event + b"\n\n" for event in body.split(b"\n\n")[:-1]]
    return Reply(pieces, headers=EVENT_STREAM, **options)


def chat_reply(name: str = "text and parallel tools", **options: Any) -> Reply:
    """A streamed completion."""
    return stream(CHATS[name], **options)


def response_reply(events: Events | str = "thoughts, text, parallel calls", **options: Any) -> Reply:
    """A streamed response."""
    return stream((BUILT[events] if isinstance(events, str) else events).stream(), **options)


def ask_chat(**options: Any) -> Any:
    """A streamed question to Chat Completions: the completion that the SDK accumulates."""
    with (
        client(**options) as sdk,
        sdk.chat.completions.stream(
            model="gpt-test",
            messages=HELLO,  # type: ignore[arg-type]
            stream_options={"include_usage": True},
        ) as events,
    ):
        return events.get_final_completion()


def ask_response(asked: Any = "Say something.", **members: Any) -> Any:
    """A streamed question to Responses: the final response."""
    with client() as sdk, sdk.responses.stream(model="gpt-test", input=asked, **members) as events:
        return events.get_final_response()
