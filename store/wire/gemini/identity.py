"""Who speaks to Gemini: client, session, role and working directory.

Gemini CLI sends a session id inside the envelope of Code Assist and none at all with an API key. Its side calls ask
for JSON of a shape of their own, or offer nothing but the search tool. Ids become names of sessions, so one with odd
characters is treated as absent.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from store.canonical import loads
from store.headers import Headers, header
from store.reading import Identity, Members
from store.wire import opencode
from store.wire.gemini.blocks import member, parts_of, string
from store.wire.products import product

_CLI: Final = "gemini-cli"
_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")
_CWD: Final = re.compile(
    r"(?:I'm currently working in the directory: |\*\*Workspace Directories:\*\*\s+- )(\S[^\r\n]{0,4095})"
)
_SIDE_CALLS: Final = {
    "next_speaker": "aux:next-speaker",
    "model_choice": "aux:router",
    "complexity_score": "aux:router",
    "confidence": "aux:loop-check",
    "corrected_target_snippet": "aux:edit-fix",
    "corrected_new_string": "aux:edit-fix",
}


def read_identity(headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
    """Never raises; see `store.reading.Identity`."""
    client, version = product(header(headers, "user-agent"))
    if client.startswith("geminicli"):  # GeminiCLI-tui, and what it is called elsewhere
        client = _CLI
    if client == opencode.CLIENT:
        system = loads(members.get("systemInstruction", b""))
        return opencode.read_identity(headers, client, version, *(string(part, "text") for part in parts_of(system)))
    session = loads(members.get("session_id", b""))
    text = "\n".join(string(part, "text") for part in parts_of(first))
    cwd = _CWD.search(text) if client == _CLI else None
    return Identity(
        client=client,
        version=version,
        session=session if isinstance(session, str) and _ID.match(session) else "",
        role=_side_call(members) if client == _CLI else "main",
        cwd=cwd[1] if cwd else "",
    )


def _side_call(members: Members) -> str:
    tools = members.get("tools", b"[]").strip()
    if len(tools) < 64 and b"googleSearch" in tools:  # not parsed: the tools of the main line are 50 KB
        return "aux:web-search"
    if tools != b"[]":
        return "main"
    config = loads(members.get("generationConfig", b""))
    schema = member(config, "responseJsonSchema") or member(config, "responseSchema")
    asked = member(schema, "properties")
    if not isinstance(asked, dict):
        return "main"
    return next((role for name, role in _SIDE_CALLS.items() if name in asked), "aux:json")
