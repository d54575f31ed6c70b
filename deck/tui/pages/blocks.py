"""A block of a message as lines: text rendered, a tool call as the tool would see it, images by what they are.

What writes one kind of block is imported for that kind: the first picture of a session waits for this module.
"""

from typing import Any

from rich.style import Style

from deck.render import plural
from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.pages.viewing import Viewing
from store.reading import Block

CALLS = ("tool-call", "server-tool-call")
RESULTS = ("tool-result", "server-tool-result")
_LONG = 2000  # characters of a text in JSON that is folded; image data, mostly


def write_block(out: Writer, block: Block, viewing: Viewing, indent: int = 0) -> None:
    """One block under a line that says what it is."""
    title, style = _title(block)
    out.line(title, style, indent)
    write_content(out, block, viewing, indent + 2)


def write_content(out: Writer, block: Block, viewing: Viewing, indent: int = 0, call: Block | None = None) -> None:
    """What a block holds, without a title; ``call`` is what a result answers, where that is known."""
    if viewing.raw:
        from deck.to_json import block_json

        write_json(out, block_json(block), viewing, indent)
    elif viewing.plain and block.kind in ("text", *CALLS, *RESULTS):
        out.text(_plain(block), indent=indent)
    elif block.kind in CALLS:
        from deck.tui.pages.tools import write_call

        write_call(out, block, indent)
    elif block.kind in RESULTS:
        from deck.tui.pages.tools import write_outcome

        write_outcome(out, call, block, indent)
        _write_data(out, block, viewing, indent)
    elif block.kind == "thinking":
        out.text(block.text or "(withheld by the provider)", palette.THINKING if block.text else palette.FAINT, indent)
    elif block.kind == "text":
        from deck.tui.markdown import write_markdown

        write_markdown(out, block.text, indent)
    else:
        if block.text:
            out.text(block.text, palette.ERROR if block.is_error else palette.PLAIN, indent)
        _write_data(out, block, viewing, indent)


def write_json(out: Writer, value: Any, viewing: Viewing, indent: int = 0) -> None:
    """A value as JSON, long texts in it folded."""
    from deck.tui.pages.tools.generic import as_json, write_code

    write_code(out, as_json(value if viewing.unfolded else _folded(value)), "json", indent)


def _write_data(out: Writer, block: Block, viewing: Viewing, indent: int) -> None:
    """What a block holds besides its text: images in words, the rest as JSON."""
    from deck.pictures import pictures_of

    pictures = pictures_of(block)
    for picture in pictures:
        can_be_drawn = picture.coded and picture.media_type == "image/png"
        hidden = " (f draws it)" if can_be_drawn and not viewing.unfolded else ""
        out.line(f"▣ {picture.words()}{hidden}", palette.RESULT, indent)
        if viewing.unfolded and picture.coded:
            from deck.tui.pages.picture import write_picture

            write_picture(out, picture, indent)
    parts = block.data if isinstance(block.data, list) else [block.data]
    if block.data is not None and len(parts) > len(pictures):
        write_json(out, block.data, viewing, indent)
    elif block.data is None and not block.text:
        out.line("(empty)", palette.FAINT, indent)


def _plain(block: Block) -> str:
    """What a block says: its text, or the texts in a call."""
    if block.kind not in CALLS:
        return block.text
    if isinstance(block.data, dict):
        return "\n".join(f"{name}: {said}" for name, value in block.data.items() if (said := _said(value)))
    return _said(block.data)


def _said(value: Any) -> str:
    """A text, or the words of a command; empty for what takes more to be shown."""
    words = value if isinstance(value, list) else [value]
    return " ".join(words) if all(isinstance(word, str) for word in words) else ""


def _title(block: Block) -> tuple[str, Style]:
    if block.kind in CALLS:
        return f"→ {block.name or 'tool'}", palette.TOOL
    if block.kind in RESULTS:
        return outcome_title(block, block.name)
    if block.kind == "thinking":
        return "thinking", palette.THINKING
    if block.kind == "text":
        return (block.role, palette.USER if block.role == "user" else palette.STRONG)
    return f"{block.role} {block.kind}", palette.ERROR if block.kind in ("error", "refusal") else palette.STRONG


def outcome_title(result: Block, tool: str, *notes: str) -> tuple[str, Style]:
    """How a result is called: whether it went well, of which tool it is, how long it is, and what else is known."""
    verdict = ("↳ error" if result.is_error else "↳ ok") + (f" of {tool}" if tool else "")
    size = plural(result.text.rstrip("\n").count("\n") + 1, "line") if result.text else ""
    words = " · ".join(part for part in (verdict, size, *notes) if part)
    return words, palette.ERROR if result.is_error else palette.RESULT


def _folded(value: Any, depth: int = 0) -> Any:
    """A value with long texts replaced by their length."""
    if isinstance(value, str):
        return value if len(value) <= _LONG else f"({plural(len(value), 'character')}, f unfolds)"
    if depth > 50:
        return value
    if isinstance(value, dict):
        return {key: _folded(item, depth + 1) for key, item in value.items()}
    return [_folded(item, depth + 1) for item in value] if isinstance(value, list) else value
