"""The script for ``mitmdump -s capture.py``: records model traffic into an archive.

mitmproxy loads this file by path, from wherever it lies. The packages ``addon`` and ``store`` are bound to the folders
beside it, because the user's project may well have a ``store`` of its own on the path. Every public name in here that
is called like a hook would become one, hence the underscores.
"""

import importlib.util as _util
import linecache as _linecache
import logging as _logging
import sys as _sys
from pathlib import Path as _Path

_HOME = _Path(__file__).resolve().parent.parent


def _bind(name: str) -> None:
    """Make ``import name`` mean the package beside this script, whatever was imported under that name before."""
    folder = _HOME / name
    bound = _sys.modules.get(name)
    if bound is not None and folder in [_Path(path).resolve() for path in getattr(bound, "__path__", [])]:
        return
    for loaded in [key for key in _sys.modules if key == name or key.startswith(f"{name}.")]:
        del _sys.modules[loaded]
    specification = _util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if specification is None or specification.loader is None:
        raise ImportError(f"no package {name} in {_HOME}", name=name)
    package = _util.module_from_spec(specification)
    _sys.modules[name] = package
    specification.loader.exec_module(package)


try:
    for _package in ("blake3", "orjson", "zstandard"):  # some are used late, when it would be too late to say so
        if _util.find_spec(_package) is None:
            raise ImportError(f"it lacks the package {_package}")
    _linecache.clearcache()  # 0.7 MB of sources that mitmproxy's libraries had read: room for ours
    _bind("store")
    _bind("addon")
    from addon.network import Network as _Network
    from addon.reading import Reading as _Reading
    from addon.recorder import Capture as _Capture
    from addon.report import Counts as _Counts

    _counts = _Counts()
    addons = [_Network(_counts), _Capture(_counts), _Reading()]
except ImportError as _error:
    _logging.getLogger("deck").error(
        "deck: this mitmdump cannot run the recorder (%s); start the right one with: deck proxy", _error
    )
    addons = []
