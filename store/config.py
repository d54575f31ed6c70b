"""The file ``config.toml`` of an archive, which the user writes: each part of deck reads its own tables from it."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from store.errors import BadConfig
from store.files import FILES

CONFIG: Final = "config.toml"


def load(archive: Path, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """What the file of the archive in this folder says; nothing where there is none. Raises `BadConfig`."""
    file = archive / CONFIG
    try:
        return tomllib.loads(FILES.read(file).decode("utf-8"), parse_float=parse_float)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise BadConfig(file, f"it cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadConfig(file, f"it is no TOML: {error}") from error
