"""What the import rules of pyproject.toml cannot see: what a fresh process really imports, and names that clash."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import addon
import store

ROOT = Path(__file__).resolve().parents[2]
STORE = [module.name for module in pkgutil.walk_packages(store.__path__, "store.")]


def imported_by(code: str) -> set[str]:
    report = "import sys; print('\\n'.join(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stderr.splitlines())


def test_the_store_imports_neither_shell_nor_their_libraries() -> None:
    found = imported_by("\n".join(f"import {name}" for name in STORE))
    assert not found & {"addon", "deck", "mitmproxy", "textual", "typer", "click", "rich"}


def test_the_cli_imports_nothing_heavy_until_it_is_used() -> None:
    found = imported_by("import deck.cli")
    assert not found & {"addon", "mitmproxy", "textual", "typer", "click", "rich", "orjson", "zstandard", "sqlite3"}


def test_no_module_of_the_addon_carries_the_name_of_a_library() -> None:
    names = {module.name for module in pkgutil.iter_modules(addon.__path__)}
    assert not names & (set(sys.stdlib_module_names) | {"store", "deck", "mitmproxy", "addon", "blake3", "orjson"})


@pytest.mark.parametrize("package", ["addon", "deck", "store"])
def test_every_module_says_what_it_is(package: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / package).rglob("*.py")
        if (text := path.read_text(encoding="utf-8")).strip() and not text.startswith('"""')
    ]
    assert silent == []


def test_one_module_decompresses_and_nothing_else_does() -> None:
    words = ("decompress", "Decompressor", "gunzip", "gzip.open", "import gzip", "import lzma", "import bz2")
    found = {
        str(path.relative_to(ROOT))
        for package in ("addon", "deck", "store")
        for path in (ROOT / package).rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in words)
    }
    assert found == {"store/bounded.py"}
