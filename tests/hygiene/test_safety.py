"""What the product never does: it loads no code from data, starts no program but the known ones, calls nobody."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from exchanges import conversation
from watching import addresses, watched

from store.archive import Archive
from store.record import Recorder

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for package in ("addon", "deck", "store")
    for path in sorted((ROOT / package).rglob("*.py"))
}
LOADERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "yaml", "ruamel", "jsonpickle"}
CALLERS = {"requests", "httpx", "aiohttp", "urllib3", "http.client", "urllib.request", "ftplib", "smtplib", "xmlrpc"}
COMMANDS = [
    *([word] for word in ("sessions", "doctor", "fsck", "gc", "log", "stats", "relink", "checkout", "init", "env")),
    *(["show", "HEAD"], ["rev-parse", "HEAD"], ["diff", "HEAD~1", "HEAD"], ["addon-path"], ["search", "archive"]),
]


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the name that is called as it is written."""
    return ((ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def modules_with(names: set[str]) -> dict[str, set[str]]:
    found = {
        file: {name for name in imported(tree) if name in names or name.partition(".")[0] in names}
        for file, tree in SOURCES.items()
    }
    return {file: used for file, used in found.items() if used}


def test_nothing_loads_code_from_data() -> None:
    assert modules_with(LOADERS) == {}
    evaluated = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
    assert [(file, name) for file, tree in SOURCES.items() for name, _ in calls(tree) if name in evaluated] == []


def test_only_the_demos_agent_has_a_client_for_http() -> None:
    assert set(modules_with(CALLERS)) <= {"deck/demo/agent.py", "deck/demo/transport.py"}


def test_programs_are_started_without_a_shell_and_in_known_places() -> None:
    """Agent, proxy, CA, mitmproxy for its own files, git for the run object, pager, editor, the tools of the demo."""
    starters = ("subprocess.", "os.exec", "os.spawn", "os.posix_spawn", "asyncio.create_subprocess")
    started = [
        (file, call)
        for file, tree in SOURCES.items()
        for name, call in calls(tree)
        if name.startswith(starters) and not name.endswith(("Error", "Expired"))
    ]
    known = {"deck/launch/agent.py", "deck/launch/proxy.py", "deck/launch/roots.py", "deck/launch/runs.py"}
    known |= {"deck/output.py", "deck/commands/proxy.py", "deck/importing.py", "deck/demo/workshop.py"}
    known |= {"deck/editor.py", "deck/tui/pager.py", "deck/export/formats/mitm.py"}
    assert {file for file, _call in started} == known
    with_shell = [file for file, call in started if any(keyword.arg == "shell" for keyword in call.keywords)]
    assert with_shell == []


def test_nothing_touches_a_systems_trust_store() -> None:
    words = ("update-ca-certificates", "update-ca-trust", "add-trusted-cert", "certutil", "trust anchor", "/etc/ssl")
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file in SOURCES}
    assert [(file, word) for file, text in texts.items() for word in words if word in text] == []


def test_looking_at_an_archive_calls_nobody(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "archive") as archive, Recorder(archive) as recorder:
        for exchange in conversation(3, "talk"):
            recorder.record(exchange)
    lines = [
        [*words, "--archive", str(tmp_path / "archive")] for words in COMMANDS if words[0] not in NOT_OF_AN_ARCHIVE
    ]
    lines += [words for words in COMMANDS if words[0] in NOT_OF_AN_ARCHIVE]
    program = f"from deck.cli import main\nfor line in {lines!r}: print('->', line[0], main(line))\n"
    environ = {"PATH": "", "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=watched(environ, tmp_path / "watch"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ended = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("-> ")]
    assert {word: code for word, code in ended if code not in ("0", "None")} == {}
    assert len(ended) == len(COMMANDS)
    assert list(addresses(tmp_path / "watch")) == []


NOT_OF_AN_ARCHIVE = {"init", "env", "addon-path"}


def test_the_watch_sees_who_calls(tmp_path: Path) -> None:
    program = "import socket\ntry: socket.create_connection(('127.0.0.1', 1))\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", program], env=watched({}, tmp_path / "watch"), check=True)
    assert ("socket.connect", "127.0.0.1") in list(addresses(tmp_path / "watch"))
