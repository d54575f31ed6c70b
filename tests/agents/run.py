"""``python tests/agents/run.py``: real Claude Code and real Codex through `deck run`, held against their scripts.

Installs both from npm into a scratch folder, plays every play against a scripted provider on loopback, checks turns and
edges, and writes the table into docs/agents.md. Ends with 1 where anything is not as scripted. What the installed
version could not be made to do is in the table and no error. Without node or npm it says so and does nothing.
"""

import argparse
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "support"))

import claude_play
import codex_play
import npm
from agent_judge import Verdict, judge
from agent_page import put, table
from agent_play import Play
from agent_stage import perform

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "agents.md"


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description="Drive real agents through deck run and check what is recorded.")
    parser.add_argument("--claude", default="latest", metavar="VERSION", help="of @anthropic-ai/claude-code")
    parser.add_argument("--codex", default="latest", metavar="VERSION", help="of @openai/codex")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave programs and archives in this new folder")
    asked = parser.parse_args()
    if name := npm.missing():
        print(f"SKIPPED: real agents; {name} is not on this machine", file=sys.stderr)
        return 0
    plays = [*claude_play.plays(), *codex_play.plays()]
    wanted = {"@anthropic-ai/claude-code": asked.claude, "@openai/codex": asked.codex}
    if asked.keep is not None:
        return _play_all(plays, wanted, asked.keep)
    with tempfile.TemporaryDirectory(prefix="deck-agents-") as folder:
        return _play_all(plays, wanted, Path(folder))


def _play_all(plays: list[Play], wanted: dict[str, str], folder: Path) -> int:
    try:
        programs = npm.install(folder / "npm", wanted)
    except npm.NpmError as error:
        print(f"npm could not install the agents: {error}", file=sys.stderr)
        return 1
    verdicts = []
    for number, play in enumerate(plays, 1):
        print(f"{play.agent}, {play.way}", file=sys.stderr, flush=True)
        verdicts.append(judge(perform(play, programs, folder / f"play-{number}")))
        _tell(verdicts[-1])
    others = f"Node {npm.node_version()}, mitmproxy {version('mitmproxy')}."
    text = f"{others}\n\n{table(verdicts, npm.versions(folder / 'npm', wanted))}"
    print(text)
    put(_PAGE, text)
    return any(each.mistakes for each in verdicts)


def _tell(verdict: Verdict) -> None:
    missed = [move.label for move in verdict.played.play.script.missed]
    if missed:
        print(f"  NOT PROVOKED: {', '.join(missed)}", file=sys.stderr)
    for mistake in verdict.mistakes:
        print(f"  WRONG: {mistake}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
