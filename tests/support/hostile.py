"""What a recorded session may hold to drive, deceive or break the terminal of whoever looks at it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kafka_session import TITLE_ONLY, Clock, Thread, call, result, text

from deck.timeline import Timeline
from store.exchange import Exchange
from store.notes import Note, encode
from store.record import Recorder

EVERYTHING = "5e551011-0000-4000-8000-everything00"
"""The session that has them all."""

AGENT = "a1b2c3d4\x1b]0;owned\x07"
SUMMARY = (
    "The parser reads one character past the end of a string, and the test for it fails; nobody has mended it yet."
)

PAYLOADS = (
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x1b]8;id=1;file:///etc/passwd\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;aGFja2Vk\x07",
    "\x1b]52;p;aGFja2Vk\x1b\\",
    "\x1b]0;owned\x07",
    "\x1b]2;owned\x1b\\",
    "\x1b]9;a notification\x07",
    "\x1b]777;notify;a;b\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1b]4;1;rgb:00/00/00\x07",
    "\x1b]10;?\x07",
    "\x1b[2J\x1b[3J\x1b[H",
    "\x1bc",
    "\x1b#8",
    "\x1b[?1049l",
    "\x1b[?1000h\x1b[?2004l",
    "\x1b[6n\x1b[c\x1b[>q",
    "\x1b[201~ls\r",
    "\x1b[31;5mred\x1b[0m",
    "\x1b[5;5r\x1b[20T",
    "\x1b[8;1;1t\x1b[21t",
    "\x1bPq#0;2;0;0;0~\x1b\\",
    '\x1bP$q"p\x1b\\',
    "\x1bP0;1|17/6c73\x1b\\",
    "\x1b_Ga=T,f=24;AAAA\x1b\\",
    "\x1b^privacy\x1b\\",
    "\x1bXstring\x1b\\",
    "\x9b2J",
    "\x9d52;c;aGFja2Vk\x9c",
    "\x90q\x9c\x9e\x9f\x85",
    "an escape at the end \x1b",
    "\x1b[",
    "\x1b]52;c;without an end",
    "delete \x7f\x7f",
    "nothing \x00 there",
    "bell \x07\x07",
    "over\x08\x08\x08\x08under",
    "safe\rrm -rf /",
    "line\x0bbreaks\x0cof\x1cold\x1dkinds",
    "shift \x0eout\x0f",
    "\u202egnp.exe\u202c",
    "\u2066isolated\u2069 \u2067again",
    "mark \u200e\u200f\u061c",
    "zero\u200bwidth\u200c\u200d\u2060",
    "\ufeffmark of order",
    "soft\u00adhyphen\u034f\u180e",
    "tags \U000e0041\U000e0042\U000e007f",
    "annotated \ufff9a\ufffab\ufffb \ufffc",
    "lines\u2028of\u2029text\u0085s",
    "fillers \u115f\u1160\u3164\uffa0\u2800",
    "music \U0001d173\U0001d17a \U0001bca0",
    "lone \ud800 surrogate \udfff",
    "private \ue000 \U0010ffff \ufdd0",
    "[/nope][/]",
    "[@click=app.quit]quit[/]",
    "[@click='app.copy_to_clipboard(1)']x[/]",
    "[link=https://evil.example]link[/link]",
    "[bold red on white]$$\\[/]{x}%s%(x)d",
    "x" * 50_000,
    "a" + "\u0301" * 2_000,
    "漢字" * 3_000,
    "👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3" * 20,
    "\u0e33\u0eb3 ﷽ 𒐫 " * 50,
    "\t\t\ttabs\tand   \u3000spaces\u2003",
)
"""At least forty, each of its own kind."""


def session_of(payload: int) -> str:
    """The session of the payload at this place."""
    return f"5e551011-0000-4000-8000-{payload:012}"


def exchanges() -> Iterator[Exchange]:
    """A session per payload, which has it wherever text can be; then one session that has them all."""
    clock = Clock()
    for number, payload in enumerate(PAYLOADS):
        yield from with_one(payload, session_of(number), clock)
    yield from everything(clock)


def with_one(payload: str, session: str, clock: Clock) -> Iterator[Exchange]:
    """Title, project, model, prompt, call, subagent, answer, header, summary and error, each with the payload."""
    title = Thread(clock, session, tools=[], members=TITLE_ONLY)
    yield title.send([text("A title, please.")], [text(json.dumps({"title": payload}))])
    folder = f"<env>\nWorking directory: /w/{payload.splitlines()[0]}\n</env>"
    system = {"system": [text(f"{payload}\n{folder}")], "model": payload}
    thread = Thread(clock, session, members=system)
    asked = call(1, "Agent", description=payload, prompt=payload, subagent_type=payload)
    yield thread.send([text(payload), *pictures(payload)], [text(payload), asked])
    yield Thread(clock, session, agent=AGENT, members=system).send([text(payload)], [text(payload)])
    told = thread.send([result(1, payload, failed=True)], [text(f"<summary>{payload} {SUMMARY}</summary>")])
    header = (b"x-hostile", payload[:4000].encode("utf-8", "surrogatepass"))
    yield replace(
        told,
        request_headers=(*told.request_headers, header),
        response_headers=(*told.response_headers, header),
        response_body=told.response_body.replace(b'"claude-sonnet-4-6"', json.dumps(payload).encode()),
    )
    after = Thread(clock, session, messages=[{"role": "user", "content": [text(f"Continued: {payload} {SUMMARY}")]}])
    refused = json.dumps({"type": "error", "error": {"type": payload, "message": payload}}).encode()
    yield replace(after.send([text(payload)], []), status=400, response_body=refused)


def pictures(payload: str) -> list[dict[str, Any]]:
    """A picture and a paper with the payload for their kind, their place and their name."""
    at = {"type": "url", "url": payload}
    data = {"type": "base64", "media_type": payload, "data": "AAAA"}
    return [{"type": "image", "source": data}, {"type": "document", "title": payload, "context": payload, "source": at}]


def put_beside(archive: Path) -> None:
    """A note, a star and tags with payloads, as whoever made the archive may have put them there."""
    with Timeline.open(archive) as timeline, Recorder(timeline.archive) as recorder:
        (*_, turn) = timeline.turns(EVERYTHING)
        notes = [
            Note(turn.id, text=ATTACK, author=ATTACK),
            Note(turn.id, 1, text=ATTACK, author=ATTACK, tags=("star",)),
        ]
        for note in (*notes, Note(turn.id, ref="tags/5e漢字a\u0301\u0301")):
            recorder.put_note(encode(note))


def everything(clock: Clock) -> Iterator[Exchange]:
    """Three turns with every payload as prompt, thinking, answer, tool, argument, result, error, type and schema."""
    tools = [{"name": payload, "description": payload, "input_schema": {payload: payload}} for payload in PAYLOADS]
    thread = Thread(clock, EVERYTHING, tools=tools, members={"system": [text(payload) for payload in PAYLOADS]})
    calls = [
        call(number, payload[:200], **{payload[:200]: payload, "command": payload, "file_path": payload})
        for number, payload in enumerate(PAYLOADS)
    ]
    thinking = [{"type": "thinking", "thinking": payload, "signature": payload[:99]} for payload in PAYLOADS]
    yield thread.send([text(payload) for payload in PAYLOADS], [*thinking, *map(text, PAYLOADS), *calls])
    results = [result(number, payload, failed=number % 2 == 0) for number, payload in enumerate(PAYLOADS)]
    unknown = [{"type": payload[:200], "text": payload} for payload in PAYLOADS]
    yield thread.send(results, [*unknown, text("Done.")])
    kinds = ["Bash", "Edit", "MultiEdit", "Write", "Read", "Grep", "Glob", "Task", "TodoWrite", "shell", "apply_patch"]
    arguments = {"old_string": "\x1b[2J\n[/nope]", "new_string": "\u202e[@click=app.quit]x[/]", "todos": [ATTACK]}
    views = [
        call(900 + number, kind, command=ATTACK, file_path=ATTACK, pattern=ATTACK, content=ATTACK, **arguments)
        for number, kind in enumerate(kinds)
    ]
    yield thread.send([text("# " + ATTACK + "\n```python\n" + ATTACK + "\n```\n")], views)


ATTACK = "\n".join(payload for payload in PAYLOADS if len(payload) < 100)
"""All the short ones in one text."""
