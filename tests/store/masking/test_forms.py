"""What is more of a text that streams, and what is not: it must not wait, as it may be the last that a client reads."""

import json
from typing import Any

import pytest

from store.masking.masking import Masking
from store.masking.stream import StreamMasker

MASKING = Masking(bytes(32))


def event(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def gemini(text: str, reason: str) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": reason}]}


def chat(text: str, reason: str) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


def ollama(text: str, reason: str) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": text}, "done_reason": reason}


def typed(text: str, reason: str) -> dict[str, Any]:
    return {"type": f"delta.{reason}", "text": text}


@pytest.mark.parametrize("shape", [gemini, chat, ollama, typed])
def test_an_end_of_the_same_members_is_not_more_of_the_same(shape: Any) -> None:
    masker = StreamMasker(MASKING)
    for text in ("one ", "two "):
        masker.feed(event(shape(text, "")))
    assert masker.is_more(event(shape("three ", "")))
    assert not masker.is_more(event(shape("three ", "STOP")))
    assert masker.feed(event(shape("three ", "STOP"))) == event(shape("three ", "STOP"))
