"""Codex's shell, under each of its names: a command at a prompt, what it printed, how it ended."""

import shlex

from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.codex_output import write_codex_output
from deck.tui.pages.tools.generic import write_command, write_notes
from deck.tui.pages.tools.patch import PATCH_BEGINS, write_patch
from deck.tui.pages.tools.view import ToolView

_SHELLS = ("bash", "sh", "zsh", "/bin/bash", "/bin/sh", "/bin/zsh")
_RUNS = ("-lc", "-c")


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    command = _command(arguments.texts("command")) or arguments.text("command", "cmd")
    begin, patch, rest = command.partition(PATCH_BEGINS)
    write_command(out, begin or command, indent)
    if patch:
        write_patch(out, patch + rest, indent)
    folder, why = arguments.text("workdir", "working_directory"), arguments.text("justification")
    timeout = arguments.number("timeout_ms")
    limit = f"at most {timeout / 1000:g} s" if timeout else ""
    write_notes(out, f"in {folder}" if folder else "", limit, why, indent=indent)


def _command(words: list[str]) -> str:
    """The command line that these words are; what a shell is told to run, where they only start one."""
    if len(words) == 3 and words[0] in _SHELLS and words[1] in _RUNS:
        return words[2]
    return shlex.join(words)


VIEW = ToolView(("shell", "shell_command", "exec_command", "local_shell", "container.exec"), _call, write_codex_output)
