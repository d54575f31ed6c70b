"""What saves work changes nothing: the short way for what holds nothing, chunks of any size, a known earlier body."""

import json
import random
from base64 import b64encode
from typing import Any

import pytest
from masked_streams import FORMATS, chunks, events
from masked_texts import KEY
from secrets_planted import RULES, in_markers, private_key, secret

from store.masking.body import BodyMasker
from store.masking.exact import Exact
from store.masking.forms import Forms
from store.masking.keywords import Keywords
from store.masking.masking import Masking
from store.masking.quiet import Quiet, Signs
from store.masking.rules import builtin
from store.masking.stream import StreamMasker

VALUES = (b"hunter2-and-more 9", b'with "quotes" 1', b"plainvalue99")
WORDS = (
    "the ", "file", "a", "s", "as",
    "sk", "sk-", "-----", "://", "https://", "eyJ", "gh", "p_", "-", "_", "\n", "\\", "\\n",
    "\\u0073", "\\u00", "%", "%7", "%73k-", "\\x73k", "\\/", "é", "日本", "😀", '"', "'", "{}", '{"a": 1}', " ", ". ",
    "[[deck:jwt:0123456789abcdef]]", "[[deck:", "hunter2", "plainval", "authorization: bearer ", "c2st", "PRIVATE KEY",
)  # fmt: skip


class NeverQuiet(Quiet):
    """The long way for everything."""

    def is_quiet(self, text: bytes) -> bool:
        """Never."""
        return False


FILLER = "The quick brown fox jumps. " * 20
KEYWORDS = Keywords(builtin())
SIGNS = Signs(KEYWORDS)


def maskings(exact: tuple[bytes, ...]) -> tuple[Masking, Masking]:
    """As it is, and one that goes the long way."""
    usual, long = Masking(KEY, exact=exact), Masking(KEY, exact=exact)
    long.finder.quiet = NeverQuiet(SIGNS, Exact(exact))
    return usual, long


MASKINGS = [maskings(VALUES[:count]) for count in range(len(VALUES) + 1)]


KNOWN_FORMS = Forms()


def _hidden(value: str, chance: random.Random) -> str:
    way = chance.randrange(6)
    if way == 0:
        return b64encode(value.encode()).decode()
    if way == 1:
        return "".join(f"\\u{ord(each):04x}" if chance.random() < 0.2 else each for each in value)
    if way == 2:
        return value[: chance.randint(1, len(value))]
    return value


def _text(chance: random.Random) -> str:
    parts: list[str] = []
    for _ in range(chance.randint(1, 6)):
        kind = chance.randrange(10)
        if kind == 0:
            parts.append(_hidden(secret(chance.choice(RULES), chance.randrange(5)), chance))
        elif kind == 1:
            parts.append(_hidden(chance.choice(VALUES).decode(), chance))
        elif kind == 2 and chance.random() < 0.1:
            parts.append(in_markers(private_key(1)))
        else:
            parts.append(chance.choice(WORDS))
    return "".join(parts)


def _stream(chance: random.Random) -> bytes:
    kind = chance.choice((*FORMATS, "plain"))
    texts = [_text(chance) for _ in range(1 if kind == "ollama" else chance.randint(1, 2))]
    if kind == "plain":
        return "\n".join(texts).encode()
    stream = events(kind, texts, chance, chance.choice((3, 9, 20, 60, 400)))
    return stream[: chance.randrange(len(stream) + 1)] if stream and chance.random() < 0.1 else stream


def _masked(masking: Masking, pieces: list[bytes]) -> tuple[bytes, list[Any]]:
    masker = StreamMasker(masking)
    out = [masker.feed(piece) for piece in pieces]
    assert sum(map(len, pieces)) >= masker.held >= 0
    out.append(masker.flush())
    assert masker.held == 0
    return b"".join(out), masker.places


def _masked_late(masking: Masking, pieces: list[bytes], chance: random.Random) -> tuple[bytes, list[Any]]:
    """With forms of other streams known, and several pieces taken in one go."""
    masker = StreamMasker(masking, KNOWN_FORMS)
    out: list[bytes] = []
    late: list[bytes] = []
    for piece in pieces:
        late.append(piece)
        if chance.random() < 0.2:
            out += masker.feed_all(late)
            late = []
    return b"".join((*out, *masker.feed_all(late), masker.flush())), masker.places


def _check(seed: int) -> None:
    chance = random.Random(seed)
    usual, long = chance.choice(MASKINGS)
    stream = _stream(chance)
    pieces = list(chunks(stream, chance, chance.choice((10, 100, 5000))))
    out, places = _masked(usual, pieces)
    assert (out, places) == _masked(long, list(chunks(stream, chance, 500))), seed
    assert (out, places) == _masked_late(usual, pieces, chance), seed
    in_events = [each + b"\n\n" for each in stream.split(b"\n\n")]
    in_events[-1] = in_events[-1][:-2]
    assert (out, places) == _masked_late(usual, in_events, chance), seed
    whole = BodyMasker(usual).mask(stream)
    assert (out, tuple(places)) == whole, seed


def _check_bodies(seed: int) -> None:
    """A body that changes anywhere is masked as if no other had been before it, with the short way and without."""
    chance = random.Random(seed)
    usual, long = chance.choice(MASKINGS)
    known = BodyMasker(usual)
    messages = [f"{number} {FILLER}{_text(chance)}" for number in range(40)]
    system = [_text(chance) if chance.random() < 0.5 else "", FILLER * 20, _text(chance), FILLER * 20]
    instructions = "".join(system)[chance.randrange(4000) :]
    for _ in range(6):
        at = chance.randrange(len(messages))
        change = chance.randrange(4)
        if change == 0:
            messages[at:at] = [_text(chance)]
        elif change == 1:
            messages[at] = messages[at][: chance.randrange(len(messages[at]))] + _text(chance)
        elif change == 2:
            del messages[at]
        else:
            messages.append(_text(chance))
        members = {"model": "m", "messages": messages, "system": instructions, "n": 1}
        body = json.dumps(members, ensure_ascii=False).encode()
        assert known.mask(body) == BodyMasker(long).mask(body), seed


@pytest.mark.parametrize("seed", range(40))
def test_streamed_in_chunks_is_masked_as_the_whole(seed: int) -> None:
    _check(seed)


@pytest.mark.parametrize("seed", range(10))
def test_a_body_after_others_is_masked_as_by_itself(seed: int) -> None:
    _check_bodies(seed)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(20))
def test_two_thousand_bodies_after_others(part: int) -> None:
    for seed in range(1000 + part * 100, 1000 + (part + 1) * 100):
        _check_bodies(seed)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(40))
def test_twenty_thousand_streams(part: int) -> None:
    for seed in range(1000 + part * 500, 1000 + (part + 1) * 500):
        _check(seed)
