"""What counts as a secret: rules in the shape of a gitleaks configuration, the built-in ones and the user's own.

A rule is looked at only around its keywords, at least one of which every match must be near: so cost follows the
keywords that occur, and a stream knows what it may let go. Patterns are RE2's, as gitleaks' are: linear in the text,
whatever the pattern. They see bytes.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from store.errors import StoreError
from store.masking.patterns import WORD, compile_pattern
from store.masking.tokens import is_name

VERSION: Final = 2
"""Of the rules and of how they are applied; a turn says which one masked it. 1 masked headers and URLs only."""

_BUILTIN = Path(__file__).with_name("rules.toml")
_MEMBERS = {"id", "description", "regex", "secretGroup", "entropy", "keywords", "allowlist", "allowlists", "tags"}
_OWN_MEMBERS = {"run", "until", "reach", "before", "alone"}
_ALLOWED = {"description", "regexes", "regexTarget", "stopwords"}
_RUN_REACH, _REACH, _MOST_REACH = 8192, 256, 32768
_BEFORE, _MOST_BEFORE = 64, 256
_KEYWORD = re.compile(r"(?=.{2,64}\Z)[!#-&(-\[\]-_a-~]+(?: [!#-&(-\[\]-_a-~]+)*")


class Run(NamedTuple):
    """The bytes that may stand between a keyword and the secret's end."""

    end: re.Pattern[bytes]  # finds the first byte that is none of them, or the text that ends the run
    start: re.Pattern[bytes]  # reaches to behind the last byte that is none of them


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a rule lets pass although its pattern fits: patterns on the secret or on the whole match, and words."""

    patterns: tuple[Any, ...]  # compiled by RE2
    on_match: bool
    stopwords: tuple[bytes, ...]

    def lets_pass(self, secret: bytes, match: bytes) -> bool:
        """Whether this secret is none."""
        text = match if self.on_match else secret
        lowered = secret.lower()
        return any(pattern.search(text) for pattern in self.patterns) or any(word in lowered for word in self.stopwords)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``pattern`` is compiled by RE2; lengths are in bytes of the text in which a keyword was found."""

    id: str
    pattern: Any
    group: int  # that is the secret; 0: the first that took part, else the whole match
    keywords: tuple[bytes, ...]  # as written; they are found in any case
    entropy: float  # least bits a byte that a secret has
    allowed: tuple[Allowed, ...]
    run: Run | None
    reach: int  # from a keyword to the secret's end where there is a ``run``, else to its beginning
    before: int  # how far before its keyword a secret may begin
    alone: bool  # a keyword counts only where no letter, digit or _ stands before it

    def secrets(self, text: bytes) -> list[tuple[int, int]]:
        """Where the secrets lie in ``text``."""
        return [span for found in self.pattern.finditer(text) if (span := self._secret(found, text)) is not None]

    def _secret(self, found: Any, text: bytes) -> tuple[int, int] | None:
        group = self.group or next((n for n in range(1, self.pattern.groups + 1) if found.start(n) >= 0), 0)
        start, end = found.span(group)
        secret = text[start:end]
        if start < 0 or not secret or (self.entropy and _entropy(secret) < self.entropy):
            return None
        if self.allowed and any(each.lets_pass(secret, found.group()) for each in self.allowed):
            return None
        return start, end


def _entropy(text: bytes) -> float:
    """Bits a byte, by how often each byte occurs (Shannon)."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


@cache
def builtin() -> tuple[Rule, ...]:
    """The rules that are always there."""
    parsed = tomllib.loads(_BUILTIN.read_text("utf-8"))
    return tuple([read_rule(entry, _BUILTIN.name) for entry in parsed["rules"]])


def read_rule(entry: Any, where: str) -> Rule:
    """One table ``[[rules]]``. Raises `StoreError`, which names the rule and what is wrong with it."""
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not is_name(entry["id"]):
        raise StoreError(f"{where}: a masking rule needs an id of at most 40 of a-z, 0-9 and -")
    where = f"{where}: masking rule {entry['id']}"
    if unknown := set(entry) - _MEMBERS - _OWN_MEMBERS:
        raise StoreError(f"{where}: {', '.join(sorted(map(repr, unknown)))} is not known here")
    pattern = compile_pattern(_typed(entry, "regex", str, None, where), where)
    group = _typed(entry, "secretGroup", int, 0, where)
    if not 0 <= group <= pattern.groups:
        raise StoreError(f"{where}: its regex has no group {group}")
    keywords = _texts(entry, "keywords", where)
    if not keywords or not all(_KEYWORD.fullmatch(word) for word in keywords):
        raise StoreError(f"{where}: it needs keywords, of 2 to 64 ASCII characters without quotes and \\")
    run = _typed(entry, "run", str, "", where)
    until = _typed(entry, "until", str, "", where)
    if until and not (run and until.isascii()):
        raise StoreError(f"{where}: until is ASCII, and ends a run")
    return Rule(
        id=entry["id"],
        pattern=pattern,
        group=group,
        keywords=tuple([word.encode("ascii") for word in keywords]),
        entropy=float(_typed(entry, "entropy", (int, float), 0, where)),
        allowed=tuple([_allowed(each, where) for each in _allowlists(entry)]),
        run=_run(run, until, where) if run else None,
        reach=_length(entry, "reach", _RUN_REACH if run else _REACH, _MOST_REACH, where),
        before=_length(entry, "before", 0 if run else _BEFORE, _MOST_BEFORE, where),
        alone=_flag(entry, "alone", where),
    )


def _run(run: str, until: str, where: str) -> Run:
    inside = (WORD if run == "word" else run).encode("ascii", "replace")
    try:
        if not run.isascii() or run.startswith("^") or "[" in run or "]" in run:
            raise ValueError
        stop = b"|" + re.escape(until.encode("ascii")) if until else b""
        return Run(re.compile(b"[^%b]%b" % (inside, stop)), re.compile(b".*[^%b]" % inside, re.S))
    except (re.error, ValueError) as error:
        raise StoreError(f"{where}: run is neither word nor what stands in an ASCII character class") from error


def _allowlists(entry: Mapping[str, Any]) -> list[Any]:
    lists = entry.get("allowlists", [])
    single = [entry["allowlist"]] if "allowlist" in entry else []
    return single + (lists if isinstance(lists, list) else [lists])


def _allowed(entry: Any, where: str) -> Allowed:
    where = f"{where}: its allowlist"
    if not isinstance(entry, dict):
        raise StoreError(f"{where} is no table")
    if unknown := set(entry) - _ALLOWED:
        raise StoreError(f"{where}: {', '.join(sorted(map(repr, unknown)))} is not known here")
    target = _typed(entry, "regexTarget", str, "secret", where)
    if target not in ("secret", "match"):
        raise StoreError(f"{where}: regexTarget is secret or match")
    patterns = tuple([compile_pattern(text, where) for text in _texts(entry, "regexes", where)])
    words = tuple([word.lower().encode() for word in _texts(entry, "stopwords", where)])
    return Allowed(patterns, target == "match", words)


def _texts(entry: Mapping[str, Any], name: str, where: str) -> list[str]:
    found = entry.get(name, [])
    if not isinstance(found, list) or not all(isinstance(text, str) and text for text in found):
        raise StoreError(f"{where}: {name} is a list of texts")
    return found


def _typed(entry: Mapping[str, Any], name: str, kind: Any, default: Any, where: str) -> Any:
    found = entry.get(name, default)
    if not isinstance(found, kind) or isinstance(found, bool):
        raise StoreError(f"{where}: {name} is missing or of another kind")
    return found


def _flag(entry: Mapping[str, Any], name: str, where: str) -> bool:
    found = entry.get(name, False)
    if not isinstance(found, bool):
        raise StoreError(f"{where}: {name} is true or false")
    return found


def _length(entry: Mapping[str, Any], name: str, default: int, most: int, where: str) -> int:
    found = _typed(entry, name, int, default, where)
    if not 0 <= found <= most:
        raise StoreError(f"{where}: {name} is 0 to {most}")
    return int(found)
