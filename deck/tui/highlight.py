"""Source code in colours, line by line, by Pygments' lexers.

What was recorded can be made to cost a lexer much time. So only short texts are coloured, by lexers that were measured
on such input, and each for a bounded time; the rest of a text stays plain, and no character is ever lost.
"""

from collections.abc import Callable, Iterator
from functools import cache
from time import perf_counter
from typing import Any, Final

from rich.style import Style

from deck.tui import palette
from deck.tui.document import Run

LONGEST: Final = 20_000
"""Characters of a text that are coloured; a longer one is plain from there on."""

_SECONDS: Final = 0.15

_LANGUAGES: Final = {
    "bash": ("bash", "sh", "zsh", "shell", "console"),
    "c": ("c", "h"),
    "cpp": ("cpp", "cc", "cxx", "hpp", "c++"),
    "csharp": ("csharp", "cs", "c#"),
    "css": ("css", "scss"),
    "go": ("go",),
    "html": ("html", "htm", "xml", "svg", "vue"),
    "java": ("java",),
    "javascript": ("javascript", "js", "mjs", "cjs", "jsx"),
    "json": ("json", "jsonc", "jsonl", "ipynb"),
    "kotlin": ("kotlin", "kt"),
    "lua": ("lua",),
    "php": ("php",),
    "python": ("python", "py", "pyi"),
    "ruby": ("ruby", "rb"),
    "rust": ("rust", "rs"),
    "sql": ("sql",),
    "swift": ("swift",),
    "toml": ("toml",),
    "typescript": ("typescript", "ts", "tsx"),
    "yaml": ("yaml", "yml"),
}
_BY_NAME: Final = {name: language for language, names in _LANGUAGES.items() for name in names}

_STYLES: Final = (
    (("Comment",), Style(color="#8a8a8a", italic=True)),
    (("Keyword", "Tag"), Style(color=palette.PINK)),
    (("String",), Style(color=palette.GREEN)),
    (("Number", "Constant"), Style(color=palette.ORANGE)),
    (("Function", "Class", "Decorator", "Attribute"), Style(color=palette.BLUE)),
)
"""Parts of the names of Pygments' tokens, and how they look; the first that fits."""


def language_of(name: str) -> str:
    """The language that a name (of a fence in Markdown) or the ending of a file name stands for; ``""`` for none."""
    last = name.strip().lower().rpartition("/")[2]
    return _BY_NAME.get(last.rpartition(".")[2], "")


def code_lines(
    text: str, language: str, style: Style = palette.PLAIN, clock: Callable[[], float] = perf_counter
) -> Iterator[list[Run]]:
    """The lines of ``text``, each as runs; plain (in ``style``) where ``language`` is none of `language_of`."""
    line: list[Run] = []
    for part, look in _runs(text, language, style, clock):
        first, *rest = part.split("\n")
        if first:
            line.append((first, look))
        for following in rest:
            yield line
            line = [(following, look)] if following else []
    yield line


def _runs(text: str, language: str, style: Style, clock: Callable[[], float]) -> Iterator[Run]:
    done = 0
    if language:
        until = clock() + _SECONDS
        head = text[:LONGEST]
        for at, token, part in _lexer(language).get_tokens_unprocessed(head):
            yield part, _style(str(token)) or style
            done = at + len(part)
            if clock() > until:
                break
    yield text[done:], style


@cache
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # slow to import, and only where something is coloured

    return get_lexer_by_name(language)


@cache
def _style(token: str) -> Style | None:
    names = token.split(".")
    return next((style for parts, style in _STYLES if any(part in names for part in parts)), None)
