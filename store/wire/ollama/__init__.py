"""Ollama's own API: ``POST /api/chat`` and ``/api/generate``, streamed as one JSON object a line, and not.

`/api/generate` has a text, ``prompt``, where `/api/chat` has ``messages``; both are a conversation here. What Ollama
serves under ``/v1`` is OpenAI's API.
"""

from collections.abc import Mapping
from typing import Any, Final

from store.canonical import loads
from store.headers import Headers, header
from store.reading import Answer, Block, Identity, Members, Plain
from store.wire.ollama.blocks import message_blocks

_PATHS: Final = ("/api/chat", "/api/generate")


class Ollama(Plain):
    """See `store.reading.Wire` for what each member means."""

    name = "ollama"
    version = 1
    conversation = "messages"
    spawn_tools: tuple[str, ...] = ()

    def claims(self, url_path: str, members: Members) -> bool:
        """By path. Members of a readable body must name a model, or some other service has the same path."""
        return url_path.rstrip("/").endswith(_PATHS) and (not members or "model" in members)

    def identity(self, headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
        """Client and version from the User-Agent; the wire says no more."""
        from store.wire.products import product

        client, version = product(header(headers, "user-agent"))
        return Identity(client=client, version=version)

    def model(self, url_path: str, members: Members) -> str:
        """The ``model`` member."""
        model = loads(members.get("model", b""))
        return model if isinstance(model, str) else ""

    def link_form(self, element: Any) -> Any:
        """See `store.wire.ollama.link`."""
        from store.wire.ollama.link import link_form

        return link_form(element)

    def request_blocks(self, element: Any) -> tuple[Block, ...]:
        """The blocks of one message, or of a prompt."""
        return message_blocks(element, "user")

    def system_blocks(self, members: Members) -> tuple[Block, ...]:
        """The ``system`` member of `/api/generate`; in a chat it is a message."""
        system = loads(members.get("system", b""))
        return (Block("system", "text", text=system),) if isinstance(system, str) and system else ()

    def tools(self, members: Members) -> tuple[tuple[str, Any], ...]:
        """The ``tools`` member: functions in OpenAI's shape."""
        tools = loads(members.get("tools", b""))
        return tuple((_tool_name(tool), tool) for tool in tools) if isinstance(tools, list) else ()

    def answer(self, body: bytes, content_type: str, status: int) -> Answer:
        """Lines, one JSON object or an error, whichever the body is."""
        from store.wire.ollama.answer import read_answer

        return read_answer(body, status)


def _tool_name(tool: Any) -> str:
    function = tool.get("function") if isinstance(tool, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else ""


WIRE: Final = Ollama()
