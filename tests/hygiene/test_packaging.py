"""What is installed: a wheel holds every file that the packages read, not only modules."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("addon", "deck", "store")


def test_a_wheel_holds_what_the_packages_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=100)
    (wheel,) = tmp_path.iterdir()
    held = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True)
    files = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    assert [name for name in files if name not in held] == []
    data = {name for name in files if not name.endswith(".py")}
    assert {f"deck/export/page/page.{kind}" for kind in ("html", "css", "js")} | {"store/providers.toml"} <= data
