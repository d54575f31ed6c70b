"""Recorded traffic from other tools into an archive: mitmproxy flow files and HAR.

Both are read by mitmdump itself (``-n -r``) with the same addon that captures live traffic, so an imported turn takes
the same way as a captured one; a turn that is already there is found again by its exchange key and not stored twice.
"""

import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deck.diagnostics import NOT_FOUND, Problem
from deck.import_limits import refuse_too_large
from deck.launch.proxy import CAPTURE, command
from deck.launch.roots import ensure_ca
from deck.launch.tally import Tally, read_report
from store.files import private_opener
from store.locations import ca_folder

_BEGIN = re.compile(rb"\d|(?:\xef\xbb\xbf)?\{")  # the length that a flow begins with; JSON
_LONGEST_BEGIN = 4
_FORMATS = "It takes what deck export wrote as jsonl, flow files of mitmproxy, and HAR."
_POLL_SECONDS = 0.1
_FAILED = re.compile(r"Failed to read .+?: (?P<reason>.+)$", re.MULTILINE)
_STAMP = re.compile(r"^\[[\d:.]+\] *")


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of one file; ``problem`` says why it could not be read to its end, or is empty."""

    tally: Tally
    problem: str


def refuse_other(file: Path) -> None:
    """Refuse what is no recording, by its first bytes. Raises `Problem` and `OSError`."""
    if file.is_dir():
        raise Problem(f"{file} is a folder", "Name the files in it.")
    if not file.is_file():
        raise Problem(f"{file}: no such file", code=NOT_FOUND)
    with file.open("rb") as opened:
        begin = opened.read(_LONGEST_BEGIN)
    if not begin:
        raise Problem(f"{file} is empty")
    if not _BEGIN.match(begin):
        raise Problem(f"{file} has no format that deck knows", _FORMATS)


def import_file(file: Path, archive: Path, hosts: Sequence[str], progress: Callable[[Tally], None]) -> Imported:
    """Import one flow file or HAR; ``progress`` gets the counts so far, some times a second.

    ``hosts`` (``name`` or ``name:port``) are model hosts beside the known providers. Raises `Problem` where the addon
    does not run.
    """
    refuse_too_large(file)
    with tempfile.TemporaryDirectory(prefix="deck-import-") as scratch:
        report, log = Path(scratch) / "report.json", Path(scratch) / "log"
        options = [
            f"confdir={ensure_ca(ca_folder()).parent}",
            f"deck_archive={archive}",
            f"deck_report={report}",
            *(f"deck_hosts={host}" for host in hosts),
        ]
        line = ["-q", "-n", "-r", str(file.absolute()), "-s", str(CAPTURE)]
        for option in options:
            line += ["--set", option]
        with open(log, "wb", opener=private_opener) as output:
            process = subprocess.Popen(
                command(line, None, None), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            try:
                while process.poll() is None:
                    progress(read_report(report) or Tally())
                    time.sleep(_POLL_SECONDS)
            finally:
                process.terminate()  # after Ctrl-C; an ended process takes no notice
                process.wait()
        said = log.read_text("utf-8", "replace")
        tally = read_report(report)
    failed = _FAILED.search(said)
    if tally is None or (process.returncode and not failed):
        lines = [_STAMP.sub("", line) for line in said.splitlines() if line.strip()]
        raise Problem(f"{file}: the import did not run: {lines[-1] if lines else 'mitmdump said nothing'}")
    return Imported(tally, failed["reason"] if failed else "")
