"""`deck init`, `env`, `proxy` and `addon-path` as processes."""

import json
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from launching import ASK, MAIN, World, until, world

from deck.demo.stage import ROUTE
from deck.launch.ports import free
from deck.launch.proxy import CAPTURE
from store.archive import Archive

pytestmark = pytest.mark.e2e


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def deck(machine: World, *words: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", MAIN, *words]
    return subprocess.run(
        command, env=machine.environ, cwd=cwd or machine.folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_projects_archive_is_ignored_by_git_and_found_from_below(machine: World) -> None:
    project = machine.folder / "project"
    (project / "deep/er").mkdir(parents=True)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    first = deck(machine, "init", cwd=project)
    assert (first.returncode, first.stdout) == (0, f"Made {project / '.deck'}\n")
    before = (project / ".deck/FORMAT").read_bytes()
    again = deck(machine, "init", str(project))
    assert (again.returncode, again.stdout) == (0, f"Already there: {project / '.deck'}\n")
    assert (project / ".deck/FORMAT").read_bytes() == before
    status = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True, check=True)
    assert status.stdout == ""
    agent = [sys.executable, "-c", MAIN, "run", "--", "true"]
    subprocess.run(agent, cwd=project / "deep/er", env=machine.environ, check=True, capture_output=True)
    with Archive.open(project / ".deck") as archive:
        assert archive.index.db.execute("SELECT count(*) FROM objects WHERE kind = 'run'").fetchone() == (2,)


def test_the_addon_is_where_it_is_said_to_be(machine: World) -> None:
    assert deck(machine, "addon-path").stdout == f"{CAPTURE}\n"
    assert CAPTURE.is_file()


def test_a_shell_with_the_exports_goes_through_the_proxy(machine: World) -> None:
    (port,) = free(1)
    line = ["proxy", "--port", str(port), "--archive", str(machine.archive), "--tag", "by-hand"]
    line += ["--set", f"scripts={ROUTE}", "--set", f"deck_demo_port={machine.provider.port}"]
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *line],
        env=machine.environ,
        cwd=machine.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as proxy:
        until(lambda: answers(port))
        exports = deck(machine, "env", "--shell", "bash", "--port", str(port))
        assert exports.returncode == 0, exports.stderr
        agent = f'{exports.stdout}\nexec "$0" -c "$1"'
        asked = subprocess.run(
            ["sh", "-c", agent, sys.executable, ASK + "ask()"], env=machine.environ, capture_output=True, text=True
        )
        assert asked.returncode == 0, asked.stderr
        proxy.send_signal(signal.SIGTERM)
        out, err = proxy.communicate(timeout=30)
    env = f"deck env --port {port} --archive {machine.archive}"
    assert (out, err) == ("", f'deck: the proxy records into {machine.archive}; its clients: eval "$({env})"\n')
    with Archive.open(machine.archive) as archive:
        assert archive.index.db.execute("SELECT count(*) FROM turns").fetchone() == (1,)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_exports_speak_the_users_shell(machine: World) -> None:
    machine.environ["SHELL"] = "/usr/bin/fish"
    (port,) = free(1)
    unanswered = deck(machine, "env", "--port", str(port))
    assert unanswered.stdout.startswith(f"set -gx HTTPS_PROXY 'http://127.0.0.1:{port}';\n")
    assert f"listens on port {port}; `deck proxy --port {port}` starts one" in unanswered.stderr
    machine.environ["SHELL"] = "/bin/something"
    assert deck(machine, "env").stdout.startswith("export HTTPS_PROXY=http://127.0.0.1:8080\n")
    machine.environ["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:4000"
    warned = deck(machine, "env", "--shell", "zsh")
    assert warned.stdout.startswith("export HTTPS_PROXY=") and "127.0.0.1:4000" not in warned.stdout
    assert "ANTHROPIC_BASE_URL names http://127.0.0.1:4000, which clients reach past the proxy" in warned.stderr
    assert "--mode reverse:http://127.0.0.1:4000@PORT" in warned.stderr
    refused = deck(machine, "env", "--shell", "csh")
    assert (refused.returncode, refused.stdout) == (2, "")


def test_the_fail_policy_may_be_set_as_an_option_of_the_addon_and_the_last_line_ends_with_a_command(
    machine: World,
) -> None:
    place = machine.folder / "sp äö"
    command = machine.command("--set", "deck_fail=closed", agent=[sys.executable, "-c", ASK + "ask()"])
    command[command.index(str(machine.archive))] = str(place)
    done = subprocess.run(command, env=machine.environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert f" · deck --archive '{place}' " in done.stderr
    with Archive.open(place) as archive:
        assert archive.index.db.execute("SELECT count(*) FROM turns").fetchone() == (1,)
        rows = archive.index.db.execute("SELECT id FROM objects WHERE kind = 'run'").fetchall()
        runs = [json.loads(archive.get(bytes(id)).payload) for (id,) in rows]
    assert [each["fail"] for each in runs if each["type"] == "start"] == ["closed"]


def test_a_proxy_that_cannot_start_says_why(machine: World) -> None:
    done = machine.run("ask()", "--set", "ssl_insecure=maybe")
    assert done.returncode == 1
    assert "the proxy did not start: " in done.stderr and "oolean must be" in done.stderr


def test_an_option_that_nobody_has_stops_it_unless_a_script_of_the_users_has_it(machine: World) -> None:
    done = machine.run("ask()", "--set", "foo=bar")
    assert done.returncode == 1 and "no script has the option foo;" in done.stderr
    script = machine.folder / "users.py"
    script.write_text('def load(loader):\n    loader.add_option("foo", str, "", "of the user")\n')
    done = machine.run("ask()", "--set", "foo=bar", "--set", f"scripts={script}")
    assert done.returncode == 0 and "1 turn," in done.stderr


def test_a_proxy_whose_port_is_taken_says_so(machine: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = deck(machine, "proxy", "--port", str(taken.getsockname()[1]), "--archive", str(machine.archive))
    assert done.returncode == 1
    assert "address already in use" in done.stderr.lower() and "deck proxy --port PORT" in done.stderr
    assert not machine.archive.exists()


def test_every_mode_of_a_proxy_is_told_and_found(machine: World) -> None:
    reverse, local, forward, usual = free(4)
    place = machine.folder / "an archive"
    line = ["proxy", "--port", str(usual), "--archive", str(place)]
    line += ["--mode", f"reverse:https://api.anthropic.com@{reverse}", "--mode", f"regular@{forward}"]
    line += ["--mode", f"reverse:http://127.0.0.1:4000@{local}"]
    past_us = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:4000", "OPENAI_BASE_URL": "http://127.0.0.1:4001/v1"}
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *line], env=machine.environ | past_us, stderr=subprocess.PIPE, text=True
    ) as proxy:
        until(lambda: answers(reverse) and answers(forward))
        env = f"deck env --port {forward} --archive '{place}'"
        until(lambda: deck(machine, *shlex.split(env)[1:]).stderr == "")  # a moment later it says so itself
        nobody = deck(machine, "env", "--port", str(usual), "--archive", str(place))
        proxy.send_signal(signal.SIGTERM)
        _, err = proxy.communicate(timeout=30)
    base = f"http://127.0.0.1:{reverse} as base URL in place of https://api.anthropic.com"
    said, warned = err.splitlines()
    model = f"http://127.0.0.1:{local} as base URL in place of http://127.0.0.1:4000"
    assert said == f'deck: the proxy records into {place}; its clients: {base}; eval "$({env})"; {model}'
    assert "OPENAI_BASE_URL names http://127.0.0.1:4001, which clients reach past the proxy" in warned
    assert f"port {usual}; `deck proxy --port {usual} --archive '{place}'` starts one" in nobody.stderr
