"""A launch inside another one."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deck.diagnostics import USAGE, Problem
from deck.launch import session, variables

INSIDE = "deck: this runs inside a deck run that records into the same archive: the command runs as it is"


@pytest.fixture
def port() -> Iterator[int]:
    """Somebody listens there."""
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()
        yield proxy.getsockname()[1]


def inside(port: int, policy: str, archive: Path, **given: object) -> int:
    """Run a command inside a run with this policy."""
    environ = {
        **variables.for_agent(port, archive / "bundle", (), {}),
        **variables.of_run(variables.Outer(port, policy), archive),
    }
    command = (sys.executable, "-c", "raise SystemExit(7)")
    return session.run(session.Launch(command, archive, **given), environ)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "given", "more"),
    [
        ("open", {}, ""),
        ("open", {"tags": ("a",), "password": True}, ", without --tag, --password"),
        ("closed", {"fail": "closed", "settings": ("body_size_limit=1m",)}, ", without --set"),
        ("closed", {"settings": ("deck_fail=closed",)}, ""),
        ("closed", {"fail": "open"}, ""),
    ],
)
def test_options_without_effect_are_named(
    tmp_path: Path, port: int, policy: str, given: dict[str, object], more: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert inside(port, policy, tmp_path, **given) == 7
    assert capfd.readouterr().err == f"{INSIDE}{more}\n"


@pytest.mark.parametrize("given", [{"fail": "closed"}, {"settings": ("deck_fail=closed",)}])
def test_a_policy_that_the_outer_run_does_not_have_is_refused(
    tmp_path: Path, port: int, given: dict[str, object]
) -> None:
    with pytest.raises(Problem, match="--fail closed cannot be kept") as refused:
        inside(port, "open", tmp_path, **given)
    assert refused.value.code == USAGE
