"""The options of ``mitmdump -s capture.py``, declared, taken and read."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmproxy import addonmanager, exceptions, optmanager

from store.ids import ID_BYTES, is_prefix
from store.locations import archive_folder

UNVERIFIED = (
    "ssl_insecure is set, so anybody on the way could pose as the provider; nothing is recorded. Name the missing root "
    "with --set ssl_verify_upstream_trusted_ca=FILE, or record all the same with --set deck_unverified=true"
)


_log = logging.getLogger("deck")
_FAIL_POLICIES = ("open", "closed")


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
        choices=_FAIL_POLICIES,
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
    loader.add_option("deck_strict", bool, False, "Stop at any option that no script has, not only at deck_….")


def take(options: optmanager.OptManager) -> bool:
    """Give the declared options the values that were set before they were declared; false where that cannot be.

    mitmproxy does so itself after ``load``. But where a value cannot be taken, say of an option that is set twice, its
    error ends there unheard, and the proxy goes on without the script. Here it is logged, so that mitmdump stops while
    it starts, and nothing is left that could fail again.
    """
    try:
        options.process_deferred()
    except exceptions.OptionsError as error:
        ours = [name for name in _waiting(options) if name in options]
        for name in ours:
            del options.deferred[name]
        _log.error("deck: the options set for the recorder (%s) cannot be taken: %s", ", ".join(ours), error)
        return False
    return True


def complain_of_unknown(options: optmanager.OptManager) -> bool:
    """Log, so that mitmdump stops while it starts, of options that no script has declared; whether there are any.

    mitmproxy keeps them for a script that may yet come: a name that is mistyped would do nothing, and nobody would say.
    Names that do not look like ours are its own business, unless whoever started it knows that no script will come.
    """
    unknown = list(options.deferred) if options.deck_strict else _waiting(options)
    if unknown:
        names = options.keys()  # type: ignore[no-untyped-call]
        known = sorted(name for name in names if name.startswith("deck_"))
        told = f"{', '.join(known)}; mitmdump --options lists mitmproxy's own"
        _log.error("deck: no script has the option %s; there are %s", ", ".join(unknown), told)
    return bool(unknown)


def _waiting(options: optmanager.OptManager) -> list[str]:
    return [name for name in options.deferred if name.startswith("deck_")]


def read(options: optmanager.OptManager) -> Settings:
    """The options as they stand. Raises `SettingsError`."""
    if options.deck_fail not in _FAIL_POLICIES:  # mitmproxy looks at choices on the command line only
        raise SettingsError(f"deck_fail is {' or '.join(_FAIL_POLICIES)}, not {options.deck_fail[:40]!r}")
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
