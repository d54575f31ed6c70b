"""A result in a list says of which tool it is, and what failed."""

from pathlib import Path

import kafka_session
from tui_pilot import record

from deck.timeline import Timeline
from deck.tui import palette
from deck.tui.telling import told_steps

SHELL = "/nix/store/bash-5.3/bin/bash: line 1: "


def test_results_are_told_with_their_tools_and_with_what_failed(tmp_path: Path) -> None:
    talk = kafka_session.Thread(kafka_session.Clock())
    printed = ((f"Exit code 127\n\n{SHELL}frob: command not found", True), ("Exit code 2", True), ("4 files", False))
    calls = [kafka_session.call(n, "Bash", command="frob") for n in range(len(printed))]
    asked = talk.send([kafka_session.text("Mend it.")], calls)
    results = [kafka_session.result(n, said, failed=failed) for n, (said, failed) in enumerate(printed)]
    archive = record(tmp_path / "archive", [asked, talk.send(results, [kafka_session.text("Done.")])])
    with Timeline.open(archive) as timeline:
        rows = [row for row in told_steps(timeline, kafka_session.SESSION, 0, 100) if row.kind == "tool-result"]
        assert [(palette.look(row)[0], row.summary) for row in rows] == [
            ("↳ err Bash", "Exit code 127 · frob: command not found"),
            ("↳ err Bash", "Exit code 2"),
            ("↳ ok Bash", "4 files"),
        ]
