"""A program on a real pseudo-terminal, and what a person would see of it.

`Screen` is a terminal that knows only the sequences with which Textual draws; everything else that a program writes to
it is kept in ``foreign``, so that a test can tell whether something recorded got through.
"""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.cells import cell_len

ROOT = Path(__file__).parents[2]
_SEQUENCE = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)(?P<end>[ -/]*[@-~])|\x1b\](?P<command>[^\x07\x1b]*)(?:\x07|\x1b\\)"
)
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?\Z")
_TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
_OWN = re.compile(
    r"[0-9;]*m"  # how to draw
    r"|\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # modes of the terminal
    r"|\?(?:2026|2048)\$p|[<>=][0-9;]*u"  # what the terminal can do, and how it reports keys
)
_COLOUR = re.compile(r"(?:[34]8;(?:2;\d+;\d+;\d+|5;\d+)|(?<!\d)(?:3|4|9|10)[0-7](?!\d))")
_POINTER = re.compile(r"22;[a-z-]*")


class Screen:
    """What stands on a terminal of this size, and its ``colours``; ``foreign`` is what no program of ours writes."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.foreign: list[str] = []
        self.clipboard: list[str] = []
        self.colours: set[str] = set()
        self.painted = 0
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._rest = ""

    def feed(self, data: bytes) -> None:
        """What the program wrote next."""
        text = self._rest + self._decoder.decode(data)
        self._rest = ""
        at = 0
        while at < len(text):
            if found := _TEXT.match(text, at):
                self._write(found[0])
            elif found := _SEQUENCE.match(text, at):
                self._obey(found)
            elif _BEGUN.match(text, at):
                self._rest = text[at:]
                return
            elif text[at] in "\r\n":
                self._row, self._column = (self._row + 1, self._column) if text[at] == "\n" else (self._row, 0)
            else:
                self.foreign.append(text[at : at + 12])
            at = found.end() if found else at + 1

    def _obey(self, found: re.Match[str]) -> None:
        command = found["command"]
        if command is not None:
            if command.startswith("52;c;"):
                self.clipboard.append(command.removeprefix("52;c;"))
            elif not _POINTER.fullmatch(command):
                self.foreign.append(found[0])
        elif found["end"] == "H":
            row, _, column = found["parameters"].partition(";")
            self._row, self._column = int(row or 1) - 1, int(column or 1) - 1
        elif not _OWN.fullmatch(found["parameters"] + found["end"]):
            self.foreign.append(found[0])
        elif found["end"] == "m":
            self.colours.update(_COLOUR.findall(found["parameters"]))

    def _write(self, text: str) -> None:
        if text.isascii() and 0 <= self._row < self.rows:
            end = min(self._column + len(text), self.columns)
            self._cells[self._row][self._column : end] = text[: end - self._column]
            self._column += len(text)
            self.painted += len(text)
            return
        if any(unicodedata.category(character) in ("Cf", "Cs", "Zl", "Zp") for character in text):
            self.foreign.append(text)
        for character in text:
            width = cell_len(character)
            if 0 <= self._row < self.rows and 0 <= self._column < self.columns:
                if width:
                    self._cells[self._row][self._column] = character
                    self._cells[self._row][self._column + 1 : self._column + width] = [""] * (width - 1)
                else:  # it stands over the one before it
                    self._cells[self._row][max(self._column - 1, 0)] += character
            self._column += width
            self.painted += width

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        return ["".join(row).rstrip() for row in self._cells]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)


class Terminal:
    """A program that runs on a terminal. Times are `time.perf_counter`'s."""

    def __init__(self, descriptor: int, process: int, screen: Screen, started: float) -> None:
        self.screen = screen
        self.process = process
        self.started = started
        self._descriptor = descriptor
        self.code: int | None = None

    def press(self, keys: str) -> float:
        """Type; when."""
        at = time.perf_counter()
        os.write(self._descriptor, keys.encode())
        return at

    def until(self, condition: Callable[[Screen], bool], seconds: float = 30) -> float:
        """Wait until the screen is like that; when what made it so arrived."""
        at, deadline = time.perf_counter(), time.perf_counter() + seconds
        while not condition(self.screen):
            arrived = self._read(deadline)
            if arrived is None:
                raise AssertionError(f"not on the screen within {seconds} s:\n{self.screen.text}")
            at = arrived
        return at

    def see(self, *texts: str, seconds: float = 30) -> float:
        """Wait until all these texts are on the screen; when the last of them came."""
        try:
            return self.until(lambda screen: all(text in screen.text for text in texts), seconds)
        except AssertionError as error:
            raise AssertionError(f"{texts} {error}") from None

    def settle(self, quiet: float = 0.05, seconds: float = 30) -> None:
        """Wait until nothing was written for so long."""
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline and self._read(time.perf_counter() + quiet) is not None:
            pass

    def end(self, seconds: float = 30) -> int:
        """Wait until the program ends; its exit code."""
        deadline = time.perf_counter() + seconds
        while self._read(deadline) is not None:
            pass
        if time.perf_counter() > deadline:
            raise AssertionError(f"it did not end within {seconds} s:\n{self.screen.text}")
        return self._reap()

    def memory(self) -> int:
        """Bytes of memory that are the program's own or its share of what others have too."""
        rollup = Path(f"/proc/{self.process}/smaps_rollup").read_text("ascii")
        return next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))

    def _read(self, deadline: float) -> float | None:
        """Read once; when it came, None where nothing did in time or the program has ended."""
        left = deadline - time.perf_counter()
        if left < 0 or not select.select([self._descriptor], [], [], left)[0]:
            return None
        try:
            data = os.read(self._descriptor, 1 << 16)
        except OSError:  # how Linux says that the other side is closed
            return None
        at = time.perf_counter()
        self.screen.feed(data)
        return at if data else None

    def _reap(self) -> int:
        if self.code is None:
            _, status = os.waitpid(self.process, 0)
            self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def close(self) -> None:
        """End the program if it still runs."""
        if self.code is None:
            os.kill(self.process, signal.SIGKILL)
            self._reap()
        os.close(self._descriptor)


@contextmanager
def on_terminal(
    words: Sequence[str], size: tuple[int, int] = (80, 24), environment: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """A program on a terminal of so many columns and rows."""
    variables = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
    variables = {name: value for name, value in variables.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    started = time.perf_counter()
    process, descriptor = pty.fork()
    if process == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        os.execve(words[0], list(words), {**variables, **(environment or {})})
    terminal = Terminal(descriptor, process, Screen(*size), started)
    try:
        yield terminal
    finally:
        terminal.close()


def deck_words(archive: Path, *rest: str) -> list[str]:
    """The command line of ``deck`` on this archive."""
    main = "import sys; from deck.cli import main; sys.exit(main())"
    return [sys.executable, "-c", main, "--archive", str(archive), *rest]
