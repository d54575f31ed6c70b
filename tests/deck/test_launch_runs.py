import json
import subprocess
from pathlib import Path

from deck.launch import runs
from deck.launch.tally import Tally
from store.mask import Masker
from store.masking import config

KEY = b"k" * 32
SECRET = "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWx"
PLAIN = "tr0ub4dor-and-3"
MASKER = Masker(KEY, config.read({"environment": ["PIN"]}, "here", KEY, {"PIN": PLAIN}))


def begun(cwd: Path, command: tuple[str, ...] = ("agent",), **environ: str) -> dict:
    return runs.start(command, environ, cwd, ["t"], "open", MASKER)


def test_of_the_environment_only_known_names_are_kept_and_masked(tmp_path: Path) -> None:
    run = begun(
        tmp_path,
        ANTHROPIC_API_KEY=SECRET,
        ANTHROPIC_MODEL="m",
        HTTPS_PROXY=f"http://user:{SECRET}@proxy.example:1",
        X_BASE_URL=f"https://x.example/?key={SECRET}",
        OPENAI_MODEL=PLAIN,
        EDITOR="vi",
    )
    assert set(run["environment"]) == {"ANTHROPIC_MODEL", "HTTPS_PROXY", "OPENAI_MODEL", "X_BASE_URL"}
    assert not any(secret in json.dumps(run) for secret in (SECRET, PLAIN))
    assert "proxy.example:1" in run["environment"]["HTTPS_PROXY"]


def test_the_work_tree_is_described_and_its_changes_noticed(tmp_path: Path) -> None:
    assert begun(tmp_path)["git"] is None

    def git(*words: str) -> str:
        settings = ("-c", "user.name=A", "-c", "user.email=a@x.example", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *settings, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q", "-b", "trunk")
    assert begun(tmp_path)["git"] == {"commit": None, "branch": "trunk", "dirty": False}
    git("commit", "-q", "--allow-empty", "-m", "x")
    assert begun(tmp_path)["git"] == {"commit": git("rev-parse", "HEAD"), "branch": "trunk", "dirty": False}
    (tmp_path / "new").touch()
    assert begun(tmp_path)["git"]["dirty"] is True


def test_looking_at_a_work_tree_runs_no_program_of_its(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    subprocess.run(["git", "config", "core.fsmonitor", str(trap)], cwd=tmp_path, check=True)
    begun(tmp_path)
    assert not (tmp_path / "sprung").exists()


def test_the_end_names_its_start() -> None:
    end = runs.end("ab", 3, Tally(turns=2, skipped=1))
    assert (end["run"], end["exit_code"], end["turns"], end["skipped"], end["gaps"]) == ("ab", 3, 2, 1, 0)
