"""One line for what was said."""

import pytest

from store.summary import first_line, subject

GUIDE = "# AGENTS.md instructions for /home/x/shop\n\n<INSTRUCTIONS>\nBe kind.\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n  \n  one \ntwo", "one"),
        ("<system-reminder>a\nb</system-reminder>\nc", "c"),
        ("<environment_context>\n  <cwd>/home/x</cwd>\n</environment_context>", ""),
        (f"{GUIDE}</INSTRUCTIONS>\nCount", "Count"),
        (GUIDE + "and more of it\n" * 2000, ""),
        ("# AGENTS.md instructions for nobody", "# AGENTS.md instructions for nobody"),
        ("<system-reminder>a", "<system-reminder>a"),
        ("<system-reminder>" + "a\n" * 20_000 + "</system-reminder> <hook_context>b</hook_context>\n c\n", "c"),
        ("<user_instructions>\n\na\n</user_instructions>", ""),
        ("a <system-reminder>b</system-reminder>", "a"),
        ("x" * 300, "x" * 200),
    ],
)
def test_the_first_line_is_the_first_that_somebody_said(text: str, line: str) -> None:
    assert first_line(text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\n\n### Step 7 — Errors\nand so on", "Step 7 — Errors"),
        ("* * *\n***\n> - **Note:** two", "Note: two"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("<system-reminder>a</system-reminder>\n## Count", "Count"),
        ("#hashtag -x **", "#hashtag -x **"),
        ("-5 is less than 3 > 2", "-5 is less than 3 > 2"),
        ("__init__.py is empty", "__init__.py is empty"),
        ("**a** and **b**", "a and **b**"),
        ("---", "---"),
        ("###", "###"),
        ("```" * 60_000, "```" * 66 + "``"),
        ("", ""),
    ],
)
def test_a_subject_is_what_stands_behind_the_marks_of_its_line(text: str, line: str) -> None:
    assert subject(text) == line
