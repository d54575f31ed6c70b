"""How one archive masks: its rules, its key and its fields. Shared by all bodies and streams."""

from collections.abc import Iterable

from store.masking.edits import Edit
from store.masking.exact import Exact
from store.masking.fields import Fields
from store.masking.finder import Finder
from store.masking.keywords import Keywords
from store.masking.leaves import Leaf
from store.masking.quiet import Signs
from store.masking.rules import VERSION, Rule, builtin
from store.masking.scanner import Hit
from store.masking.tokens import Tokens


class Masking:
    """Rules, exact values (both in any number), fields, and the archive's key (32 bytes)."""

    def __init__(
        self,
        key: bytes,
        rules: Iterable[Rule] | None = None,
        exact: Iterable[bytes] = (),
        fields: Fields | None = None,
        version: str = str(VERSION),
    ) -> None:
        self._keywords = Keywords(builtin() if rules is None else rules)
        self._signs = Signs(self._keywords)
        self._exact = frozenset(exact)
        self._tokens = Tokens(key)
        self.version = version
        """Of the rules: what a turn says it was masked by."""
        self.fields = fields or Fields()
        self.finder = Finder(self._keywords, self._signs, Exact(self._exact))
        self.token = self._tokens.token

    def learn(self, values: Iterable[bytes]) -> None:
        """From now on ``values`` are secrets too: what an authorization header held, say."""
        more = self._exact.union(values)
        if more != self._exact:
            self._exact = more
            self.finder = Finder(self._keywords, self._signs, Exact(more))

    def hits(self, text: bytes) -> list[Hit]:
        """Every secret in ``text``."""
        return self.finder.hits(text)

    def by_field(self, text: bytes, leaves: Iterable[Leaf]) -> tuple[set[tuple[int, int]], list[Edit]]:
        """See `Fields.apply`."""
        return self.fields.apply(text, leaves, self.token)
