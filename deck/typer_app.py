"""The full command line, built with typer from the commands' own signatures: help, errors, numbers.

typer takes longer to import than most commands run, so `deck.cli` comes here only for what
`deck.command_table.parse_plainly` does not take.
"""

import inspect
import re
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperCommand

from deck.command_table import Command, load, word_of

_METAVARS = {
    **{"archive": "FOLDER", "folder": "FOLDER", "file": "FILE", "files": "FILE", "output": "FILE"},
    **{"rev": "REV", "revs": "REV", "session": "REV", "object": "REV", "before": "A", "after": "B"},
    **{"number": "N", "cmd": "COMMAND", "query": "QUERY", "more": "WORD", "set": "NAME=VALUE", "raw": "BODY"},
    **{
        "by": "GROUP",
        "turns": "KEY",
        "since": "TIME",
        "until": "TIME",
        "message": "TEXT",
        "cost": "DOLLARS",
        "fail": "POLICY",
    },
}
"""What help shows for the value of a parameter, where that is not the parameter's own name."""

_TYPE = re.compile(r" <(?:str|list\[str\])>")  # which typer puts behind an argument's name in help

Run = Callable[[Command, tuple[Any, ...], dict[str, Any]], int]

_HELP = """Walk what an AI agent and its model said to each other.

deck opens the timeline, deck REV opens it at a turn, a session or a tag. A REV is HEAD, the beginning of an id, a
session or a tag, with ~2 for two turns before and :4 for step 4 (deck rev-parse --help).
"""


def invoke(stems: Sequence[str], arguments: Sequence[str], run: Run) -> int:
    """Parse ``arguments`` for these commands and call ``run`` with the chosen one; the exit code."""
    app = typer.Typer(
        help=_HELP,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_top)
    for stem in stems:
        _add(app, word_of(stem), load(stem), run)
    try:
        app(args=list(arguments), prog_name="deck")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


class _Command(TyperCommand):
    """A command whose help names no types."""

    def get_help(self, ctx: Any) -> str:
        """The help as text."""
        return _TYPE.sub(lambda found: " " * len(found.group()), super().get_help(ctx))


def _version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(f"deck {metadata.version('replaydeck')}")
        except metadata.PackageNotFoundError:
            typer.echo("deck, run from a checkout that is not installed")
        raise typer.Exit


def _top(
    archive: Annotated[str | None, typer.Option(help="the archive, for any command", metavar="FOLDER")] = None,
    version: Annotated[
        bool, typer.Option("--version", help="print the version", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options that stand before a command; `deck.cli` has already moved ``--archive`` behind it."""


def _add(app: typer.Typer, word: str, function: Command, run: Run) -> None:
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)

    def call(**values: Any) -> None:
        positional = [values.pop(p.name) for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        if rest is not None:
            positional += values.pop(rest) or []
        raise typer.Exit(run(function, tuple(positional), values))

    shown = [_for_typer(parameter, hints[parameter.name]) for parameter in parameters]
    call.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]  # what typer reads
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    call.__doc__ = function.__doc__
    whole_line = rest is not None and any(p.name == rest == "cmd" for p in parameters)
    settings = {"allow_interspersed_args": not whole_line}
    app.command(word, cls=_Command, help=inspect.getdoc(function), context_settings=settings)(call)


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text[:40]!r} is no whole number") from error


def _for_typer(parameter: inspect.Parameter, hint: Any) -> inspect.Parameter:
    """The parameter as typer wants it: everything by keyword, with its help and option names."""
    kind, *texts = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    described = " ".join(text for text in texts if not text.startswith("-"))
    default = parameter.default
    metavar = _METAVARS.get(parameter.name, parameter.name.upper())
    if parameter.kind is parameter.KEYWORD_ONLY:
        names = ["--" + parameter.name.replace("_", "-"), *(text for text in texts if text.startswith("-"))]
        reads = _whole_number if kind in (int, int | None) else None
        info: Any = typer.Option(*names, help=described, metavar=None if kind is bool else metavar, parser=reads)
    else:
        info = typer.Argument(help=described, metavar=metavar)
    if parameter.kind is parameter.VAR_POSITIONAL:
        kind, default = list[kind] | None, None  # type: ignore[valid-type]
    return inspect.Parameter(
        parameter.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info]
    )
