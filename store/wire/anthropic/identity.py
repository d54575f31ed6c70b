"""Who speaks the Messages API: client, session, thread and role, from headers and members.

What is known of Claude Code was read from recorded requests of versions 2.1.197 to 2.1.329, and from what is known of
1.0 and 2.0. Any other client may name its session in the same two places. Ids become names of sessions, so one with
odd characters is treated as absent.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from store.canonical import loads
from store.headers import Headers, header
from store.reading import Identity, Members
from store.wire import opencode
from store.wire.products import product

_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")
_OLD_USER_ID: Final = re.compile(r"user_.*_session_([0-9A-Fa-f-]{36})\Z", re.DOTALL)
_TELLS: Final = "orking directory: "
_CWD: Final = re.compile(rf"(?: - Primary w|W){_TELLS}(\S[^\r\n]{{0,4095}})$", re.MULTILINE)  # a whole line
_TITLE_PROMPTS: Final = (
    "Generate a concise, sentence-case title",
    "Analyze if this message indicates a new conversation topic.",  # before: asked with every prompt
)
_TITLE_MEMBERS: Final = ({"title"}, {"title", "isNewTopic"})
_SESSIONS: Final = 64  # that go on at once, whose system prompts are remembered


def read_identity(headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
    """Never raises; see `store.reading.Identity`."""
    client, version = product(header(headers, "user-agent"))
    if client == opencode.CLIENT:
        return opencode.read_identity(headers, client, version, *_system_texts(members.get("system", b"")))
    session = _id(header(headers, "x-claude-code-session-id")) or _session_of_user_id(members)
    if client != "claude-code":
        return Identity(client=client, version=version, session=session, role=_role(thread="", members=members))
    thread = _id(header(headers, "x-claude-code-agent-id"))
    return Identity(
        client=client,
        version=version,
        session=session,
        thread=thread,
        role=_side_call(members, first) or _role(thread, members),
        cwd=_told_by_system(members.get("system", b"")),
    )


def _role(thread: str, members: Members) -> str:
    # max_tokens is required by /v1/messages and not allowed by /v1/messages/count_tokens
    if "model" in members and "max_tokens" not in members:
        return "aux:count-tokens"
    return "sub" if thread else "main"


def _side_call(members: Members, first: Mapping[str, Any] | None) -> str:
    """Claude Code's own small requests: a title for the session, and one token to see what quota is left."""
    if members.get("tools", b"[]").strip() != b"[]":  # not parsed: real ones are 100 KB
        return ""
    texts = _system_texts(members.get("system", b""))
    if any(prompt in text for text in texts for prompt in _TITLE_PROMPTS):
        return "aux:title"
    if _answer_members(members) in _TITLE_MEMBERS:
        return "aux:title"
    if loads(members.get("max_tokens", b"")) == 1 and _only_text(first) == "quota":
        return "aux:quota-check"
    return ""


def _answer_members(members: Members) -> set[str]:
    """Names of the members that a structured answer was asked to have."""
    value = loads(members.get("output_config", b""))
    for member in ("format", "schema", "properties"):
        value = value.get(member) if isinstance(value, dict) else None
    return set(value) if isinstance(value, dict) else set()


def _only_text(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list) and len(content) == 1 and isinstance(content[0], dict):
        content = content[0].get("text")
    return content if isinstance(content, str) else ""


def _session_of_user_id(members: Members) -> str:
    """``metadata.user_id`` is a string: JSON with a ``session_id``, or ``user_…_account_…_session_<uuid>`` before."""
    metadata = loads(members.get("metadata", b""))
    user_id = metadata.get("user_id") if isinstance(metadata, dict) else None
    if not isinstance(user_id, str):
        return ""
    value = loads(user_id)
    if isinstance(value, dict):
        return _id(value.get("session_id"))
    old = _OLD_USER_ID.match(user_id)
    return old[1] if old else ""


def told_folder(messages: Iterable[bytes]) -> str:
    """The working directory that a system message names: since 2.1.329 at the latest it is not in ``system``."""
    for message in messages:
        if _TELLS.encode() not in message:
            continue
        value = loads(message)
        if isinstance(value, dict) and value.get("role") == "system" and (found := _folder_in(_text_of(value))):
            return found
    return ""


def _folder_in(text: str) -> str:
    """The working directory that a line tells. Prompts have 30 KB: trying the pattern at each line costs 0.5 ms."""
    at = text.find(_TELLS)
    while at >= 0:
        if found := _CWD.match(text, text.rfind("\n", 0, at) + 1):
            return found[1]
        end = text.find("\n", at)
        at = text.find(_TELLS, end) if end >= 0 else -1
    return ""


def _text_of(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    return "\n".join(text for text in texts if isinstance(text, str))


@lru_cache(_SESSIONS)
def _told_by_system(raw: bytes) -> str:
    """The working directory that a ``system`` member names.

    The same 30 KB come with every request of a session, so the latest are remembered. (The recorder has them anyway.)
    """
    return next((found for text in _system_texts(raw) if (found := _folder_in(text))), "")


def _system_texts(raw: bytes) -> list[str]:
    system = loads(raw)
    parts = system if isinstance(system, list) else [{"text": system}]
    return [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.match(value) else ""
