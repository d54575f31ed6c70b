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


def test_of_a_talk_that_goes_on_the_latest_body_is_kept() -> None:
    masker = BodyMasker(Masking(KEY))
    for turns in range(1, 20):
        masker.mask(body(1, turns))
        masker.mask(body(2, turns))
    assert len(masker._earlier._kept.latest_first) <= 4
