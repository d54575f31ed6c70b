"""What could stand at the end of a command line: commands, options, sessions, tags and hashes.

It is asked at every Tab, so nothing slow is imported. Nothing is offered that a shell would take for more than a word:
names in an archive are captured text.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from deck.command_table import Command, find, load, stems, type_of, word_of
from deck.revs import HEAD, PARTS
from deck.timeline_names import ArchiveNames
from store.archive import Archive
from store.errors import StoreError
from store.ids import ID_BYTES, is_prefix

_A_WORD = re.compile(r"[\w@+][\w@+./:,=~-]*\Z", re.ASCII)
_BEFORE_A_COMMAND = ("--archive", "--follow", "--help", "--version")
_REVS = frozenset({"rev", "revs", "session", "before", "after"})  # parameters that name something in an archive
_SHELLS = ("bash", "fish", "zsh")
_VARARGS = 0x04  # inspect.CO_VARARGS; inspect itself takes longer to import than all of this
_OF_A_KIND = 50  # names that are offered
_SHORT = 10  # digits of a hash that is offered


def candidates(words: Sequence[str]) -> list[str]:
    """What could stand for the last of ``words``, those after ``deck``: it begins so and may be empty.

    An empty list leaves it to the shell, which offers files.
    """
    *before, word = words or [""]
    archive, before = _named_archive(before)
    if not before:
        found: Iterator[str] = iter((*map(word_of, stems()), *_BEFORE_A_COMMAND))
        if not word.startswith("-"):
            found = iter((*found, *_revs(word, archive)))
    else:
        found = _of_command(before, word, archive)
    fitting = (each for each in found if each.startswith(word))
    return sorted({each for each in fitting if _A_WORD.match(each.removeprefix("--"))})


def _named_archive(before: Sequence[str]) -> tuple[str | None, list[str]]:
    """The value of the last ``--archive``, and the words without it."""
    archive, left = None, list[str]()
    words = iter(before)
    for word in words:
        if word == "--archive":
            archive = next(words, None)
            if archive is None:
                left.append(word)  # its value is what is being typed
        elif word.startswith("--archive="):
            archive = word.partition("=")[2]
        else:
            left.append(word)
    return archive, left


def _of_command(before: Sequence[str], word: str, archive: str | None) -> Iterator[str]:
    name, *given = before
    stem = find("follow" if name in ("-f", "--follow") else name)
    if stem is None or before[-1] == "--archive":
        return
    function = load(stem)
    code = function.__code__
    stop = code.co_argcount + code.co_kwonlyargcount
    options = code.co_varnames[code.co_argcount : stop]
    if word.startswith("-"):
        yield from (f"--{option.replace('_', '-')}" for option in (*options, "help"))
        return
    wanted = _option_before(function, options, given) or _argument(function, options, given)
    if wanted in _REVS:
        yield from _revs(word, archive)
    elif wanted == "name":
        yield from _in_archive(archive, lambda opened: iter(_tags(opened)))
    elif wanted == "shell":
        yield from _SHELLS


def _option_before(function: Command, options: Sequence[str], given: Sequence[str]) -> str:
    """The option whose value is being typed, if one is."""
    last = given[-1].removeprefix("--").replace("-", "_") if given and given[-1].startswith("--") else ""
    return last if last in options and type_of(function, last) != "bool" else ""


def _argument(function: Command, options: Sequence[str], given: Sequence[str]) -> str:
    """The parameter that the argument being typed is for; empty where there is none."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    place = 0
    for n, word in enumerate(given):
        place += not word.startswith("-") and not _option_before(function, options, given[:n])
    if place < len(names):
        return names[place]
    takes_more = code.co_flags & _VARARGS
    return code.co_varnames[code.co_argcount + code.co_kwonlyargcount] if takes_more else ""


def _revs(word: str, archive: str | None) -> Iterator[str]:
    """HEAD, tags, sessions and, once something is typed, hashes that begin so; after a colon the parts of a turn."""
    base, colon, _part = word.rpartition(":")
    if colon:
        return (f"{base}:{part}" for part in PARTS)
    return _in_archive(archive, lambda opened: _names(opened, word))


def _in_archive(archive: str | None, names: Callable[[Archive], Iterator[str]]) -> Iterator[str]:
    """``names`` of the archive that is meant; nothing where there is none or it cannot be read."""
    import sqlite3

    from deck.locations import chosen_archive

    try:
        with Archive.open(chosen_archive(archive)) as opened:
            yield from list(names(opened))
    except (StoreError, OSError, sqlite3.Error):
        return


def _names(archive: Archive, word: str) -> Iterator[str]:
    yield HEAD
    for name in ArchiveNames(archive).beginning(word, _OF_A_KIND):
        is_hash = len(name) == 2 * ID_BYTES and is_prefix(name)
        yield name[: max(_SHORT, len(word))] if is_hash else name


def _tags(archive: Archive) -> list[str]:
    from store import notes

    return [note.name for note in notes.tags(archive)]
