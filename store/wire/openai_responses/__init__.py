"""OpenAI's Responses, ``POST …/responses`` and ``…/responses/compact``, over HTTP or one request of a WebSocket.

Any host and any path prefix will do (ChatGPT's login has ``/backend-api/codex/responses``). A request may name an
earlier response that the provider keeps (``previous_response_id``) and send only what comes after it. The parts:
`items` (items to blocks), `answer` and `stream` (what came back), `usage`, `link` (link form). Commands that only show
a turn need `items` alone, so the others are imported where they are used.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from store.canonical import loads
from store.headers import Headers
from store.reading import Answer, Block, Identity, Members, Plain
from store.wire.openai_responses.items import item_blocks

_PATHS: Final = ("/responses", "/responses/compact")


class Responses(Plain):
    """See `store.reading.Wire` for what each member means."""

    name = "openai.responses"
    version = 2
    conversation = "input"
    tool_item = b'"additional_tools"'
    spawn_tools: tuple[str, ...] = (
        *("collaboration.spawn_agent", "multi_agent_v1.spawn_agent", "spawn_agent"),  # Codex's
        "task",  # opencode's
    )

    def claims(self, url_path: str, members: Members) -> bool:
        """By path."""
        return url_path.rstrip("/").endswith(_PATHS)

    def identity(self, headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
        """Codex names itself in headers and ``client_metadata``; others in headers."""
        from store.wire.openai_identity import read_identity

        return read_identity(headers, members, first)

    def folder(self, opening: Sequence[bytes]) -> str:
        """Codex tells it in a message of its own."""
        from store.wire.openai_identity import told_folder

        return told_folder(opening)

    def model(self, url_path: str, members: Members) -> str:
        """The ``model`` member; the path has none."""
        return _string(members, "model")

    def link_form(self, element: Any) -> Any:
        """See `store.wire.openai_responses.link`."""
        from store.wire.openai_responses.link import link_form

        return link_form(element)

    def base(self, members: Members) -> str:
        """``previous_response_id``."""
        return _string(members, "previous_response_id")

    def echo(self, message: dict[str, Any]) -> tuple[Any, ...]:
        """The items of the output, one element each."""
        output = message.get("output")
        return tuple(output) if isinstance(output, list) else (message,)

    def request_blocks(self, element: Any) -> tuple[Block, ...]:
        """The blocks of one item of ``input`` (or of an ``input`` that is a text), or of a stored answer."""
        return item_blocks(element)

    def system_blocks(self, members: Members) -> tuple[Block, ...]:
        """The ``instructions`` member; developer messages are part of the conversation."""
        text = _string(members, "instructions")
        return (Block("system", "text", text=text),) if text else ()

    def tools(self, members: Members) -> tuple[tuple[str, Any], ...]:
        """The ``tools`` member, those of a namespace one by one; a tool without a name is called by its type."""
        tools = loads(members.get("tools", b""))
        return _named(tools)

    def placed_tools(self, element: Any) -> tuple[tuple[str, Any], ...]:
        """Those of an ``additional_tools`` item, which is where Codex has its tools."""
        placed = isinstance(element, dict) and element.get("type") == "additional_tools"
        return _named(element.get("tools")) if placed else ()

    def answer(self, body: bytes, content_type: str, status: int) -> Answer:
        """An event stream, messages of a WebSocket, a response or an error, whichever the body is."""
        from store.wire.openai_responses.answer import read_answer

        return read_answer(body, content_type, status)


def _string(members: Members, name: str) -> str:
    value = loads(members.get(name, b""))
    return value if isinstance(value, str) else ""


def _named(tools: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(named for tool in tools for named in _named_tools(tool)) if isinstance(tools, list) else ()


def _named_tools(tool: Any) -> list[tuple[str, Any]]:
    name = _tool_name(tool)
    inner = tool.get("tools") if isinstance(tool, dict) and tool.get("type") == "namespace" else None
    return [(f"{name}.{_tool_name(each)}", each) for each in inner] if isinstance(inner, list) else [(name, tool)]


def _tool_name(tool: Any) -> str:
    named = (tool.get("name"), tool.get("type")) if isinstance(tool, dict) else ()
    return next((name for name in named if isinstance(name, str)), "")


WIRE: Final = Responses()
