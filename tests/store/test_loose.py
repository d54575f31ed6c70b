"""The loose form of a conversation: what was said stays, what clients drop or lay out anew goes."""

import pytest

from store.loose import Atom, after_request, answered, atoms_of, echo, joined, last_answer
from store.reading import Block

USER, SAID = Atom("user", "text", "one"), Atom("assistant", "text", "Alongstory.")
CALL = Atom("assistant", "tool-call", 'ls {"a": 1}')
MORE = Atom("user", "text", "two")


def test_what_goes_and_what_stays() -> None:
    blocks = [
        Block("system", "text", "Be brief."),
        Block("user", "text", "<system-reminder>Monday</system-reminder>one\n"),
        Block("user", "text", "  two"),
        Block("assistant", "thinking", "hm"),
        Block("assistant", "tool-call", name="ls", call_id="c1", data={"b": 1.0, "a": 2}),
        Block("tool", "tool-result", "a  b", call_id="c1"),
        Block("assistant", "other", name="compaction", data={"id": "x", "encrypted_content": "sealed"}),
        Block("assistant", "error", "Overloaded"),
    ]
    assert atoms_of(blocks) == (
        Atom("user", "text", "onetwo"),
        Atom("assistant", "tool-call", 'ls {"a": 2, "b": 1}'),
        Atom("tool", "tool-result", "ab"),
        Atom("assistant", "other", "sealed"),
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a<system-reminder>b</system-reminder>c<session_context>d</session_context>e", "ace"),
        ("a<system-reminder>b", "a<system-reminder>b"),
        ("a</system-reminder>b", "a</system-reminder>b"),
        ("<session_context>" * 200_000 + "x", "<session_context>" * 200_000 + "x"),
    ],
)
def test_reminders_go_in_one_pass(text: str, kept: str) -> None:
    assert [atom.text for atom in atoms_of([Block("user", "text", text)])] == [kept]


def test_an_answer_in_several_messages_is_one_and_prompts_are_not() -> None:
    pieces = [[USER], [MORE], [Atom("assistant", "text", "Along")], [Atom("assistant", "text", "story.")]]
    assert joined(pieces) == [USER, MORE, SAID]


@pytest.mark.parametrize(
    ("answer", "rest", "kind", "weight"),
    [
        ([SAID], [SAID, MORE], "full", 11),
        ([SAID, CALL], [SAID, CALL], "full", 22),
        ([SAID, CALL], [SAID, MORE], "partial", 11),
        ([SAID], [Atom("assistant", "text", "Alo"), MORE], "partial", 3),
        ([SAID], [MORE], "none", 0),
        ([], [MORE], "none", 0),
        ([], [SAID], "other", 0),
        ([SAID], [Atom("assistant", "text", "Else"), MORE], "other", 0),
        ([CALL], [Atom("assistant", "tool-call", "rm {}")], "other", 0),
        ([SAID, CALL], [SAID, Atom("assistant", "text", "And")], "other", 11),
    ],
)
def test_how_much_of_an_answer_comes_back(answer: list[Atom], rest: list[Atom], kind: str, weight: int) -> None:
    assert echo(answer, rest) == (kind, weight)


@pytest.mark.parametrize(
    ("request_", "later", "expected"),
    [
        ([USER], [USER, SAID, MORE], ([SAID, MORE], True)),
        ([USER, MORE], [USER, SAID], ([SAID], False)),  # the second prompt was for one request only
        ([USER._replace(text="oneandarule")], [USER, SAID], ([SAID], False)),
        ([USER, SAID], [USER, MORE], None),
        ([USER], [MORE, SAID], None),
        ([USER, MORE], [USER], None),
    ],
)
def test_what_follows_a_request(request_: list[Atom], later: list[Atom], expected: object) -> None:
    assert after_request(request_, later) == expected


def test_first_and_last_answer() -> None:
    assert list(answered([SAID, CALL, MORE, SAID])) == [SAID, CALL]
    assert last_answer([USER, SAID, MORE, CALL, MORE]) == ([CALL], MORE)
    assert last_answer([USER]) == ([], None)
