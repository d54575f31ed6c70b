"""The options of ``mitmdump -s capture.py``, declared and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmproxy import addonmanager, optmanager

from store.ids import ID_BYTES, is_prefix
from store.locations import archive_folder

UNVERIFIED = (
    "ssl_insecure is set, so anybody on the way could pose as the provider; nothing is recorded. Name the missing root "
    "with --set ssl_verify_upstream_trusted_ca=FILE, or record all the same with --set deck_unverified=true"
)


class SettingsError(ValueError):
    """An option that makes no sense; the text says which and what it takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The options in force."""

    archive: Path
    hosts: tuple[str, ...]
    is_closed: bool  # the fail policy
    tags: tuple[str, ...]
    run: str  # hex id of the run object, or empty
    report: Path | None


def declare(loader: addonmanager.Loader) -> None:
    """Declare the options."""
    loader.add_option("deck_archive", str, "", "Folder of the archive (default: as the deck command finds it).")
    loader.add_option("deck_hosts", Sequence[str], [], "More hosts (name or name:port) to capture model calls of.")
    loader.add_option(
        "deck_fail",
        str,
        "open",
        "When nothing can be written: let traffic pass and note a gap (open), or refuse model calls (closed).",
        choices=["open", "closed"],
    )
    loader.add_option("deck_tag", Sequence[str], [], "Tags of every turn that is recorded.")
    loader.add_option("deck_run", str, "", "Id of the run object that the turns belong to.")
    loader.add_option("deck_report", str, "", "File to keep a small JSON status in.")
    loader.add_option(
        "deck_unverified",
        bool,
        False,
        "Record although ssl_insecure is set; every turn then says that its provider's certificate was not checked.",
    )


def read(options: optmanager.OptManager) -> Settings:
    """The options as they stand. Raises `SettingsError`."""
    run: str = options.deck_run
    if run and not (is_prefix(run) and len(run) == 2 * ID_BYTES):
        raise SettingsError("deck_run takes the 64 hex digits of a run object")
    if options.ssl_insecure and not options.deck_unverified:
        raise SettingsError(UNVERIFIED)
    archive: str = options.deck_archive
    report: str = options.deck_report
    return Settings(
        archive=Path(archive).expanduser().absolute() if archive else archive_folder(Path.cwd()),
        hosts=tuple(options.deck_hosts),
        is_closed=options.deck_fail == "closed",
        tags=tuple(options.deck_tag),
        run=run,
        report=Path(report).expanduser().absolute() if report else None,
    )
