"""How a rev is taken apart and looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.diagnostics import USAGE, Problem
from deck.revs import resolve
from store.errors import Ambiguous, NotFound

A, B, C = "a" * 64, "ab" + "b" * 62, "c" * 64
BLOB = "dead" + "0" * 60


@dataclass
class InMemory:
    """Names held in dictionaries: turns C -> B -> A, newest first, and a blob."""

    turns: dict[str, str | None] = field(default_factory=lambda: {A: None, B: A, C: B})
    tags: dict[str, str] = field(default_factory=lambda: {"v1": A, "both": B})
    sessions: dict[str, str] = field(default_factory=lambda: {"5e55-one": B, "5e55-two": C, "both": C, "x:y~z": A})

    def head(self) -> str | None:
        return C if self.turns else None

    def tag(self, name: str) -> str | None:
        return self.tags.get(name)

    def sessions_beginning(self, prefix: str, limit: int) -> Sequence[tuple[str, str]]:
        return sorted(pair for pair in self.sessions.items() if pair[0].startswith(prefix))[:limit]

    def objects_beginning(self, prefix: str, limit: int) -> Sequence[str]:
        return [id for id in (*self.turns, BLOB) if id.startswith(prefix)][:limit]

    def describe(self, id: str) -> tuple[str, str]:
        return ("turn", "one") if id in self.turns else ("blob", "")

    def previous(self, turn: str) -> str | None:
        return self.turns.get(turn)


@pytest.mark.parametrize(
    ("rev", "id"),
    [
        ("HEAD", C),
        ("HEAD~", B),
        ("HEAD^^", A),
        ("HEAD~0", C),
        ("HEAD~1^", A),
        ("~2", A),
        ("cccc", C),
        (A, A),
        ("aaaa", A),
        ("abbb~1", A),
        ("v1", A),
        ("tags/v1", A),
        ("tags/both", B),
        ("sessions/both", C),
        ("5e55-o", B),
        ("5e55-one^", A),
        ("sessions/5e55-t", C),
        ("x:y~z", A),
        ("dead", BLOB),
    ],
)
def test_names(rev: str, id: str) -> None:
    assert resolve(rev, InMemory()).id == id


def test_parts() -> None:
    names = InMemory()
    step = resolve("HEAD~1:12", names)
    assert (step.id, step.part, step.step, step.session) == (B, "step", 12, "one")
    tool = resolve("HEAD:tools/a/b", names)
    assert (tool.part, tool.tool) == ("tools", "a/b")
    for part in ("request", "response", "system", "headers", "tools"):
        assert resolve(f"cccc:{part}", names).part == part
    assert resolve("5e55-one:request", names).id == B


@pytest.mark.parametrize(
    "rev",
    [
        *("nothing", "aa", "HEAD~99", "HEAD~x", "HEAD^1", "HEAD~9999999999", "HEAD:", "HEAD:nothing", "HEAD:system/x"),
        *("dead:request", "HEAD:²", "tags/nothing", "sessions/", "a" * 65, "\udc80", "HEAD\n", "../../etc/passwd"),
    ],
)
def test_what_names_nothing_says_so(rev: str) -> None:
    with pytest.raises(NotFound) as caught:
        resolve(rev, InMemory())
    assert str(caught.value).isprintable()


def test_an_empty_archive_has_no_head() -> None:
    with pytest.raises(NotFound, match="no turn yet"):
        resolve("HEAD", InMemory(turns={}))


def test_ambiguous_names_list_forms_that_are_not() -> None:
    names = InMemory()
    with pytest.raises(Ambiguous) as caught:
        resolve("both", names)
    assert caught.value.candidates == ("tags/both", "sessions/both")
    assert {resolve(each, names).id for each in caught.value.candidates} == {B, C}
    with pytest.raises(Ambiguous) as caught:
        resolve("5e55", names)
    assert caught.value.candidates == ("sessions/5e55-one", "sessions/5e55-two")
    names.turns[B[:4] + "f" * 60] = None
    with pytest.raises(Ambiguous) as caught:
        resolve(B[:4], names)
    assert caught.value.candidates == (B, B[:4] + "f" * 60)


def test_two_names_of_one_turn_are_not_ambiguous() -> None:
    assert resolve("both", InMemory(tags={"both": C})).id == C


def test_no_text_is_a_mistake_and_a_text_too_short_says_how_long_it_has_to_be() -> None:
    with pytest.raises(Problem) as caught:
        resolve("", InMemory())
    assert caught.value.code == USAGE
    for rev in ("463", "463~1", "4:request"):
        with pytest.raises(NotFound, match="at least its first 4 digits"):
            resolve(rev, InMemory())


@given(st.text(st.characters(codec=None)) | st.text("HEAD~^:/0123456789abcdefx"))
def test_any_text_is_answered(rev: str) -> None:
    try:
        assert resolve(rev, InMemory()).id in (A, B, C, BLOB)
    except (NotFound, Ambiguous):
        assert rev
    except Problem:
        assert not rev
