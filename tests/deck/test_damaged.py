"""What is damaged is never shown as if it were sound, whoever looks: the read model, a command, the TUI."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from damage import FLIPS, make_small
from tui_pilot import running

from deck.cli import main
from deck.diagnostics import DAMAGED
from deck.timeline import Timeline
from store.errors import StoreError

Shown = dict[tuple[str, str], object]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    make_small(tmp_path / "a", 3)
    monkeypatch.setenv("DECK_STORE", str(tmp_path / "a"))
    yield tmp_path / "a"


def packs(path: Path) -> list[Path]:
    return sorted((path / "objects" / "pack").iterdir())


def damage(path: Path) -> None:
    """Bytes of every pack turn, in place: a file that is shorter for a moment is another thing."""
    for pack in packs(path):
        with pack.open("r+b") as file:
            file.seek(60)
            file.write(bytes(10))


def everything(timeline: Timeline) -> Shown:
    """All that can be asked of each turn; an error as its kind."""
    found: Shown = {}
    for row in list(timeline.newest_turns(None)):
        for what, ask in (
            ("turn", lambda id=row.id: timeline.turn(id)),
            ("request", lambda id=row.id: timeline.body(id, "request")),
            ("response", lambda id=row.id: timeline.body(id, "response")),
            ("object", lambda id=row.id: timeline.object(id)),
            ("pieces", lambda id=row.id: timeline.pieces(id)),
            ("steps", lambda id=row.id: [timeline.step(each) for each in timeline.turn_steps(id)]),
        ):
            try:
                found[row.id, what] = ask()
            except StoreError:
                found[row.id, what] = "damaged"
    return found


@pytest.mark.parametrize("flip", FLIPS)
def test_bytes_that_turn_under_a_reader_are_an_error_or_were_read_before(path: Path, flip: int) -> None:
    with Timeline.open(path) as timeline:
        sound = everything(timeline)
    assert "damaged" not in sound.values()
    for pack in packs(path):
        whole = pack.read_bytes()
        for place in range(flip % 7, len(whole), 61):
            with Timeline.open(path) as timeline:
                first = next(iter(timeline.newest_turns(None))).id
                timeline.body(first, "request")
                pack.write_bytes(whole[:place] + bytes((whole[place] ^ flip,)) + whole[place + 1 :])
                for asked, shown in everything(timeline).items():
                    assert shown == "damaged" or shown == sound[asked], (place, asked)
            pack.write_bytes(whole)


def test_a_command_says_what_is_damaged_and_prints_nothing_of_it(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Timeline.open(path) as timeline:
        turns = [row.id for row in timeline.newest_turns(None)]
    damage(path)
    for line in (["checkout", turns[0]], ["checkout", "--json", turns[0]], ["show", turns[0]]):
        assert main(line) == DAMAGED
        out, err = capsys.readouterr()
        assert out == ""
        assert "damaged" in err and "deck fsck" in err


def test_a_damaged_index_is_told_in_words(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index = path / "index" / "index.sqlite"
    data = bytearray(index.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page : page + 1000] = b"\xff" * 1000
    index.write_bytes(data)
    code = main(["sessions"])
    err = capsys.readouterr().err
    assert code == 0 or (code == DAMAGED and "deck fsck --repair" in err)
    assert main(["fsck", "--repair"]) == 0
    assert main(["sessions"]) == 0


async def test_the_screen_says_that_a_step_is_damaged(path: Path) -> None:
    async with running(path) as deck:
        await deck.see("6 turns")
        damage(path)
        await deck.press("enter")
        await deck.see("damaged", "deck fsck")


async def test_an_open_session_whose_turns_are_lost_is_not_called_empty(path: Path) -> None:
    async with running(path) as deck:
        await deck.see("6 turns")
        await deck.press("enter")
        await deck.see("turn 1 of 3", "Question 0")
        damage(path)
        pack = packs(path)[0]
        os.truncate(pack, pack.stat().st_size - 1)  # now what the index says of the packs is read anew
        await deck.see("6 turns recorded here cannot be read", "deck fsck")


async def test_an_archive_that_lost_its_turns_is_not_called_empty(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for pack in packs(path):
        data = pack.read_bytes()
        pack.write_bytes(data[:60] + bytes(20) + data[80:])
    for file in (path / "index").iterdir():
        file.unlink()
    assert main(["fsck"]) == 1
    assert "6 turns cannot be read, 0 not whole, 0 whole. `deck fsck --repair`" in capsys.readouterr().out
    assert main(["fsck", "--repair"]) == 1
    assert f"6 turns lost, 0 not whole, 0 whole; damaged bytes are kept in {path}/quarantine" in capsys.readouterr().out
    lists = (["log", "--all"], ["sessions"], ["search", "Answer"], ["stats"], ["stats", "--model", "x"])
    for line in (["log"], ["checkout"], *lists, *([*each, "--json"] for each in lists)):
        assert main(line) == DAMAGED, line
        err = capsys.readouterr().err
        assert "6 turns recorded here cannot be read" in err and "quarantine" in err and "deck fsck" in err
    async with running(path) as deck:
        await deck.see("`deck fsck` says more: 6 turns recorded here cannot be read")


def test_what_is_not_found_may_lie_in_what_is_lost(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "walrus"]) == 1
    packs(path)[0].unlink()
    for file in (path / "index").iterdir():
        file.unlink()
    assert main(["search", "walrus"]) == DAMAGED
    assert main(["search", "Answer"]) == 0
    assert "3 turns recorded here cannot be read" in capsys.readouterr().err
    assert main(["fsck"]) == 1
    assert "3 turns cannot be read, 3 not whole, 0 whole" in capsys.readouterr().out  # their tool list was shared


def test_lists_that_have_something_to_show_say_what_is_lost_and_end_well(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packs(path)[0].unlink()
    for file in (path / "index").iterdir():
        file.unlink()
    for line in (["log"], ["log", "--all"], ["sessions"], ["search", "Answer"], ["stats"]):
        for form in ([], ["--json"]):
            assert main([*line, *form]) == 0, line
            out, err = capsys.readouterr()
            assert out and "3 turns recorded here cannot be read" in err


@pytest.mark.parametrize("line", [["log", "--all"], ["sessions"], ["search", "Answer"], ["stats"]])
def test_json_of_an_archive_without_packs_is_no_list_of_nothing(
    path: Path, line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (*packs(path), *(path / "index").iterdir()):
        file.unlink()
    for form in ([], ["--json"]):
        assert main([*line, *form]) == DAMAGED
        err = capsys.readouterr().err
        assert "6 turns recorded here cannot be read" in err and "no session yet" not in err
