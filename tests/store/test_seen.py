"""The conversations that went on lately: what a body has in common with the one before it."""

import json
import random
from typing import Any

import pytest

from store.body import Earlier, split
from store.ids import object_id
from store.seen import Conversations, Seen


def remembered(*bodies: bytes) -> Conversations:
    seen = Conversations()
    for whole in bodies:
        body = split(whole)
        assert body is not None and body.conversation is not None
        contents = tuple(element.content for element in body.elements)
        seen.remember(Seen(object_id("blob", whole), Earlier(whole, body), contents, (), None))
    return seen


def body(count: int, *, opening: str = "fix it", tools: int = 40, system: str = "Be exact.") -> bytes:
    messages: list[Any] = [{"role": "user", "content": opening}]
    messages += [{"role": "assistant", "content": f"said {n} " * 20} for n in range(count)]
    messages[-1]["cache_control"] = {"type": "ephemeral"}
    named = [{"name": f"tool{n}", "input_schema": {"type": "object"}} for n in range(tools)]
    return json.dumps({"messages": messages, "system": system, "tools": named}).encode()


def joined(earlier: bytes, start: int, new: bytes, end: int) -> bytes:
    return earlier[:start] + new + earlier[len(earlier) - end :]


def test_a_conversation_that_goes_on_is_its_beginning_and_its_end_with_what_is_new_between() -> None:
    earlier, later = body(30), body(31)
    common = remembered(earlier).same(later)
    assert common is not None
    assert common.of == object_id("blob", earlier)
    new = later[common.start : len(later) - common.end]
    assert joined(earlier, common.start, new, common.end) == later
    assert len(new) < 600


def test_of_several_conversations_the_one_that_begins_alike_is_compared() -> None:
    one, other = body(30, opening="one"), body(30, opening="two")
    common = remembered(one, other).same(body(31, opening="one"))
    assert common is not None and common.of == object_id("blob", one)


def test_a_conversation_waits_longer_for_its_next_body_the_more_go_on_at_once() -> None:
    one = body(3, opening="one")
    in_turn = [body(3, opening=f"number {n % 40}") for n in range(100)]
    common = remembered(one, *in_turn).same(body(4, opening="one"))
    assert common is not None and common.of == object_id("blob", one)
    alone = remembered(one, *[body(3, opening="another")] * 100).same(body(4, opening="one"))
    assert alone is None or alone.of != object_id("blob", one)


def test_a_body_too_large_to_keep_displaces_no_other_conversation() -> None:
    small = body(30, opening="small")
    large = [body(30, opening="large", system="x" * ((8 << 20) + more)) for more in (0, 1)]
    seen = remembered(small, *large, body(30, opening="another"))
    common = seen.same(body(31, opening="small"))
    assert common is not None and common.of == object_id("blob", small)
    common = seen.same(body(31, opening="large"))
    assert common is None or common.of != object_id("blob", large[1])


def test_what_is_mostly_new_has_nothing_in_common() -> None:
    assert remembered(body(3, tools=0)).same(body(40, opening="something else", tools=0)) is None
    assert remembered(body(3)).same(b"") is None
    assert Conversations().same(body(3)) is None


@pytest.mark.parametrize("seed", range(60))
def test_a_changed_body_comes_back_whatever_was_changed(seed: int) -> None:
    dice = random.Random(seed)
    earlier = body(dice.randrange(1, 12))
    later = bytearray(earlier)
    for _ in range(dice.randrange(3)):
        at = dice.randrange(len(later))
        later[at : at + dice.randrange(300)] = dice.randbytes(dice.randrange(300))
    common = remembered(earlier).same(bytes(later))
    if common is not None:
        assert common.start + common.end <= min(len(earlier), len(later))
        new = bytes(later[common.start : len(later) - common.end])
        assert joined(earlier, common.start, new, common.end) == later


def test_the_same_body_again_has_nothing_new() -> None:
    again = body(5)
    common = remembered(again).same(again)
    assert common is not None and (common.start, common.end) == (len(again), 0)
