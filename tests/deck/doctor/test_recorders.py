"""What is said of the proxies that run, and of the ones that ended."""

from pathlib import Path

import pytest

from deck.doctor import recorders
from deck.doctor.finding import Level
from deck.recorders import Running, running
from store import status
from store.archive import Archive
from store.clean import Cleaner
from store.files import FILES
from store.spool import Spool

NOW = 1_700_000_000_000


def alive(version: str = "11.0.2", **more: object) -> Running:
    fields = {"pid": 1, "ports": (8080,), "mitmproxy": version, "confdir": Path("/c"), "refused": {}, "refused_ms": 0}
    return Running(**(fields | more))  # type: ignore[arg-type]


def test_a_living_recorder_is_found_by_its_lock(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "archive") as archive:
        spool = Spool.create(archive.path, Cleaner(archive.key))
        status.write(spool.folder, FILES, {"pid": 7, "port": 4711, "mitmproxy": "12.2.3", "confdir": "/conf"})
        assert running(archive.path) == [Running(7, (4711,), "12.2.3", Path("/conf"), {}, 0)]
        status.write(spool.folder, FILES, {"pid": 7, "port": 4711, "ports": [4711, 4712]})
        assert running(archive.path) == [Running(7, (4711, 4712), "", Path(), {}, 0)]
        status.write(spool.folder, FILES, {"pid": "x", "port": None, "refused_ca": 7})
        assert running(archive.path) == [Running(0, (), "", Path(), {}, 0)]
        (spool.folder / status.NAME).write_bytes(b"[")
        assert running(archive.path) == []
        (spool.folder / status.NAME).unlink()
        spool.close()
    assert running(tmp_path / "nothing") == []


@pytest.mark.parametrize(
    ("version", "level"),
    [("10.4.2", Level.MEND), ("11.0.1", Level.MEND), ("11.0.2", Level.OK), ("12.2.3", Level.OK), ("13.0", Level.NOTE)],
)
def test_the_version_of_mitmproxy(tmp_path: Path, version: str, level: Level) -> None:
    found = [each for each in recorders.check(tmp_path, [alive(version)], NOW) if version in each.message]
    assert [each.level for each in found if "port 8080" in each.message] == [level]


def test_every_port_is_told(tmp_path: Path) -> None:
    found = [each.message for each in recorders.check(tmp_path, [alive(ports=(1, 2)), alive(ports=())], NOW)]
    assert any("one records on ports 1, 2 (" in each for each in found)
    assert any("one records on no port (" in each for each in found)


def test_who_refused_the_ca_a_while_ago_is_only_noted(tmp_path: Path) -> None:
    def level(at_ms: int) -> Level:
        one = alive(refused={"api.anthropic.com": 2}, refused_ms=at_ms)
        (found,) = [each for each in recorders.check(tmp_path, [one], NOW) if each.check == "tls"]
        assert "api.anthropic.com 2×" in found.message
        return found.level

    assert level(NOW - 60_000) is Level.MEND
    assert level(NOW - 7_200_000) is Level.NOTE


@pytest.mark.parametrize(
    ("fields", "level", "words"),
    [
        ({}, Level.OK, ("fail policy open",)),
        ({"gaps": 2, "fail": "closed"}, Level.OK, ("2 gaps so far", "fail policy closed")),
        ({"trouble": "disk full", "waiting": 3}, Level.MEND, ("disk full; 3 exchanges waiting", "traffic goes on")),
        ({"trouble": "disk full", "fail": "closed"}, Level.MEND, ("fail policy closed", "new model calls get a 503")),
    ],
)
def test_how_a_recorder_fares(tmp_path: Path, fields: dict[str, object], level: Level, words: tuple[str, ...]) -> None:
    found = next(each for each in recorders.check(tmp_path, [alive(**fields)], NOW) if each.check == "proxy")
    assert found.level is level
    assert all(word in found.message + found.next for word in words)


def test_none_running_is_no_fault(tmp_path: Path) -> None:
    found = {each.check: each.level for each in recorders.check(tmp_path, [], NOW)}
    assert (found["proxy"], found["tls"]) == (Level.NOTE, Level.OK)
