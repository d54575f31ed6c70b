"""The script works from wherever it lies, and says so in one sentence where it cannot."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import sdk
from provider import Provider, Reply, message_json
from proxy import CAPTURE, ROOT, Proxy
from recorded import turns

pytestmark = pytest.mark.e2e


def records(proxy: Proxy, provider: Provider) -> None:
    """One exchange passes and is kept."""
    provider.script(Reply.json(message_json("kept")))
    assert sdk.ask()[0] == "kept"
    assert [turn.response for turn in turns(proxy.archive)] == [message_json("kept")]


def test_from_its_own_folder_by_its_bare_name(start: Any, provider: Provider) -> None:
    records(start(anew=True, cwd=CAPTURE.parent, capture="capture.py"), provider)


def test_in_a_project_that_has_packages_of_the_same_names(start: Any, provider: Provider, tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("store", "addon"):
        (project / name).mkdir(parents=True)
        (project / name / "__init__.py").write_text("raise RuntimeError('the user\\'s own package')\n")
    records(start(anew=True, cwd=project, environment={"PYTHONPATH": "."}), provider)


def test_beside_a_script_that_has_loaded_a_store_of_its_own(start: Any, provider: Provider) -> None:
    script = "import sys, types\nsys.modules['store'] = types.ModuleType('store')\n"
    proxy = start(anew=True, scripts=[script], environment={"PYTHONPATH": "."})
    records(proxy, provider)


def test_from_where_a_wheel_lays_it_down(start: Any, provider: Provider, tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "site packages"
    for name in ("addon", "store"):
        shutil.copytree(ROOT / name, packages / name, ignore=shutil.ignore_patterns("__pycache__"))
    records(start(anew=True, capture=str(packages / "addon" / "capture.py")), provider)


def test_through_a_link(start: Any, provider: Provider, tmp_path: Path) -> None:
    link = tmp_path / "capture_link.py"
    link.symlink_to(CAPTURE)
    records(start(anew=True, capture=str(link)), provider)


def test_it_listens_on_loopback_unless_told_otherwise(start: Any) -> None:
    proxy = start(anew=True)
    assert "listening at 127.0.0.1:" in proxy.log()
    assert all(not line.endswith(":0") for line in proxy.log().splitlines() if "listening" in line)
    last = [line for line in proxy.log().splitlines() if "listening" in line][-1]
    assert str(proxy.report()["port"]) in last
    assert "127.0.0.1" in last


def test_without_its_packages_it_says_what_to_run(tmp_path: Path, python: str) -> None:
    hide = f"import sys; sys.modules['blake3'] = None; sys.argv[0] = {sys.argv[0]!r}; "
    proxy = Proxy(tmp_path / "proxy", python)
    command = proxy.command()
    command[2] = hide + command[2]
    done = run(command, tmp_path)
    assert done.returncode != 0
    said = [line for line in done.stdout.splitlines() + done.stderr.splitlines() if "deck" in line]
    assert "deck proxy" in "\n".join(said)
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"deck_archive": "{folder}"}, "is no deck archive"),
        ({"deck_run": "xyz"}, "deck_run takes"),
        ({"deck_hosts": "two words"}, "not a host"),
        ({"deck_fail": "maybe"}, "deck_fail is open or closed, not 'maybe'"),
        ({"deck_archive": ["{folder}", "{folder}"]}, "multiple values for deck_archive"),
        ({"deck_tags": "night"}, "no script has the option deck_tags; there are deck_archive, "),
        ({"foo": "bar", "deck_strict": "true"}, "no script has the option foo; there are deck_archive, "),
    ],
)
def test_options_that_make_no_sense_stop_it(
    tmp_path: Path, python: str, options: dict[str, str | list[str]], words: str
) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "file").write_text("not an archive")
    chosen = {
        name: value.format(folder=folder) if isinstance(value, str) else [each.format(folder=folder) for each in value]
        for name, value in options.items()
    }
    done = Proxy(tmp_path / "proxy", python, options=chosen).run()
    assert done.returncode != 0
    assert words in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def run(command: list[str], cwd: Path) -> Any:
    import subprocess

    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd, check=False)
