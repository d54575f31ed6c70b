"""Makes the pictures of the TUI in this folder: the app itself draws them, on what ``deck demo`` records.

python docs/screens/make.py      from the repository's root
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from tui_pilot import running  # noqa: E402  found through the path set above

PICTURES = {
    "timeline.svg": ((120, 32), ["enter", "e", "e"], "turn 3 · step 2"),
    "diff.svg": ((80, 24), ["enter", *"JJJJ", "d"], "request of turn 5 against turn 4"),
    "context.svg": ((80, 24), ["enter", "G", "x", "enter"], "tokens · as reported"),
}
"""File name -> size of the screen, keys to press from the sessions on, text that shows that all is there."""


def without_web_fonts(svg: str) -> str:
    """The picture without the fonts that it would load from elsewhere; the reader's own monospace font does."""
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


async def draw() -> None:
    """Draw every picture."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        demo = [sys.executable, "-m", "deck.cli", "demo", "--archive", str(archive)]
        subprocess.run(demo, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for name, (size, keys, awaited) in PICTURES.items():
            async with running(archive, size) as deck:
                await deck.see("1 of 1")
                for key in keys:
                    await deck.press(key)
                    await deck.pilot.pause()
                await deck.see(awaited)
                (HERE / name).write_text(without_web_fonts(deck.app.export_screenshot(title="deck")))


if __name__ == "__main__":
    asyncio.run(draw())
