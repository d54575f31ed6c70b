"""How an archive is to be masked: the built-in rules, and what its ``config.toml`` says under ``[masking]``.

``rules`` are tables of gitleaks' shape, ``disabled_rules`` ids of built-in ones, ``environment`` names of variables
whose values are secrets, ``fields`` tables of a path and a policy. A configuration that cannot be understood is
refused: what was meant to be masked must not be written.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blake3 import blake3

from store import config
from store.canonical import dumps
from store.errors import StoreError
from store.masking.fields import Field, Fields, read_field
from store.masking.masking import Masking
from store.masking.rules import VERSION, Rule, builtin, read_rule

_MEMBERS = {"rules", "disabled_rules", "environment", "fields"}
_RULES_DIGITS = 8


def load(archive: Path, key: bytes, environ: Mapping[str, str]) -> Masking:
    """Masking as the archive's configuration asks for. Raises `StoreError`, which says what cannot be understood."""
    return read(config.load(archive).get("masking", {}), str(archive / config.CONFIG), key, environ)


def read(table: Any, where: str, key: bytes, environ: Mapping[str, str]) -> Masking:
    """Masking as a table ``[masking]`` asks for. Raises `StoreError`."""
    if not isinstance(table, dict):
        raise StoreError(f"{where}: masking must be a table, written [masking]")
    if unknown := set(table) - _MEMBERS:
        raise StoreError(f"{where}: [masking] knows no {', '.join(sorted(map(repr, unknown)))}")
    rules = _rules(table, where)
    fields = [_field(entry, where) for entry in _list(table, "fields", dict, where)]
    names = _list(table, "environment", str, where)
    values = [environ[name].encode("utf-8", "surrogateescape") for name in names if environ.get(name)]
    return Masking(key, rules, values, Fields(fields), _version(table))


def _rules(table: Mapping[str, Any], where: str) -> list[Rule]:
    disabled = set(_list(table, "disabled_rules", str, where))
    known = {rule.id: rule for rule in builtin()}
    if strange := disabled - set(known):
        raise StoreError(f"{where}: there is no built-in masking rule {', '.join(sorted(map(repr, strange)))}")
    own = [read_rule(entry, where) for entry in _list(table, "rules", dict, where)]
    ids = [rule.id for rule in own]
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise StoreError(f"{where}: two masking rules are called {', '.join(sorted(twice))}")
    return [*(rule for name, rule in known.items() if name not in disabled | set(ids)), *own]


def _field(entry: Mapping[str, Any], where: str) -> Field:
    if set(entry) != {"path", "policy"} or not all(isinstance(text, str) for text in entry.values()):
        raise StoreError(f"{where}: [[masking.fields]] has a path and a policy, both text")
    return read_field(entry["path"], entry["policy"], where)


def _list(table: Mapping[str, Any], name: str, kind: type, where: str) -> list[Any]:
    found = table.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, kind) for each in found):
        what = "tables" if kind is dict else "texts"
        raise StoreError(f"{where}: masking.{name} must be a list of {what}")
    return found


def _version(table: Mapping[str, Any]) -> str:
    """The version of the rules in force: the built-in ones', and a hash of what the configuration changes."""
    changes = {name: value for name, value in table.items() if name != "environment" and value}
    if not changes:
        return str(VERSION)
    return f"{VERSION}+{blake3(dumps(changes)).hexdigest(length=_RULES_DIGITS // 2)}"
