"""The lines of the list of steps."""

from pathlib import Path

import kafka_session
import pytest
from tui_pilot import SMALL, record, running

from deck.tui.questions import Place

NAMES = ("Bash", "TaskUpdate", "mcp__linear__create_a_comment")


@pytest.mark.parametrize("columns", [40, SMALL[0], 120])
async def test_texts_stand_in_one_column_whatever_the_tools_are_called(columns: int, tmp_path: Path) -> None:
    talk = kafka_session.Thread(kafka_session.Clock())
    calls = [kafka_session.call(n, name, command="frob") for n, name in enumerate(NAMES)]
    asked = talk.send([kafka_session.text("Mend it.")], calls)
    results = [kafka_session.result(n, "done") for n in range(len(NAMES))]
    archive = record(tmp_path / "archive", [asked, talk.send(results, [kafka_session.text("Done.")])])
    async with running(archive, (columns, 30), Place(kafka_session.SESSION, 0)) as deck:
        text = await deck.see("↳ ok Bash", "↳ ok Task")
        rows = [line.partition("│")[0] for line in text.split("\n") if "↳ ok" in line]
        assert len({row.index("done") for row in rows}) == 1 and len(rows) == len(NAMES)
