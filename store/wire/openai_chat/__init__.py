"""OpenAI's Chat Completions, ``POST …/chat/completions``, and what compatible hosts make of it.

Any host and any path prefix will do; Azure has the model in the path. The parts: `blocks` (messages to blocks),
`answer`, `stream` and `choice` (what came back), `usage`, `link` (link form). Who speaks is read as for Responses, by
`store.wire.openai_identity`. Commands that only show a turn need `blocks` alone, so the others are imported where used.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from store.canonical import loads
from store.headers import Headers
from store.reading import Answer, Block, Identity, Members, Plain
from store.wire.openai_chat.blocks import message_blocks

_PATH: Final = "/chat/completions"
_DEPLOYMENT: Final = re.compile(r"/deployments/([^/]+)/")


class ChatCompletions(Plain):
    """See `store.reading.Wire` for what each member means."""

    name = "openai.chat"
    version = 1
    conversation = "messages"
    spawn_tools: tuple[str, ...] = ("task",)  # opencode's

    def claims(self, url_path: str, members: Members) -> bool:
        """By path."""
        return url_path.rstrip("/").endswith(_PATH)

    def identity(self, headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
        """Clients name themselves in headers; the format itself has no place for it."""
        from store.wire.openai_identity import read_identity

        return read_identity(headers, members, first)

    def model(self, url_path: str, members: Members) -> str:
        """The ``model`` member, else Azure's deployment in the path."""
        model = loads(members.get("model", b""))
        if isinstance(model, str) and model:
            return model
        found = _DEPLOYMENT.search(url_path)
        return unquote(found[1]) if found else ""

    def link_form(self, element: Any) -> Any:
        """See `store.wire.openai_chat.link`."""
        from store.wire.openai_chat.link import link_form

        return link_form(element)

    def echo(self, message: dict[str, Any]) -> tuple[Any, ...]:
        """The message; of several choices the first, which is what clients go on with where nobody chooses."""
        choices = message.get("choices")
        return (choices[0],) if isinstance(choices, list) and choices else (message,)

    def request_blocks(self, element: Any) -> tuple[Block, ...]:
        """The blocks of one element of ``messages``, or of a stored answer."""
        return message_blocks(element)

    def system_blocks(self, members: Members) -> tuple[Block, ...]:
        """None: system prompts are messages here."""
        return ()

    def tools(self, members: Members) -> tuple[tuple[str, Any], ...]:
        """The ``tools`` member, and the older ``functions``."""
        found: list[tuple[str, Any]] = []
        for member in ("tools", "functions"):
            tools = loads(members.get(member, b""))
            found += [(_tool_name(tool), tool) for tool in (tools if isinstance(tools, list) else ())]
        return tuple(found)

    def answer(self, body: bytes, content_type: str, status: int) -> Answer:
        """An event stream, a completion or an error, whichever the body is."""
        from store.wire.openai_chat.answer import read_answer

        return read_answer(body, content_type, status)


def _tool_name(tool: Any) -> str:
    """A function has its name inside; a tool of another type may have it outside, or only its type."""
    if not isinstance(tool, dict):
        return ""
    inner = tool.get(tool["type"]) if isinstance(tool.get("type"), str) else None
    named = (inner.get("name") if isinstance(inner, dict) else None, tool.get("name"), tool.get("type"))
    return next((name for name in named if isinstance(name, str)), "")


WIRE: Final = ChatCompletions()
