"""Words for made-up agent sessions, taken at run time from the Python that runs: its sources and its own manual.

Real English and real code compress as an agent's traffic does; random words or repeated filler do not. The same Python
version gives the same words; another version gives others of the same kind. Nothing is copied into this repository.
"""

import importlib
import inspect
import random
import re
import sysconfig
from functools import cache
from pathlib import Path
from pydoc_data.topics import topics
from typing import Any

_TYPES = ("string", "integer", "boolean", "array")
_TOOL_MODULES = ("shutil", "subprocess", "os", "tarfile", "difflib", "textwrap", "email.utils", "asyncio.streams")


@cache
def sentences() -> tuple[str, ...]:
    """Sentences of Python's manual, without its markup."""
    text = re.sub(r'[*"`]|\n\s*', lambda mark: " " if "\n" in mark.group() else "", " ".join(topics.values()))
    found = re.findall(r"[A-Z][^.!?]{25,220}[.!?](?= )", text)
    return tuple(dict.fromkeys(re.sub(r"\s+", " ", each) for each in found))


@cache
def sources() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(name, lines) of middle-sized files of the standard library."""
    root = Path(sysconfig.get_path("stdlib"))
    folders = (root, root / "asyncio", root / "email", root / "http", root / "json", root / "logging")
    paths = sorted(path for folder in folders for path in folder.glob("*.py"))
    files = ((f"src/{path.relative_to(root)}", path.read_text("utf-8")) for path in paths)
    return tuple((name, tuple(text.splitlines())) for name, text in files if 4_000 < len(text) < 60_000)


def prose(rng: random.Random, size: int) -> str:
    """About ``size`` characters of running text: neighbouring sentences, some of them as a list."""
    pool = sentences()
    out: list[str] = []
    length = 0
    while length < size:
        start = rng.randrange(len(pool) - 4)
        for sentence in pool[start : start + rng.randint(1, 3)]:
            out.append(("\n- " if rng.random() < 0.15 else " " if out else "") + sentence)
            length += len(out[-1])
    return "".join(out)[: int(size * 1.3)]


@cache
def tools(size: int) -> tuple[dict[str, Any], ...]:
    """Tool schemas of about ``size`` bytes in all: functions of the standard library, told as an agent tells tools."""
    rng = random.Random("tools")
    found: list[dict[str, Any]] = []
    length = 0
    for module_name in _TOOL_MODULES * 4:
        module = importlib.import_module(module_name)
        functions = [each for each in inspect.getmembers(module, inspect.isfunction) if not each[0].startswith("_")]
        for name, function in functions:
            title = "".join(word.title() for word in f"{module_name}_{name}".replace(".", "_").split("_"))
            if length >= size:
                return tuple(found)
            if any(each["name"] == title for each in found):
                continue
            found.append(_tool(rng, title, function))
            length += len(str(found[-1]))
    return tuple(found)


def _tool(rng: random.Random, title: str, function: Any) -> dict[str, Any]:
    properties = {
        name: {"description": rng.choice(sentences()), "type": rng.choice(_TYPES)}
        for name in list(inspect.signature(function).parameters)[:8]
    }
    usage = "\n".join(f"- {rng.choice(sentences())}" for _ in range(rng.randint(2, 9)))
    return {
        "name": title,
        "description": f"{inspect.getdoc(function) or title}\n\nUsage:\n{usage}",
        "input_schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
            "required": list(properties)[:2],
            "additionalProperties": False,
        },
    }


class Files:
    """The working tree that a session looks at and changes."""

    def __init__(self, rng: random.Random, count: int = 40) -> None:
        self._rng = rng
        self._files = {name: list(lines) for name, lines in rng.sample(sources(), count)}

    def names(self) -> list[str]:
        """Every file's name."""
        return list(self._files)

    def any(self) -> str:
        """A file; the first ones are looked at more often."""
        names = self.names()
        return names[min(int(self._rng.expovariate(5 / len(names))), len(names) - 1)]

    def read(self, name: str, start: int, count: int) -> str:
        """Lines as a Read tool prints them."""
        lines = self._files[name][start : start + count]
        return "\n".join(f"{number}\t{line}" for number, line in enumerate(lines, start + 1))

    def length(self, name: str) -> int:
        """Number of lines."""
        return len(self._files[name])

    def edit(self, name: str) -> tuple[str, str]:
        """Change a few lines; what stood there and what stands there now."""
        lines = self._files[name]
        at = self._rng.randrange(max(1, len(lines) - 6))
        old = lines[at : at + self._rng.randint(1, 5)]
        other = self._rng.choice(self._files[self.any()])
        new = [*old[:-1], other, *([old[-1]] if self._rng.random() < 0.6 else [])]
        lines[at : at + len(old)] = new
        return "\n".join(old), "\n".join(new)

    def grep(self, word: str, limit: int) -> str:
        """Lines that hold ``word``, as grep prints them."""
        found = [
            f"{name}:{number}:{line}"
            for name, lines in self._files.items()
            for number, line in enumerate(lines, 1)
            if word in line
        ]
        return "\n".join(found[:limit]) or "No matches found"

    def word(self) -> str:
        """An identifier that stands somewhere."""
        lines = self._files[self.any()]
        for _ in range(20):
            words = re.findall(r"[a-z_]{5,}", self._rng.choice(lines))
            if words:
                return str(self._rng.choice(words))
        return "return"
