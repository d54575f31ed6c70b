"""Commands are found by their files, and read without typer exactly as with it."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from deck import typer_app
from deck.command_table import Command, find, load, parse_plainly, stems, word_of

COMMANDS = stems()


def options(function: Command) -> dict[str, str]:
    """Keyword parameters and the text of their types."""
    found = inspect.signature(function).parameters.values()
    return {p.name: str(p.annotation) for p in found if p.kind is p.KEYWORD_ONLY}


def lines(function: Command) -> Iterator[list[str]]:
    """Command lines: no argument, every argument, and each option alone."""
    arguments = [p for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    words = [f"word{n}" for n in range(len(arguments))]
    for n in range(sum(p.default is p.empty for p in arguments), len(words) + 1):
        yield words[:n]
    for name, kind in options(function).items():
        option = "--" + name.replace("_", "-")
        if kind.startswith("Annotated[bool"):
            yield [*words, option]
        elif kind.startswith("Annotated[str"):
            yield [option, "a value", *words]
            yield [*words, f"{option}=--value=x"]


def bound(function: Command, call: tuple[Any, dict[str, Any]]) -> dict[str, Any]:
    found = inspect.signature(function).bind(*call[0], **call[1])
    found.apply_defaults()
    return found.arguments


@pytest.mark.parametrize("stem", COMMANDS)
def test_both_ways_read_a_line_alike(stem: str) -> None:
    function = load(stem)
    calls: list[tuple[Any, dict[str, Any]]] = []

    def note(_function: Command, positional: Any, values: dict[str, Any]) -> int:
        calls.append((positional, values))
        return 7

    for line in lines(function):
        plain = parse_plainly(function, line)
        assert plain is not None or line == [], line
        if plain is not None:
            assert typer_app.invoke([stem], [word_of(stem), *line], note) == 7
            assert bound(function, plain) == bound(function, calls.pop()), line


@pytest.mark.parametrize("stem", COMMANDS)
def test_a_command_file_is_complete(stem: str) -> None:
    function = load(stem)
    assert word_of(stem) == inspect.getmodule(function).NAME
    assert find(word_of(stem)) == stem
    assert (function.__doc__ or "").strip().splitlines()[0].endswith("."), "one sentence of help first"
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        assert parameter.annotation.__metadata__[0], f"{parameter.name} has no help"
    assert inspect.signature(function, eval_str=True).return_annotation is int


@pytest.mark.parametrize(
    "line",
    [
        *(["-n", "3"], ["--number", "3"], ["--nothing"], ["--raw"], ["--oneline=yes"], ["a", "b"], ["--"]),
        *(["--help"], ["-h"], ["--archive"], ["--archive", "--json"], ["-"]),
    ],
)
def test_what_is_not_plain_is_left_to_typer(line: list[str]) -> None:
    assert parse_plainly(load("log"), line) is None


def test_required_arguments_are_not_guessed() -> None:
    assert parse_plainly(load("rev_parse"), []) is None


def test_unknown_words_are_no_commands() -> None:
    assert [find(word) for word in ("", "__init__", "cat_file", "../log", "Log")] == [None] * 5
