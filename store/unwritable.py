"""Where the system does not let an archive be written, its errors say of which archive they are: `Unwritable`."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from store.errors import Unwritable

_REFUSED: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT})


@contextlib.contextmanager
def writing(archive: Path) -> Iterator[None]:
    """What is written in here belongs to ``archive``: what keeps it from being written is raised as `Unwritable`."""
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSED or isinstance(error, Unwritable):
            raise
        raise Unwritable(error.errno, archive) from error


def refuse_unwritable(archive: Path) -> None:
    """Refuse an archive that nothing can be written to, before anybody tries. Raises `Unwritable`."""
    if os.access(archive, os.W_OK):
        return
    is_read_only = os.statvfs(archive).f_flag & os.ST_RDONLY
    raise Unwritable(errno.EROFS if is_read_only else errno.EACCES, archive)
