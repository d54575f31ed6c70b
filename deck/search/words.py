"""What a person asks for in words, as an FTS5 expression that means just that.

    kafka topic        passages with both words, in any order
    "kafka topic"      the phrase
    kaf*  "new top*"   words that begin so; the last word of a phrase may
    orders-v2          words with signs between them are a phrase

Case, accents and signs do not count. Whatever is typed is quoted, so there is no syntax to get wrong.
"""

import re
from typing import Final

from deck.diagnostics import USAGE, Problem

_TERM: Final = re.compile(r'"(?P<phrase>[^"]*)"?(?P<open>\*?)|(?P<word>[^\s"]+)')
_MOST_CHARACTERS: Final = 1_000
_MOST_TERMS: Final = 32


def expression(query: str) -> str:
    """The FTS5 expression for a query. Raises `Problem` for one without a letter or digit, or beyond all measure."""
    if len(query) > _MOST_CHARACTERS:
        raise Problem(f"the query is longer than {_MOST_CHARACTERS:,} characters", code=USAGE)
    terms = [term for match in _TERM.finditer(query) if (term := _term(match))]
    if not terms:
        raise Problem(
            f"there is no word in {query[:80]!r}", "Letters and digits make words; --regex finds any characters.", USAGE
        )
    if len(terms) > _MOST_TERMS:
        raise Problem(f"the query has more than {_MOST_TERMS} words", code=USAGE)
    return " AND ".join(terms)


def _term(match: re.Match[str]) -> str:
    text = match["word"] if match["phrase"] is None else match["phrase"] + match["open"]
    beginning = text.endswith("*")
    said = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").replace('"', " ").rstrip("*")
    if not any(character.isalnum() for character in said):
        return ""
    return f'"{said}"' + ("*" if beginning else "")
