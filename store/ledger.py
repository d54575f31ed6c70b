"""The completeness ledger: of every exchange that a recorder saw, what became of it.

    seen = stored + truncated + known + skipped (and why) + lost (and why) + in flight

A recorder writes a book (`store.book`) in its spool folder. When nothing of it is in flight any more, because the
recorder closed or somebody recovered what it left, the book's sums go into a journal record of type checkpoint, whose
blob is

    {"book": <name>, "run": <id>, "started_ms", "certain": <bool>, "refused_ca": {<host>: n},
     "counts": [[<tag of the session, hex>, <fate>, n], ...]}

and its file goes. A book that was closed twice, because of a crash in between, counts once. ``refused_ca`` counts
clients that broke off TLS because they do not trust the proxy: what they would have asked was never seen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from store.book import NO_SESSION, Fate, Pages, fate_of, tag
from store.canonical import dumps, loads
from store.errors import Damaged

if TYPE_CHECKING:
    from store.archive import Archive

_TURNS: Final = (Fate.STORED, Fate.TRUNCATED)


def payload(name: str, pages: Pages, refused_ca: Mapping[str, int]) -> bytes:
    """The blob that closes a book."""
    counts = sorted([session.hex(), fate.word, n] for (session, fate), n in pages.counts.items())
    head = {"book": name, "run": pages.run, "started_ms": pages.started_ms, "certain": pages.certain}
    return dumps({**head, "refused_ca": dict(refused_ca), "counts": counts})


def apply(archive: "Archive", data: bytes, time_ms: int) -> None:
    """Put a closed book into the index. The caller holds the transaction. Raises `Damaged` where it makes no sense."""
    index, value = archive.index, loads(data)
    try:
        book, certain = str(value["book"]), bool(value["certain"])
        if index.db.execute("SELECT 1 FROM books WHERE book = ?", (book,)).fetchone():
            return
        rows = [
            (book, bytes.fromhex(session), int(Fate(fate_of(word) or 0)), int(n))
            for session, word, n in value["counts"]
        ]
        refused = dumps({str(host): int(n) for host, n in value["refused_ca"].items()}).decode()
        index.insert("books", (book, str(value["run"]), int(value["started_ms"]), time_ms, certain, refused))
        for row in rows:
            index.insert("fates", row)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Damaged("a closed book that makes no sense") from error


@dataclass(frozen=True, slots=True)
class Account:
    """The ledger of a session, or of everything: how many exchanges had which fate."""

    counts: Counter[Fate] = field(default_factory=Counter)

    @property
    def seen(self) -> int:
        """All of them."""
        return self.counts.total()

    @property
    def turns(self) -> int:
        """Those that became turns."""
        return sum(self.counts[fate] for fate in _TURNS)

    @property
    def in_flight(self) -> int:
        """Those that are not settled."""
        return self.counts[Fate.OPEN]

    @property
    def skipped(self) -> dict[str, int]:
        """Those that were not to be kept, by reason."""
        return {fate.word: n for fate, n in sorted(self.counts.items()) if fate.is_skip}

    @property
    def lost(self) -> dict[str, int]:
        """Those that should have been kept and are not, by reason."""
        return {fate.word: n for fate, n in sorted(self.counts.items()) if fate.is_loss}

    def as_json(self) -> dict[str, Any]:
        """All the figures."""
        single = {fate.word: self.counts[fate] for fate in (*_TURNS, Fate.KNOWN)}
        return {"seen": self.seen, **single, "skipped": self.skipped, "lost": self.lost, "in_flight": self.in_flight}


class State(NamedTuple):
    """What can be said of a session: ``word`` is complete, gaps, in flight or unknown; ``why`` may say more."""

    word: str
    number: int = 0  # of gaps, or of exchanges in flight
    why: str = ""

    @property
    def mark(self) -> str:
        """A few characters for a list."""
        return f"{self.word} {self.number}" if self.number else self.word


@dataclass(frozen=True, slots=True)
class BookView:
    """One recorder's book. ``is_alive``: it is still recording."""

    name: str
    run: str
    started_ms: int
    certain: bool
    is_alive: bool
    counts: Counter[tuple[bytes, Fate]]

    def account(self) -> Account:
        """Everything in it."""
        return _sum(Counter({fate: n}) for (_session, fate), n in self.counts.items())


class Ledger:
    """The ledger of an archive: its books, and what they say of each session."""

    def __init__(self, books: list[BookView], turns: Mapping[str, int]) -> None:
        self.books = books
        self._turns = turns  # by session, as the archive has them
        self._accounts: dict[bytes, Counter[Fate]] = {}
        self._in: dict[bytes, list[BookView]] = {}
        for book in books:
            for (session, fate), n in book.counts.items():
                self._accounts.setdefault(session, Counter())[fate] += n
                if (listed := self._in.setdefault(session, [])) and listed[-1] is book:
                    continue
                listed.append(book)

    def account(self, session: str) -> Account:
        """What is known to be of a session."""
        return Account(self._accounts.get(tag(session), Counter()))

    def elsewhere(self) -> Account:
        """What belongs to no session that the archive has."""
        known = {tag(session) for session in self._turns}
        return _sum(counts for session, counts in self._accounts.items() if session not in known)

    def total(self) -> Account:
        """Everything that any recorder of the archive saw."""
        return _sum(self._accounts.values())

    def unrecorded(self) -> int:
        """Turns that no book accounts for: imported, older than books, or of a book that was lost."""
        return sum(self.lacks(session) for session in self._turns)

    def lacks(self, session: str) -> int:
        """How many turns of a session no book accounts for."""
        return max(0, self._turns.get(session, 0) - self.account(session).turns)

    def state(self, session: str) -> State:
        """Whether a session is complete, as far as anybody can know."""
        account, turns = self.account(session), self._turns.get(session, 0)
        books = self._in.get(tag(session), [])
        if not books:
            return State("unknown", why="it was imported, or recorded without a ledger")
        beside = sum((Counter(_without_session(book)) for book in books), Counter())
        waiting = account.in_flight + beside[Fate.OPEN]
        if not account.turns <= turns <= account.turns + waiting:  # some may have been committed just now
            return State("unknown", why=f"it has {turns:,} turns, and the ledger {account.turns:,}")
        if not all(book.certain for book in books):
            return State("unknown", why="a recorder died with the machine, or could not keep its book")
        if lost := sum(account.lost.values()):
            return State("gaps", lost, ", ".join(f"{word} {n}" for word, n in account.lost.items()))
        if unclaimed := sum(n for fate, n in beside.items() if fate.is_loss):
            return State("unknown", why=f"its recorder lost {unclaimed:,} exchanges that name no session")
        if waiting:
            return State("in flight", waiting)
        return State("complete")


def _without_session(book: BookView) -> dict[Fate, int]:
    return {fate: n for (session, fate), n in book.counts.items() if session == NO_SESSION}


def _sum(accounts: Iterable[Counter[Fate]]) -> Account:
    total: Counter[Fate] = Counter()
    for counts in accounts:
        total.update(counts)
    return Account(total)


def closed(archive: "Archive") -> Iterator[BookView]:
    """The books that the index has."""
    db = archive.index.db
    counts: dict[str, Counter[tuple[bytes, Fate]]] = {}
    for book, session, fate, n in db.execute("SELECT book, session, fate, n FROM fates"):
        counts.setdefault(book, Counter())[bytes(session), Fate(fate)] = n
    rows = db.execute("SELECT book, run, started_ms, certain FROM books ORDER BY started_ms, book")
    for name, run, started_ms, certain in rows:
        yield BookView(name, run, started_ms, bool(certain), False, counts.get(name, Counter()))
