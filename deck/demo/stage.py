"""The demo in order: a scratch project, a provider on loopback, and `deck run` with the demo's agent in between."""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deck.demo import authority, script, workshop
from deck.demo.provider import Provider
from deck.launch import session
from deck.launch.proxy import ADDON_FOLDER
from deck.launch.variables import PROXY_VARIABLES
from store.locations import data_folder

ROUTE = ADDON_FOLDER / "demo_route.py"
_HOME = Path(__file__).resolve().parents[2]
_LEFT_OUT = (*PROXY_VARIABLES, "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


def demo_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the demo keeps its archive and its CA, apart from the user's."""
    return data_folder(environ) / "demo"


def play(archive: Path, confdir: Path, environ: Mapping[str, str] = os.environ) -> int:
    """Run and record the demo's agent; its exit code. Raises what `deck.launch.session.run` raises."""
    with tempfile.TemporaryDirectory(prefix="deck-demo-") as scratch:
        project = Path(scratch) / "shop"
        project.mkdir()
        workshop.set_up(project)
        ca, server = authority.issue(Path(scratch), script.HOST)
        with Provider(server) as provider:
            launch = session.Launch(
                command=(sys.executable, "-P", "-m", "deck.demo.agent", str(project)),
                archive=archive,
                archive_option=f"--archive {archive} ",
                tags=("demo",),
                settings=(f"deck_demo_port={provider.port}",),
                confdir=confdir,
                roots=(ca,),
                scripts=(ROUTE,),
            )
            return session.run(launch, _own(environ))


def _own(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's environment without what would lead the demo to other servers, and with deck importable."""
    kept = {
        name: value for name, value in environ.items() if name not in _LEFT_OUT and not name.startswith("ANTHROPIC_")
    }
    paths = [str(_HOME), *filter(None, [environ.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(paths)}
