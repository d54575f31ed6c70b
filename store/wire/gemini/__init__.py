"""Gemini's generateContent and streamGenerateContent, also inside the envelope of Code Assist, and on Vertex.

The method is the end of the path (``…/models/M:streamGenerateContent``), on any host and behind any prefix. Code
Assist (``/v1internal:…``) wraps request and answer; its members are read like bare ones, as `store.body` lays both
levels of the envelope side by side. Names come in camel case or snake case, as in every JSON form of a protocol buffer.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from store.canonical import loads
from store.headers import Headers
from store.reading import Answer, Block, Identity, Members, Plain
from store.wire.gemini.blocks import content_blocks, member

_METHODS: Final = (":generateContent", ":streamGenerateContent")
_MODEL: Final = re.compile(r"/(?:models|tunedModels|endpoints)/([^/:]+):")


class GenerateContent(Plain):
    """See `store.reading.Wire` for what each member means."""

    name = "gemini.generate-content"
    version = 1
    conversation = "contents"
    spawn_tools: tuple[str, ...] = ()

    def claims(self, url_path: str, members: Members) -> bool:
        """By the method at the end of the path, which no other service has."""
        return url_path.endswith(_METHODS)

    def identity(self, headers: Headers, members: Members, first: Mapping[str, Any] | None) -> Identity:
        """Gemini CLI names itself in its User-Agent; a session id is sent with Code Assist only."""
        from store.wire.gemini.identity import read_identity

        return read_identity(headers, members, first)

    def model(self, url_path: str, members: Members) -> str:
        """The model in the path, else the ``model`` member (Code Assist)."""
        found = _MODEL.search(url_path)
        if found:
            return unquote(found[1])
        model = loads(members.get("model", b""))
        return model.removeprefix("models/") if isinstance(model, str) else ""

    def link_form(self, element: Any) -> Any:
        """See `store.wire.gemini.link`."""
        from store.wire.gemini.link import link_form

        return link_form(element)

    def request_blocks(self, element: Any) -> tuple[Block, ...]:
        """The blocks of one element of ``contents``."""
        return content_blocks(element, "user")

    def system_blocks(self, members: Members) -> tuple[Block, ...]:
        """The ``systemInstruction`` member: a content, or just a text."""
        raw = members.get("systemInstruction", members.get("system_instruction"))
        if raw is None:
            return ()
        system = loads(raw)
        if not isinstance(system, dict):
            return (Block("system", "text", text=system),) if isinstance(system, str) else ()
        return tuple(block._replace(role="system") for block in content_blocks(system, "system"))

    def tools(self, members: Members) -> tuple[tuple[str, Any], ...]:
        """Each declared function, and tools of the provider's own (``googleSearch``) by their name."""
        tools = loads(members.get("tools", b""))
        found: list[tuple[str, Any]] = []
        for tool in tools if isinstance(tools, list) else [tools]:
            if not isinstance(tool, dict):
                continue
            for name, value in tool.items():
                if name in ("functionDeclarations", "function_declarations"):
                    functions = value if isinstance(value, list) else []
                    found += [(_name(each), each) for each in functions]
                else:
                    found.append((name, {name: value}))
        return tuple(found)

    def answer(self, body: bytes, content_type: str, status: int) -> Answer:
        """Events, a JSON array, one JSON answer or an error, whichever the body is."""
        from store.wire.gemini.answer import read_answer

        return read_answer(body, content_type, status)


def _name(function: Any) -> str:
    name = member(function, "name")
    return name if isinstance(name, str) else ""


WIRE: Final = GenerateContent()
