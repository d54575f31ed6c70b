"""Searching an archive of a million messages: in a running process, as a whole command, and what its index weighs.

The messages are made up from 50,000 words drawn as often as words are in a language (Zipf); a turn brings 50 of them,
so that the archive is made in minutes, without fsync. What is searched for is named by how rare it is.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import orjson
from cold_start import DECK, seconds
from figure import Figure, below
from scaling import Unsynced
from workspace import Workspace

from deck.filters import Filter
from deck.search.database import FILE
from deck.search.searcher import Hit, Searcher
from deck.search.wanted import EVERYTHING, Wanted
from deck.timeline import Timeline
from store.archive import Archive
from store.exchange import Exchange
from store.record import Recorder

MESSAGES, QUICK = 1_000_000, 100_000
A_TURN = 50
TURNS_A_SESSION = 20
WORDS = 50_000
STARTED_MS = 1_700_000_000_000
COMMON, USUAL, RARE = 0, 40, 30_000  # ranks of words
_ROUNDS = 5
_PAGE = 20
_SAMPLE = 200  # turns whose text is weighed


class Language:
    """Words, the most frequent first, and texts made of them."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        letters = "etaoinshrdlcumwfgypbvkjxqz"
        weights = list(accumulate(1 / (rank + 1) for rank in range(len(letters))))
        spelt = (
            self._random.choices(letters, cum_weights=weights, k=self._random.randint(2, 10)) for _ in range(WORDS)
        )
        self.words = ["".join(word) + "aeiou"[at % 5] + str(at % 10) * (at % 3 == 0) for at, word in enumerate(spelt)]
        often = list(accumulate(1 / (rank + 1) for rank in range(WORDS)))
        self._pool = self._random.choices(self.words, cum_weights=often, k=2_000_000)

    def text(self) -> str:
        """5 to 60 words."""
        start = self._random.randrange(len(self._pool) - 60)
        return " ".join(self._pool[start : start + self._random.randint(5, 60)])


def exchanges(messages: int, language: Language) -> Iterator[Exchange]:
    """Turns of 50 new messages: prompts, calls, results and answers in turn, the last one the turn's answer."""
    for turn in range(messages // A_TURN):
        session = f"session-{turn // TURNS_A_SESSION:06d}"
        conversation = [_message(turn, at, language) for at in range(A_TURN - 1)]
        answer = {"id": f"msg_{turn}", "type": "message", "role": "assistant", "model": f"model-{turn % 3}"}
        answer["content"] = [{"type": "text", "text": language.text()}]  # type: ignore[assignment]
        body = {"model": f"model-{turn % 3}", "messages": conversation, "metadata": {"user_id": session}}
        yield Exchange(
            method="POST",
            url="https://api.anthropic.com/v1/messages",
            request_headers=((b"content-type", b"application/json"), (b"x-claude-code-session-id", session.encode())),
            request_body=orjson.dumps(body),
            started_ms=STARTED_MS + 60_000 * turn,
            status=200,
            response_headers=((b"content-type", b"application/json"),),
            response_body=orjson.dumps(answer),
            end_ms=5,
        )


def _message(turn: int, at: int, language: Language) -> dict[str, Any]:
    call = f"toolu_{turn}_{at // 4}"
    match at % 4:
        case 0:
            return {"role": "user", "content": language.text()}
        case 1:
            content = {"type": "tool_use", "id": call, "name": f"Tool{turn % 9}", "input": {"query": language.text()}}
            return {"role": "assistant", "content": [content]}
        case 2:
            content = {"type": "tool_result", "tool_use_id": call, "content": language.text()}
            return {"role": "user", "content": [content]}
        case _:
            return {"role": "assistant", "content": language.text()}


def build(path: Path, messages: int, language: Language) -> None:
    """Record them."""
    with Archive.create(path, Unsynced()) as archive, Recorder(archive) as recorder:
        for exchange in exchanges(messages, language):
            recorder.record(exchange)


def _first(hits: Callable[[], Iterator[Hit]], many: int) -> tuple[float, int]:
    """Milliseconds to the first so many hits, the best of some rounds, and how many there are of them."""
    best, found = float("inf"), 0
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        found = len(list(islice(hits(), many)))
        best = min(best, time.perf_counter() - start)
    return best * 1e3, found


def _looks(searcher: Searcher, words: Sequence[str], messages: int, of: str) -> Iterator[Figure]:
    """What is timed in a running process: one hit is judged, a page of them told."""
    common, usual, rare = words[COMMON], words[USUAL], words[RARE]
    session = f"session-{messages // A_TURN // TURNS_A_SESSION // 2:06d}"
    old = Wanted(Filter(until_ms=STARTED_MS + 3_600_000))
    looks = {
        "the most frequent word": (common, EVERYTHING),
        "a usual word": (usual, EVERYTHING),
        "a rare word": (rare, EVERYTHING),
        "a word that is nowhere": ("nowherewhatever", EVERYTHING),
        "both frequent words": (f"{common} {usual}", EVERYTHING),
        "a phrase": (f'"{common} {words[1]}"', EVERYTHING),
        "a beginning of three letters": (f"{usual[:3]}*", EVERYTHING),
        "a beginning of one letter": (f"{usual[:1]}*", EVERYTHING),
        "a usual word in an old session": (usual, Wanted(session=session)),
        "a usual word in results of a tool": (usual, Wanted(tool="Tool7", role="tool")),
        "a usual word in the first hour": (usual, old),
        "errors, of which there are none": ("", Wanted(errors=True)),
    }
    for name, (query, wanted) in looks.items():
        first, _ = _first(lambda query=query, wanted=wanted: searcher.words(query, wanted), 1)  # type: ignore[misc]
        page, found = _first(lambda query=query, wanted=wanted: searcher.words(query, wanted), _PAGE)  # type: ignore[misc]
        told = f"{found} hits in {page:.1f} ms"
        yield Figure(f"{name}, {of}", f"{first:.1f} ms", "", told, "20 ms", "5 ms", below(first, 20, 5))


def _weight(path: Path, searcher: Searcher, timeline: Timeline) -> Iterator[Figure]:
    """What the search index weighs beside the text in it and the archive's own index."""
    size = sum(file.stat().st_size for file in (path / "index").glob(f"{FILE}*"))
    text = sum(
        len(passage.text.encode())
        for row in islice(timeline.newest_turns(None), _SAMPLE)
        for _message, passage in searcher.passages.said(row.id)
    )
    whole = text * timeline.archive.index.db.execute("SELECT count(*) FROM turns").fetchone()[0] / _SAMPLE
    yield Figure("search index, beside the text in it", f"{size:,} B", f"{whole:,.0f} B", f"{size / whole:.0%}")


def _commands(path: Path, words: Sequence[str], of: str) -> Iterator[Figure]:
    """The whole command, up to its end. A rare word's hits lie far apart, and each is read from its object."""
    for name, rank in (("usual", USUAL), ("rare", RARE)):
        spent = _command(path, words[rank])
        what = f"deck search of a {name} word, {_PAGE} hits, {of}"
        yield Figure(what, f"{spent:.0f} ms", "", "", "150 ms", "", below(spent, 150, 150))


def _command(path: Path, word: str) -> float:
    """Milliseconds, the best of some rounds."""
    return min(seconds(("-c", DECK, "search", word, "--archive", str(path))) for _ in range(_ROUNDS)) * 1e3


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures; a quick run makes 100,000 messages."""
    path, language = workspace.folder / "searched", Language()
    messages = QUICK if workspace.quick else MESSAGES
    build(path, messages, language)
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        begun = time.process_time()
        searcher.catch_up()
        spent = time.process_time() - begun
        of = f"{messages:,} messages"
        return [
            Figure(f"indexing {of} for search, CPU", f"{spent:.0f} s", "", f"{messages / spent:,.0f} a second"),
            *_weight(path, searcher, timeline),
            *_looks(searcher, language.words, messages, of),
            *_commands(path, language.words, of),
        ]
