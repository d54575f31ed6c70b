"""Where things lie: the archive and the proxy's own CA.

The archive is ``$DECK_STORE``, else ``.deck/`` of the project (the nearest one upwards from the working directory),
else the XDG data folder. Never ``./store``: that name belongs to users' projects.
"""

import os
from collections.abc import Mapping
from pathlib import Path

PROJECT_FOLDER = ".deck"
APP = "replaydeck"


def data_folder(environ: Mapping[str, str]) -> Path:
    """The user's data folder for deck."""
    chosen = environ.get("XDG_DATA_HOME", "")
    if chosen and Path(chosen).is_absolute():
        return Path(chosen) / APP
    from platformdirs import user_data_path  # knows macOS and Windows; costs start-up time where XDG decides

    return user_data_path(APP, appauthor=False)


def archive_folder(cwd: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """The archive that commands and capture use when none is named."""
    chosen = environ.get("DECK_STORE", "")
    if chosen:
        return Path(chosen).expanduser().absolute()
    for folder in (cwd, *cwd.parents):
        candidate = folder / PROJECT_FOLDER
        if (candidate / "FORMAT").is_file():
            return candidate
    return data_folder(environ) / "archive"


def ca_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder (0700) of the CA that `deck run` and `deck proxy` use, apart from mitmproxy's own."""
    return data_folder(environ) / "ca"
