"""Commands and their arguments, without any machinery that costs start-up time.

A command is one file in ``deck/commands/``: a constant ``NAME`` (the word on the command line) and one public
function named like the file, with plain values as defaults and annotations of the form
``Annotated[TYPE, "help", "-x"]`` (a further text is a short option). Positional parameters are arguments,
keyword-only ones are options, ``*name: str`` takes what is left. The function returns the exit code and raises
`deck.diagnostics.Problem` or a `store.errors.StoreError`. A word's file has ``_`` for ``-``, and a ``_`` at its end
where the word is a keyword of Python; adding a file adds a command.

`parse_plainly` reads most command lines from the function's code object alone. What it does not take for certain
(short options, numbers, lists, errors, help) it leaves to `deck.typer_app`, which takes the same functions and gives
the same calls.
"""

import importlib
import os
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from deck import commands

Command = Callable[..., int]
Call = tuple[tuple[str, ...], dict[str, Any]]

_TEXT = ("str", "str | None")
_FLAG = "bool"


def stems() -> list[str]:
    """The command files, without suffix, in alphabetical order."""
    return sorted(
        file[:-3]
        for folder in commands.__path__
        for file in os.listdir(folder)
        if file.endswith(".py") and not file.startswith("_")
    )


def word_of(stem: str) -> str:
    """The word on the command line for a command file."""
    return stem.removesuffix("_").replace("_", "-")


def find(word: str) -> str | None:
    """The command file for a word on the command line, or None."""
    return next((stem for stem in stems() if word_of(stem) == word), None)


def load(stem: str) -> Command:
    """The command's function, from its file."""
    module: ModuleType = importlib.import_module(f"{commands.__name__}.{stem}")
    function: Command = getattr(module, stem)
    return function


def parse_plainly(function: Command, arguments: Sequence[str]) -> Call | None:
    """The positional and keyword arguments for ``function``, or None where a full parser has to judge.

    Takes plain words for text parameters, ``--flag``, ``--option value`` and ``--option=value``.
    """
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    options = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    types = {name: type_of(function, name) for name in (*positional, *options)}
    words: list[str] = []
    chosen: dict[str, Any] = {}
    left = iter(arguments)
    for argument in left:
        if not argument.startswith("-"):
            words.append(argument)
            continue
        text, equals, value = argument[2:].partition("=")
        name = text.replace("-", "_")
        if not argument.startswith("--") or "_" in text or name not in options:
            return None
        if types[name] == _FLAG and not equals:
            chosen[name] = True
        elif types[name] in _TEXT:
            given = value if equals else next(left, "-")
            if not equals and given.startswith("-"):  # missing, or perhaps meant as the next option
                return None
            chosen[name] = given
        else:
            return None
    required = len(positional) - len(function.__defaults__ or ())
    if not required <= len(words) <= len(positional):
        return None
    if any(types[name] not in _TEXT for name in positional[: len(words)]):
        return None
    if set(options) - set(chosen) - set(function.__kwdefaults__ or ()):
        return None
    return tuple(words), chosen


def type_of(function: Command, name: str) -> str:
    """The type of a parameter, as text; ``from __future__ import annotations`` leaves annotations so."""
    annotation = function.__annotations__.get(name)
    if not isinstance(annotation, str) or not annotation.startswith("Annotated["):
        return ""
    return annotation.removeprefix("Annotated[").partition(",")[0].strip()
