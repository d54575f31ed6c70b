"""Which traffic is a model call: hosts to intercept and paths to keep, as configuration.

The built-in table is ``providers.toml`` beside this file; an archive's ``config.toml`` may add ``[[provider]]`` tables
of the same shape (``host`` or ``hosts``, and ``paths``; without ``paths`` all known ones count). Hosts match whole and
without case: ``evil-api.anthropic.com`` and ``api.anthropic.com.attacker`` are strangers.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from store import config
from store.config import CONFIG
from store.errors import BadConfig, StoreError

_BUILTIN = Path(__file__).with_name("providers.toml")
_HOSTS_KEPT = 256
_ANY_PREFIX = r"(?:/.*)?"


@dataclass(frozen=True, slots=True)
class Provider:
    """One row: a pattern for the host, the only port it counts on (None: any), and a pattern for the whole path."""

    host: re.Pattern[str]
    port: int | None
    path: re.Pattern[str]

    def serves(self, host: str, port: int) -> bool:
        """Whether this row is about that host and port."""
        return self.port in (None, port) and self.host.fullmatch(_normal(host)) is not None


class Providers:
    """The table in force."""

    def __init__(self, rows: Iterable[Provider], any_path: re.Pattern[str]) -> None:
        self._rows = tuple(rows)
        self._any_path = any_path
        self._serving = lru_cache(_HOSTS_KEPT)(self._find_serving)  # asked for every request, of few hosts

    def is_provider(self, host: str, port: int) -> bool:
        """Whether traffic to this host is intercepted."""
        return bool(self._serving(host, port))

    def is_model_call(self, method: str, host: str, port: int, path: str) -> bool:
        """Whether a request is kept; ``path`` may carry a query, which is ignored."""
        bare = path.split("?", 1)[0]
        return method == "POST" and any(row.path.fullmatch(bare) for row in self._serving(host, port))

    def _find_serving(self, host: str, port: int) -> tuple[Provider, ...]:
        return tuple(row for row in self._rows if row.serves(host, port))

    def is_model_path(self, method: str, path: str) -> bool:
        """Whether a request would be kept on a host that counts as a provider in its own right (reverse mode)."""
        return method == "POST" and self._any_path.fullmatch(path.split("?", 1)[0]) is not None


def load(archive: Path | None = None, hosts: Sequence[str] = ()) -> Providers:
    """The built-in table, the archive's additions, and the hosts (``name`` or ``name:port``) the user named.

    Raises `StoreError` for a table or a host that cannot be understood.
    """
    builtin = _builtin()
    tables = [*builtin, *_added(archive)]
    known = [path for table in builtin for path in table.paths]
    any_path = _compile(f"{_ANY_PREFIX}(?:{'|'.join(known)})")
    rows = [row for table in tables for row in table.rows(any_path)]
    rows += [Provider(*_host(host), any_path) for host in hosts]
    return Providers(rows, any_path)


def known_hosts(archive: Path | None = None) -> tuple[str, ...]:
    """The hosts (``name`` or ``name:port``) that the built-in table and the archive's additions name in full.

    Raises `StoreError` for a table that cannot be understood.
    """
    return tuple(host for table in [*_builtin(), *_added(archive)] for host in table.hosts if "*" not in host)


@dataclass(frozen=True, slots=True)
class _Table:
    hosts: tuple[str, ...]
    paths: tuple[str, ...]

    def rows(self, any_path: re.Pattern[str]) -> list[Provider]:
        path = _compile("|".join(f"(?:{path})" for path in self.paths)) if self.paths else any_path
        return [Provider(*_host(host), path) for host in self.hosts]


def _builtin() -> list[_Table]:
    return _tables(tomllib.loads(_BUILTIN.read_text("utf-8")), _BUILTIN)


def _added(archive: Path | None) -> list[_Table]:
    """What an archive's own ``config.toml`` adds."""
    return [] if archive is None else _tables(config.load(archive), archive / CONFIG)


def _tables(parsed: Mapping[str, Any], file: Path) -> list[_Table]:
    entries = parsed.get("provider", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadConfig(file, "provider must be a list of tables, written [[provider]]")
    return [_table(entry, file) for entry in entries]


def _table(entry: dict[str, Any], file: Path) -> _Table:
    hosts = [entry["host"]] if "host" in entry else entry.get("hosts")
    paths = entry.get("paths", [])
    for value in (hosts, paths):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadConfig(file, "[[provider]] needs host (text) or hosts, and paths (lists of text)")
    return _Table(tuple(hosts or ()), tuple(paths))


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise StoreError(f"provider path {pattern[:80]!r} is not a regular expression: {error}") from error


_HOST = re.compile(r"(?P<name>[A-Za-z0-9_.*-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")


def _host(text: str) -> tuple[re.Pattern[str], int | None]:
    match = _HOST.fullmatch(text)
    if match is None:
        raise StoreError(f"not a host or host:port: {text[:80]!r}")
    name = re.escape(_normal(match["name"])).replace(r"\*", "[a-z0-9-]+")
    return re.compile(name), int(match["port"]) if match["port"] else None


def _normal(host: str) -> str:
    return host.lower().removesuffix(".").strip("[]")
