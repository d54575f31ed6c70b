"""The Anthropic Messages API: ``POST …/v1/messages`` and ``…/v1/messages/count_tokens``, streamed and not.

Any host and any path prefix will do, as gateways have theirs. The parts: `identity` (who speaks), `blocks` (content
to blocks), `answer` and `stream` (what came back), `usage` (token counts), `link` (link form). Commands that only show
a turn need `blocks` alone, so the others are imported where they are used.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from store.canonical import loads
from store.headers import Headers
from store.reading import Answer, Block, Identity, Members, Plain
from store.wire.anthropic.blocks import content_blocks

_PATHS: Final = ("/v1/messages", "/v1/messages/count_tokens")
_ROLES: Final = ("user", "assistant", "system")


class Messages(Plain):
    """See `store.reading.Wire` for what each member means."""

    name = "anthropic.messages"
    version = 2
    conversation = "messages"
    spawn_tools: tuple[str, ...] = ("Agent", "Task")  # Claude Code's; it was Task before it was Agent

    def claims(self, url_path: str, members: Members) -> bool:
        """By path. Members of a readable body must name a model, or some other service has the same path."""
        return url_path.rstrip("/").endswith(_PATHS) and (not members or "model" in members)

    def identity(self, headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
        """Claude Code names itself in headers and in ``metadata.user_id``; others only in their User-Agent."""
        from store.wire.anthropic.identity import read_identity

        return read_identity(headers, members, first)

    def folder(self, opening: Sequence[bytes]) -> str:
        """Claude Code tells it in a message of the system's."""
        from store.wire.anthropic.identity import told_folder

        return told_folder(opening)

    def model(self, url_path: str, members: Members) -> str:
        """The ``model`` member; the path has none."""
        model = loads(members.get("model", b""))
        return model if isinstance(model, str) else ""

    def link_form(self, element: Any) -> Any:
        """See `store.wire.anthropic.link`."""
        from store.wire.anthropic.link import link_form

        return link_form(element)

    def request_blocks(self, element: Any) -> tuple[Block, ...]:
        """The blocks of one element of ``messages``."""
        if not isinstance(element, dict) or "content" not in element:
            return (Block("user", "other", data=element),)
        role = element.get("role")
        return content_blocks(role if role in _ROLES else "user", element["content"])

    def system_blocks(self, members: Members) -> tuple[Block, ...]:
        """The ``system`` member, a string or a list of text blocks."""
        if "system" not in members:
            return ()
        system = loads(members["system"])
        if system is None:
            return ()
        return (
            content_blocks("system", system)
            if isinstance(system, str | list)
            else (Block("system", "other", text=members["system"].decode("utf-8", "replace")),)
        )

    def tools(self, members: Members) -> tuple[tuple[str, Any], ...]:
        """The ``tools`` member. Server tools have a name too; one without is called by its type."""
        tools = loads(members.get("tools", b""))
        if not isinstance(tools, list):
            return ()
        return tuple((_tool_name(tool), tool) for tool in tools)

    def answer(self, body: bytes, content_type: str, status: int) -> Answer:
        """An event stream, a message, a token count or an error, whichever the body is."""
        from store.wire.anthropic.answer import read_answer

        return read_answer(body, content_type, status)


def _tool_name(tool: Any) -> str:
    named = (tool.get("name"), tool.get("type")) if isinstance(tool, dict) else ()
    return next((name for name in named if isinstance(name, str)), "")


WIRE: Final = Messages()
