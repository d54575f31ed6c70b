"""Which tool call started a subagent: the call's prompt is what the subagent is told first."""

from typing import TYPE_CHECKING, Final

from store.canonical import loads
from store.errors import StoreError
from store.link_turns import Turns
from store.link_values import AMBIGUOUS, Asked, Link, Parent
from store.loose import sealed

if TYPE_CHECKING:
    from store.archive import Archive

_PROMPTS: Final = (
    "prompt",
    "message",
    "task",
    "objective",
)  # of a tool's input, the first that is text, else the longest text


def spawned_by(archive: "Archive", turns: Turns, asked: Asked) -> Link:
    """The link of a subagent's first request, which has no history.

    Of calls whose prompts are contained in the first message the longest counts; calls that started a thread already do
    not. Two calls with the same prompt are not told apart.
    """
    session, tools = asked.speaker.session, asked.wire.spawn_tools
    if not session or not tools:
        return Link()
    blocks = [block for place in range(asked.count) for block in asked.blocks(place)]
    opening = "\n".join(block.text if block.kind == "text" else sealed(block) for block in blocks)
    found = [
        (len(prompt), turn, call)
        for turn, message, call in turns.open_calls(session, tools)
        if (prompt := _prompt(archive, asked, message, call)) and prompt in opening
    ]
    longest = max((size for size, _turn, _call in found), default=0)
    found = [each for each in found if each[0] == longest]
    if len(found) != 1:
        return Link(notes=(AMBIGUOUS,) if found else ())
    _size, turn, call = found[0]
    return Link((Parent(turn, "spawned-by", 1.0, call),), 0, session, call)


def _prompt(archive: "Archive", asked: Asked, message: bytes, call: str) -> str:
    try:
        element = loads(archive.objects.message(message).content)
    except StoreError:
        return ""  # damage to an earlier turn costs at most an edge
    elements = asked.wire.echo(element) if isinstance(element, dict) else ()
    blocks = (block for each in elements for block in asked.wire.request_blocks(each))
    data = next((block.data for block in blocks if block.call_id == call), None)
    texts = {name: text for name, text in data.items() if isinstance(text, str)} if isinstance(data, dict) else {}
    named = next((texts[name] for name in _PROMPTS if name in texts), None)
    text = max(texts.values(), key=len, default="") if named is None else named
    return text if text.strip() else ""
