"""The agents as npm has them, in a folder of their own."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path


class NpmError(Exception):
    """npm could not install; the text is what it said."""


def missing() -> str:
    """Which of the programs that are needed is not there, or ``""``."""
    return next((name for name in ("node", "npm") if shutil.which(name) is None), "")


def install(folder: Path, wanted: Mapping[str, str]) -> Path:
    """Install packages (name to version) below ``folder``, unless they lie there already; the folder of programs."""
    if versions(folder, wanted) != dict(wanted):
        folder.mkdir(parents=True, exist_ok=True)
        packages = [f"{name}@{version}" for name, version in wanted.items()]
        command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--loglevel=error", *packages]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NpmError(done.stderr.strip() or done.stdout.strip())
    return folder / "node_modules" / ".bin"


def versions(folder: Path, names: Mapping[str, str]) -> dict[str, str]:
    """The installed version of each package that is there."""
    found = {}
    for name in names:
        about = folder / "node_modules" / name / "package.json"
        if about.exists():
            found[name] = str(json.loads(about.read_bytes())["version"])
    return found


def node_version() -> str:
    """As node says it, such as ``v22.1.0``."""
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
