"""Who speaks an OpenAI format: client, session, thread and role, from headers and members.

Codex (0.169, and 0.77 before its ids were named anew), opencode and pi name their session; others do not. Ids become
names of sessions, so one with odd characters is treated as absent.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from store.canonical import loads
from store.headers import Headers, header
from store.reading import Identity, Members
from store.wire import opencode
from store.wire.openai_parts import members_of, string, text_of
from store.wire.products import product

_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")
_TURN_METADATA: Final = "x-codex-turn-metadata"
_CODEX: Final = "codex"
_CWD: Final = re.compile(r"<cwd>([^<\r\n]{1,4096})</cwd>")
_AUXILIARY: Final = frozenset({"prewarm", "compaction", "title"})


def read_identity(headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
    """Never raises; see `store.reading.Identity`."""
    client, version = product(header(headers, "user-agent"))
    if client.startswith("codex"):
        return _codex(headers, members, version)
    return opencode.read_identity(headers, client, version, _opening(members, first))


def _codex(headers: Headers, members: Members, version: str) -> Identity:
    """Codex tells the same in headers, in a JSON header, and in ``client_metadata`` of the body; 0.77 has less."""
    extra = loads(members.get("client_metadata", b""))
    # on a socket the headers are those of its first request
    said = {**_metadata(header(headers, _TURN_METADATA)), **_metadata(string(extra, _TURN_METADATA))}

    def told(member: str, *names: str) -> str:
        places = (said.get(member), *(header(headers, name) for name in names), string(extra, member))
        return next((found for place in places if (found := _id(place))), "")

    session = told("session_id", "session-id", "session_id", "conversation_id")
    session = session or _id(loads(members.get("prompt_cache_key", b"")))
    thread = told("thread_id", "thread-id")
    parent = told("parent_thread_id", "x-codex-parent-thread-id")
    is_sub = bool(parent or header(headers, "x-openai-subagent") or string(extra, "x-openai-subagent"))
    kind = string(said, "request_kind")
    return Identity(
        client=_CODEX,
        version=version,
        session=session or thread,
        thread=thread if is_sub else "",
        role=f"aux:{kind}" if kind in _AUXILIARY else "sub" if is_sub else "main",
        cwd=string(said, "cwd"),
    )


def told_folder(messages: Iterable[bytes]) -> str:
    """The working directory in Codex's ``<environment_context>``, which is a user's message of its own."""
    for message in messages:
        if b"<environment_context>" not in message:
            continue
        value = loads(message)
        for part in members_of(value, "content"):
            if (text := string(part, "text")).startswith("<environment_context>") and (found := _CWD.search(text)):
                return found[1]
    return ""


def _metadata(text: str) -> dict[str, Any]:
    value = loads(text)
    return value if isinstance(value, dict) else {}


def _opening(members: Members, first: Mapping[str, Any] | None) -> str:
    """The beginning of the system prompt: Responses' ``instructions``, else the conversation's first message."""
    instructions = loads(members.get("instructions", b""))
    if isinstance(instructions, str):
        return instructions
    return text_of(first.get("content")) if isinstance(first, Mapping) else ""


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.match(value) else ""
