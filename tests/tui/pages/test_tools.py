"""Tool calls and results as the step page shows them: a picture in text of each, and whatever a model may write.

``python tests/tui/pages/test_tools.py`` makes the pictures in ``tests/golden/tui`` again, to be looked at.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deck.tui.document import Document, Writer
from deck.tui.layout import Layout
from deck.tui.pages.blocks import outcome_title
from deck.tui.pages.tools import write_call, write_outcome
from store.reading import Block

GOLDEN = Path(__file__).parents[2] / "golden" / "tui"
WIDTH = 72

PATCH = """*** Begin Patch
*** Update File: src/producer.ts
@@ class Producer
 import { Kafka } from "kafkajs";
-const TOPIC = "orders-v2";
+const TOPIC = "orders-v1";
*** Add File: notes.md
+# Notes
+The topic was renamed back.
*** Delete File: old.txt
*** End Patch
"""
TODOS = [
    {"content": "Find the topic", "status": "completed", "activeForm": "Finding the topic"},
    {"content": "Rename it", "status": "in_progress", "activeForm": "Renaming it", "priority": "high"},
    {"content": "Run the tests", "status": "pending", "activeForm": "Running the tests"},
]
FILE = "".join(f"line {n}\n" for n in range(1, 13))

CALLS: dict[str, tuple[str, Any, str, bool]] = {
    "bash": (
        "Bash",
        {"command": "cd src &&\n  npm test -- --watch=false", "description": "Run the tests", "timeout": 120000},
        "Exit code 1\nFAIL test/producer.test.ts\n\x1b[31m  1 failed\x1b[0m, 41 passed",
        True,
    ),
    "edit": (
        "Edit",
        {"file_path": "/w/beta.txt", "old_string": FILE, "new_string": FILE.replace("7", "seven"), "replace_all": True},
        "The file /w/beta.txt has been updated successfully.",
        False,
    ),
    "multi_edit": (
        "MultiEdit",
        {
            "file_path": "/w/a.py",
            "edits": [
                {"old_string": "x = 1", "new_string": "x = 2"},
                {"old_string": "", "new_string": "y = 3\nz = 4", "why": "new"},
            ],
        },
        "Applied 2 edits to /w/a.py",
        False,
    ),
    "write": (
        "Write",
        {
            "file_path": "/w/a.py",
            "content": "def f(x):\n    return x  # a comment that is so long that it needs a row more\n",
        },
        "File created successfully at: /w/a.py",
        False,
    ),
    "read": (
        "Read",
        {"file_path": "/w/src/producer.ts", "offset": 9, "limit": 3},
        "     9→const kafka = new Kafka();\n    10→\n    11→export {};\n\n<system-reminder>Careful</system-reminder>",
        False,
    ),
    "read_failed": ("Read", {"file_path": "/w/none.txt"}, "File does not exist.\nLook elsewhere.", True),
    "grep": (
        "Grep",
        {
            "pattern": "orders-v\\d",
            "path": "src",
            "glob": "*.ts",
            "output_mode": "content",
            "-n": True,
            "-i": True,
            "-C": 1,
        },
        "src/a.ts-3-// the topic\nsrc/a.ts:4:const TOPIC = 'orders-v2';\n--\nsrc/b.ts:10:send('orders-v1')",
        False,
    ),
    "glob": ("Glob", {"pattern": "**/*.ts"}, "/w/src/a.ts\n/w/src/b.ts", False),
    "task": (
        "Task",
        {
            "description": "Find uses",
            "subagent_type": "Explore",
            "prompt": "Look into **src** only.\n\n- `a.ts`\n- `b.ts`",
        },
        "Only `a.ts` names it:\n\n| line | text |\n|---|---|\n| 4 | `orders-v2` |",
        False,
    ),
    "todo": ("TodoWrite", {"todos": TODOS}, "Todos have been modified successfully.", False),
    "codex_shell": (
        "shell",
        {"command": ["bash", "-lc", "rg -n orders src | head -3"], "workdir": "/w", "timeout_ms": 10000, "login": True},
        json.dumps({"output": "src/a.ts:4:orders-v2\n", "metadata": {"exit_code": 0, "duration_seconds": 0.3}}),
        False,
    ),
    "codex_shell_failed": (
        "exec_command",
        {"cmd": "npm test", "yield_time_ms": 1000},
        "Chunk ID: 3a\nWall time: 1.2 seconds\nProcess exited with code 1\nOutput:\n1 failed",
        False,
    ),
    "codex_shell_patch": ("shell_command", {"command": f"apply_patch <<'EOF'\n{PATCH}EOF\n"}, "Success.", False),
    "codex_patch": (
        "apply_patch",
        PATCH,
        "Exit code: 0\nWall time: 0.1 seconds\nOutput:\nSuccess. Updated the following files:\nM src/producer.ts",
        False,
    ),
    "codex_exec": ("exec", "const r = await tools.exec_command({cmd: 'ls'});\ntext(r.output)", "a.ts\nb.ts", False),
    "generic": (
        "mcp__db__query",
        {"sql": "select *\nfrom orders", "limit": 5, "options": {"timeout": 1.5, "tags": ["a", "b"], "note": "x" * 60}},
        "5 rows",
        False,
    ),
}


def pictured(name: str) -> str:
    tool, data, said, failed = CALLS[name]
    call = Block("assistant", "tool-call", name=tool, data=data)
    result = Block("tool", "tool-result", text=said, is_error=failed)
    out = Writer()
    out.line(f"→ {tool}")
    write_call(out, call)
    out.line(outcome_title(result, "")[0])
    write_outcome(out, call, result)
    return drawn(out.done())


def drawn(document: Document) -> str:
    """The document as it stands on the screen."""
    layout = Layout(document, WIDTH)
    layout.measure(3600)
    rows = [layout.row(number) for number in range(layout.height)]
    return "".join(f"{' ' * row.indent}{row.text}".rstrip() + "\n" for row in rows if row is not None)


@pytest.mark.parametrize("name", CALLS)
def test_each_tool_has_its_picture(name: str) -> None:
    assert pictured(name) == (GOLDEN / f"{name}.txt").read_text("utf-8")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted({name for tool in CALLS.values() if isinstance(tool[1], dict) for name in tool[1]})
ARGUMENTS = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6) | JSON


@settings(max_examples=40)
@given(st.sampled_from(sorted({tool[0] for tool in CALLS.values()})), ARGUMENTS, st.text(max_size=80), st.booleans())
def test_whatever_a_model_writes_is_drawn(tool: str, data: Any, said: str, failed: bool) -> None:
    out = Writer()
    call = Block("assistant", "tool-call", name=tool, data=data)
    write_call(out, call)
    write_outcome(out, call, Block("tool", "tool-result", text=said, is_error=failed))
    assert all(line.text.isprintable() for line in out.lines if line.text.isascii())


WORDS = st.dictionaries(
    st.sampled_from([*NAMES, "other"]), st.sampled_from(["onlyhere", 7, [1, "onlyhere"]]), min_size=1
)


@settings(max_examples=40)
@given(st.sampled_from(sorted({tool[0] for tool in CALLS.values()})), WORDS)
def test_no_argument_goes_unseen(tool: str, data: dict[str, Any]) -> None:
    out = Writer()
    write_call(out, Block("assistant", "tool-call", name=tool, data=data))
    shown = "\n".join(line.text for line in out.lines)
    assert shown.count("onlyhere") >= json.dumps(data).count("onlyhere")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for each in CALLS:
        (GOLDEN / f"{each}.txt").write_text(pictured(each), "utf-8")
