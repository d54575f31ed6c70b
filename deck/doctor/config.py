"""The archive's config.toml: whether every part of deck understands what it says to it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from deck.cost.table import load as load_prices
from deck.diagnostics import explain
from deck.doctor.finding import Finding, mend, ok
from store import providers
from store.config import CONFIG
from store.errors import StoreError
from store.masking import config as masking

_NO_KEY = bytes(32)  # nothing is masked here


def check(archive: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Findings about the config.toml of the archive in this folder; none where it has no such file."""
    file = archive / CONFIG
    if not file.exists():
        return
    readers: tuple[Callable[[], object], ...] = (
        lambda: providers.load(archive),
        lambda: load_prices(archive),
        lambda: masking.load(archive, _NO_KEY, environ),
    )
    problems: dict[str, str] = {}
    for read in readers:
        try:
            read()
        except StoreError as error:
            problem = explain(error)
            problems[problem.message] = problem.hint or f"Mend or remove {file}"
    yield from (mend("config", message, then) for message, then in problems.items())
    if not problems:
        yield ok("config", f"{file} is understood")
