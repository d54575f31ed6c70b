"""The scratch project that the demo's agent repairs, and the tools it has there. The tools really run."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TOOL_SECONDS = 30
PROJECT = {
    "pricing.py": '''\
"""Prices."""


def discount(price: float, percent: float) -> float:
    """The price after a discount of `percent` (0 to 100)."""
    return round(price - price * percent, 2)
''',
    "cart.py": '''\
"""A shopping cart."""

from pricing import discount


def total(prices: list[float], percent: float = 0) -> float:
    """What the cart costs with the customer's discount."""
    return sum(discount(price, percent) for price in prices)
''',
    "test_cart.py": """\
import unittest

from cart import total
from pricing import discount


class Cart(unittest.TestCase):
    def test_total_with_discount(self) -> None:
        self.assertEqual(total([60, 40], percent=20), 80)

    def test_total_without_discount(self) -> None:
        self.assertEqual(total([60, 40]), 100)

    def test_discount_is_rounded_to_cents(self) -> None:
        self.assertEqual(discount(9.99, 10), 8.99)
""",
}


def _tool(name: str, purpose: str, /, **members: str) -> dict[str, Any]:
    properties = {member: {"type": "string", "description": text} for member, text in members.items()}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"name": name, "description": purpose, "input_schema": schema}


READING_TOOLS = (
    _tool("Bash", "Run a shell command in the project.", command="The command.", description="What it does."),
    _tool("Read", "Read a file of the project, with line numbers.", file_path="The file."),
)
TOOLS = (
    *READING_TOOLS,
    _tool(
        "Edit",
        "Replace one place in a file.",
        file_path="The file.",
        old_string="The text to replace; it must occur exactly once.",
        new_string="The text to put there.",
    ),
    _tool(
        "Agent",
        "Give a question to a subagent that can only read.",
        description="The task in a few words.",
        prompt="The question, complete.",
    ),
)


class ToolFailed(Exception):
    """A tool's failure, in the words the model gets."""


def set_up(folder: Path) -> None:
    """Write the project to ``folder``."""
    for name, text in PROJECT.items():
        (folder / name).write_text(text, "utf-8")


def use(name: str, arguments: Mapping[str, Any], folder: Path) -> str:
    """Run a tool other than ``Agent`` in the project; what it gives back. Raises `ToolFailed`."""
    if name == "Bash":
        return _bash(arguments["command"], folder)
    path = (folder / arguments["file_path"]).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ToolFailed("That file is not in the project.")
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ToolFailed(f"{arguments['file_path']}: {error.strerror}") from None
    if name == "Read":
        return "\n".join(f"{number:6}\t{line}" for number, line in enumerate(text.splitlines(), 1))
    if name == "Edit":
        if text.count(arguments["old_string"]) != 1:
            raise ToolFailed("old_string must occur exactly once.")
        path.write_text(text.replace(arguments["old_string"], arguments["new_string"]), "utf-8")
        return f"Changed {arguments['file_path']}."
    raise ToolFailed(f"There is no tool {name!r}.")


def _bash(command: str, folder: Path) -> str:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    environ = os.environ | {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_TOOL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ToolFailed(f"The command took longer than {_TOOL_SECONDS} s.") from None
    if done.returncode:
        raise ToolFailed(f"Exit code {done.returncode}\n{done.stdout}")
    return done.stdout
