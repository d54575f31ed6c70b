"""Which earlier bodies a new one is compared with, and which of them are kept."""

import json

from store.masking.body import BodyMasker, TooMuch
from store.masking.masking import Masking

SYSTEM = ["sk-ant- begins a key, and so does ghp_."] * 2000
KEY = bytes(32)


def body(talk: int, turns: int) -> bytes:
    said = [
        {"role": "user", "content": f"{talk} says {turn}: sk-ant- " + f"words of {talk}-{turn} " * 60}
        for turn in range(turns)
    ]
    return json.dumps({"model": "m", "system": SYSTEM, "messages": said}).encode()


def test_many_talks_at_once_are_each_known() -> None:
    masker = BodyMasker(Masking(KEY))
    talks = range(30)
    for talk in talks:
        masker.mask(body(talk, 60))
    unknown = []
    for turns in (61, 62):
        for talk in talks:
            try:
                masker.mask(body(talk, turns), 24 << 10)
            except TooMuch:
                unknown.append((talk, turns))
    assert unknown == []


MARK = {"cache_control": {"type": "ephemeral"}}
INSTRUCTIONS = "Rules of the house: no sk-ant- keys. " + "Be kind and exact, and answer in words. " * 1000


def coding(talk: int, turns: int) -> bytes:
    """As Claude Code asks: the conversation before the instructions, which are the same for all, and markers move."""
    said = []
    for turn in range(turns):
        text = f"Fix issue {talk} of the shop" if turn == 0 else f"Result {turn} of {talk}: " + f"word{turn} " * 200
        block = {"type": "text", "text": text} | (MARK if turns - turn <= 2 else {})
        reminder = [{"type": "text", "text": INSTRUCTIONS[:6000]}] if turn == 0 else []
        said.append({"role": "user", "content": [*reminder, block]})
    members = {"system": INSTRUCTIONS, "metadata": {"session": f"{talk:032x}"}}
    return json.dumps({"model": "m", "messages": said} | members, separators=(",", ":")).encode()


def test_talks_that_begin_alike_do_not_make_each_other_forgotten() -> None:
    masker = BodyMasker(Masking(KEY))
    talks = range(30)
    for talk in talks:
        masker.mask(coding(talk, 1))
    for turns in range(2, 6):
        for talk in talks:
            masker.mask(coding(talk, turns), most=16 << 10)  # else TooMuch
    assert len(masker._earlier._kept.latest_first) == len(talks)


def test_of_a_talk_that_goes_on_the_latest_body_is_kept() -> None:
    masker = BodyMasker(Masking(KEY))
    for turns in range(1, 20):
        masker.mask(body(1, turns))
        masker.mask(body(2, turns))
    assert len(masker._earlier._kept.latest_first) <= 4
