"""Markdown that nothing recorded can break out of."""

import re
from pathlib import Path

from archives import HOSTILE, recorded
from exported import exported
from hypothesis import given
from hypothesis import strategies as st
from kafka_session import Clock, Thread, text

from deck.export.formats.md import fenced

BREAKING = "```\n# owned `*[x](y)\n````` x\n~~~\n<script>alert(1)</script>\n![x](https://example.org/x)\n" + HOSTILE


def outside_of_fences(markdown: str) -> list[str]:
    """Lines as a reader of CommonMark sees them: a fence ends with one that is as long at least, and nothing else."""
    found, fence = [], ""
    for line in markdown.split("\n"):
        ticks = re.match(r" {0,3}(`{3,})([^`]*)$", line)
        if not fence and ticks:
            fence = ticks[1]
        elif fence and ticks and len(ticks[1]) >= len(fence) and not ticks[2].strip():
            fence = ""
        elif not fence:
            found.append(line)
    assert not fence
    return found


@given(st.text(alphabet="`~ \nx", max_size=40))
def test_no_text_ends_its_fence(text: str) -> None:
    assert outside_of_fences(fenced(text) + "after") == ["", "after"]


def test_a_hostile_session(tmp_path: Path) -> None:
    thread = Thread(Clock())
    recorded(
        tmp_path / "a", [thread.send([text(BREAKING)], [text(BREAKING)]), thread.send([text("# *x*")], [text("y")])]
    )
    markdown = exported(tmp_path / "a", "md", everything=True).decode()
    lines = outside_of_fences(markdown)
    title, *headings = [line for line in lines if line.startswith("#")]
    assert title == r"# owned \`\*\[x\]\(y\)" and [line for line in headings if "owned" in line] == []
    assert [line for line in lines if re.search(r"(?<!\\)[<`*\[]", line)] == []
    assert "alert" not in "".join(lines)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2069]", markdown)


def test_what_is_read(tmp_path: Path) -> None:
    thread = Thread(Clock())
    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "a.py"}
    recorded(tmp_path / "a", [thread.send([text("List it.")], [call]), thread.send([result], [text("Done.")])])
    markdown = exported(tmp_path / "a", "md").decode()
    assert [line for line in markdown.splitlines() if line.startswith("#")] == [
        "# List it.",
        "## Turn 1",
        "### \\[0:00\\] user",
        "### \\[0:02\\] call Bash",
        "## Turn 2",
        "### \\[0:03\\] result of Bash",
        "### \\[0:05\\] assistant",
    ]
    assert "```text\ncommand: ls\n```" in markdown and "```text\na.py\n```" in markdown
