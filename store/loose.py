"""The loose form of a conversation: what was said, without what clients drop, move or lay out anew.

It is made of neutral blocks, so conversations of different wire formats compare. System prompts, reminders, thinking
and white space are dropped, ids of calls too; a side's texts in one message are one.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from store.reading import Block
from store.wire.javascript import rewritten

_REMINDERS: Final = ("system-reminder", "session_context", "environment_context")
_SPACE: Final = re.compile(r"\s+")


class Atom(NamedTuple):
    """One thing that was said or done."""

    role: str
    kind: str
    text: str


def atoms_of(blocks: Iterable[Block]) -> tuple[Atom, ...]:
    """The atoms of one message."""
    found: list[Atom] = []
    for block in blocks:
        if block.role == "system" or block.kind in ("thinking", "error", "refusal"):
            continue
        text = _text(block)
        if block.kind == "text" and not text:
            continue
        last = found[-1] if found else None
        if block.kind == "text" and last is not None and (last.role, last.kind) == (block.role, "text"):
            found[-1] = last._replace(text=last.text + text)
        else:
            found.append(Atom(block.role, block.kind, text))
    return tuple(found)


def joined(messages: Iterable[Sequence[Atom]]) -> list[Atom]:
    """Atoms of a conversation. Texts of an answer that a client sends back in several messages are one."""
    found: list[Atom] = []
    for message in messages:
        for atom in message:
            last = found[-1] if found else None
            if last is not None and (last.role, last.kind) == (atom.role, atom.kind) == ("assistant", "text"):
                found[-1] = last._replace(text=last.text + atom.text)
            else:
                found.append(atom)
    return found


class Echo(NamedTuple):
    """How much of an answer stands at the beginning of what a client sent after it."""

    kind: str  # full | partial | none (nothing was sent back) | other
    weight: int  # characters that agree


def echo(answer: Sequence[Atom], rest: Sequence[Atom]) -> Echo:
    """Compare an answer with what follows its request in a later one."""
    sent = list(answered(rest))
    if not sent or not answer:
        return Echo("other" if sent else "none", 0)
    same = 0
    while same < len(sent) and same < len(answer) and sent[same] == answer[same]:
        same += 1
    weight = sum(len(atom.text) for atom in sent[:same])
    if same == len(answer):
        return Echo("full", weight)
    if same == len(sent):
        return Echo("partial", weight)
    cut, whole = sent[same], answer[same]
    if same == len(sent) - 1 and cut[:2] == whole[:2] and whole.text.startswith(cut.text):
        return Echo("partial", weight + len(cut.text))
    return Echo("other", weight)


def answered(atoms: Sequence[Atom]) -> Sequence[Atom]:
    """The answer that ``atoms`` begin with."""
    end = next((place for place, atom in enumerate(atoms) if atom.role != "assistant"), len(atoms))
    return atoms[:end]


def last_answer(atoms: Sequence[Atom]) -> tuple[Sequence[Atom], Atom | None]:
    """The last answer in ``atoms``, and what stands before it."""
    end = next((place for place in range(len(atoms), 0, -1) if atoms[place - 1].role == "assistant"), 0)
    start = next((place for place in range(end, 0, -1) if atoms[place - 1].role != "assistant"), 0)
    return atoms[start:end], atoms[start - 1] if start else None


def after_request(request: Sequence[Atom], later: Sequence[Atom]) -> tuple[Sequence[Atom], bool] | None:
    """What follows ``request`` in a later conversation, and whether all of the request is there.

    A tail of the request that nobody answered may be gone (clients append reminders for one request only). None where
    the later conversation does not go on from the request.
    """
    same = 0
    while same < len(request) and same < len(later) and request[same] == later[same]:
        same += 1
    if same == len(request):
        return later[same:], True
    tail = request[same:]
    if any(atom.role == "assistant" for atom in tail) or same == len(later):
        return None
    here, there = tail[0], later[same]
    if here[:2] == there[:2] and there.text and here.text.startswith(there.text):
        return later[same + 1 :], False
    if here[:2] == there[:2] and there.text.startswith(here.text):  # what the client added stands in the same message
        return later[same + 1 :], False
    return (later[same:], False) if there.role == "assistant" and same else None


def sealed(block: Block) -> str:
    """What a block holds that only the provider can read, and clients send back as it came; else ``""``."""
    value = block.data.get("encrypted_content") if isinstance(block.data, dict) else None
    return value if isinstance(value, str) else ""


def _text(block: Block) -> str:
    if block.kind == "other":
        return sealed(block) or f"{block.name} {block.text} {_json(block.data)}"
    if block.kind in ("tool-call", "server-tool-call"):
        return f"{block.name} {_json(block.data)}"
    return _SPACE.sub("", _without_reminders(block.text))


def _without_reminders(text: str) -> str:
    """``text`` less what clients inject; in one pass, as a pattern would go back for every opening without an end."""
    for name in _REMINDERS:
        opening, closing = f"<{name}>", f"</{name}>"
        kept: list[str] = []
        position = 0
        while (start := text.find(opening, position)) >= 0 and (end := text.find(closing, start)) >= 0:
            kept.append(text[position:start])
            position = end + len(closing)
        text = "".join((*kept, text[position:])) if position else text
    return text


def _json(value: Any) -> str:
    try:
        return json.dumps(rewritten(value), sort_keys=True)
    except (RecursionError, ValueError):
        return ""
