"""Clients that name their session in headers whichever wire format they speak: opencode, and pi to OpenAI."""

import re
from typing import Final

from store.headers import Headers, header
from store.reading import Identity

CLIENT: Final = "opencode"
_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")
_TITLE_PROMPT: Final = "You are a title generator."
_SESSIONS: Final = ("session_id", "x-session-id", "x-session-affinity")  # pi; opencode


def read_identity(headers: Headers, client: str, version: str, *system: str) -> Identity:
    """Who speaks; ``system`` are the texts of the system prompt, or the first of them. Never raises.

    Ids become names of sessions, so one with odd characters is treated as absent.
    """
    session = next((found for name in _SESSIONS if (found := _id(header(headers, name)))), "")
    parent = _id(header(headers, "x-parent-session-id"))
    is_title = any(text.lstrip().startswith(_TITLE_PROMPT) for text in system)
    role = "aux:title" if is_title else "sub" if parent else "main"
    if parent:  # opencode's subagents are sessions of their own, which name the one that they work for
        return Identity(client=client, version=version, session=parent, thread=session, role=role)
    return Identity(client=client, version=version, session=session, role=role)


def _id(text: str) -> str:
    return text if _ID.match(text) else ""
