"""What the screens look like at three sizes, to the letter. What differs from run to run is drawn as dots."""

import re
from pathlib import Path

import kafka_session
import pytest
from tui_pilot import record, running

GOLDEN = Path(__file__).parents[1] / "golden" / "tui" / "screens"
LOOKS = {
    "sessions": ([], ("14 turns", "$")),
    "timeline": (["enter", "e"], ("[all] main  sub 1", "of 200k", "turn 8 of 14", "so far", "step 1/3")),
    "request": (["2"], ("[2 request]", "13 messages, 4 tools")),
    "response": (["3"], ("[3 response]", "turn 8 · 200 · complete")),
    "context": (["x"], ("[4 context]", "as reported")),
    "diff": (["d"], ("[5 diff]", "request of turn 8 against turn 7")),
    "raw": (["6"], ("[6 raw]", '{"id": "msg_1"')),
    "headers": (["7"], ("[7 headers]", "user-agent: claude-cli")),
    "detail": (["1", "enter"], ("[1 step]", "1 failed, 41 passed")),
    "prompt": (["enter", "colon"], ("hash, HEAD~2, session, tag",)),
    "help": (["escape", "question_mark"], ("next turn", "╯")),
}
"""Screen -> keys to press from the screen before on, and what stands there once all of it is there."""


def still(text: str) -> str:
    """The picture without hashes, and without ages, which end a line."""
    without_hashes = re.sub(r"\b[0-9a-f]{9,64}\b", lambda found: "·" * len(found[0]), text)
    return re.sub(r" +(\d+[dhmy]|now) *$", "  ···", without_hashes, flags=re.MULTILINE) + "\n"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])
async def test_screens_have_their_pictures(tmp_path: Path, size: tuple[int, int]) -> None:
    archive = record(tmp_path / "archive", kafka_session.exchanges())
    drawn: dict[str, str] = {}
    async with running(archive, size) as deck:
        for name, (keys, awaited) in LOOKS.items():
            await deck.press(*keys)
            drawn[name] = still(await deck.see(*awaited))
    expected = {name: (GOLDEN / f"{name}-{size[0]}x{size[1]}.txt").read_text("utf-8") for name in LOOKS}
    assert drawn == expected
