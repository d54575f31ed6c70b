"""What the agent of a made-up session does: tool calls and what they print, mixed as in real coding sessions."""

import random
from dataclasses import dataclass
from typing import Any

from session_texts import Files, prose


@dataclass(frozen=True, slots=True)
class Action:
    """A tool call and its result."""

    name: str
    input: dict[str, Any]
    result: str
    is_error: bool = False


class Agent:
    """Chooses actions over a working tree."""

    def __init__(self, rng: random.Random, folder: str) -> None:
        self._rng = rng
        self._folder = folder
        self._files = Files(rng)

    def actions(self) -> list[Action]:
        """The parallel calls of one answer: mostly one, up to three."""
        count = self._rng.choices((1, 2, 3), (78, 14, 8))[0]
        makers = self._rng.choices((self._read, self._edit, self._bash, self._grep), (34, 22, 32, 12), k=count)
        return [maker() for maker in makers]

    def prompt(self) -> str:
        """What the user asks next."""
        return f"{prose(self._rng, self._rng.randint(60, 700))} See {self._files.any()}."

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _read(self) -> Action:
        name = self._files.any()
        count = self._rng.randint(8, 47)
        start = self._rng.randrange(max(1, self._files.length(name) - count))
        arguments = {"file_path": self._path(name), "offset": start + 1, "limit": count}
        return Action("Read", arguments, self._files.read(name, start, count))

    def _edit(self) -> Action:
        name = self._files.any()
        path = self._path(name)
        if self._rng.random() < 0.06:
            arguments = {"file_path": path, "old_string": prose(self._rng, 40), "new_string": "pass"}
            return Action(
                "Edit", arguments, "<tool_use_error>String to replace not found in file.</tool_use_error>", True
            )
        old, new = self._files.edit(name)
        done = f"The file {path} has been updated successfully."
        return Action("Edit", {"file_path": path, "old_string": old, "new_string": new, "replace_all": False}, done)

    def _grep(self) -> Action:
        word = self._files.word()
        arguments = {"pattern": word, "path": self._folder, "output_mode": "content", "-n": True}
        return Action("Grep", arguments, self._files.grep(word, self._rng.randint(4, 25)))

    def _bash(self) -> Action:
        kind = self._rng.choice((self._listing, self._tests, self._history))
        command, description, printed = kind()
        failed = "FAILED" in printed
        arguments = {"command": f"cd {self._folder} && {command}", "description": description}
        return Action("Bash", arguments, f"Exit code 1\n{printed}" if failed else printed, failed)

    def _listing(self) -> tuple[str, str, str]:
        names = self._rng.sample(self._files.names(), self._rng.randint(5, 16))
        lines = [
            f"-rw-r--r--  1 dev dev {self._rng.randint(400, 60_000):6d} Nov {self._rng.randint(1, 20):2d}"
            f" {self._rng.randint(0, 23):02d}:{self._rng.randint(0, 59):02d} {name}"
            for name in sorted(names)
        ]
        return "ls -la src", "List the sources", "\n".join(lines)

    def _tests(self) -> tuple[str, str, str]:
        rng = self._rng
        files = rng.sample(self._files.names(), rng.randint(3, 9))
        endings = ("",) * 24 + ("F",)
        lines = [
            f"tests/test_{name.split('/')[-1]} {'.' * rng.randint(2, 40)}{rng.choice(endings)} [{part:3d}%]"
            for part, name in zip(range(9, 100, 10), files, strict=False)
        ]
        passed, seconds = rng.randint(40, 400), rng.random() * 30
        if any("F" in line for line in lines):
            word = self._files.word()
            lines += [
                f"    def test_{word}():",
                f">       assert {word}() == {rng.randint(1, 999)}",
                f"E       AssertionError: assert {rng.randint(1, 999)} == {rng.randint(1, 999)}",
                f"FAILED {files[0]}::test_{word} - AssertionError",
                f"1 failed, {passed} passed in {seconds:.2f}s",
            ]
        else:
            lines.append(f"{passed} passed in {seconds:.2f}s")
        return "python -m pytest -q", "Run the tests", "\n".join(lines)

    def _history(self) -> tuple[str, str, str]:
        lines = [
            f"{self._rng.getrandbits(28):07x} {prose(self._rng, 30)[:70]}" for _ in range(self._rng.randint(3, 14))
        ]
        return f"git log --oneline -{len(lines)}", "Show recent commits", "\n".join(lines)
