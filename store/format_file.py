"""The file FORMAT: what the folder is, the archive's id, and a check over both and the masking key.

The check lets fsck see damage to `key`, which nothing else would show: tokens would silently differ from then on.
"""

import re
from typing import Final

from blake3 import blake3

from store.errors import NotAnArchive
from store.ids import is_prefix

_VERSION: Final = 1
FORMAT: Final = f"deck archive {_VERSION}"
_ANY_FORMAT: Final = re.compile(r"deck archive ([1-9][0-9]{0,8})\Z")
_REPAIR: Final = "deck fsck --repair makes it again."
KEY_BYTES: Final = 32
_ID_DIGITS: Final = 32


def encode(archive_id: bytes, key: bytes) -> bytes:
    """The bytes of the file: three lines."""
    head = f"{FORMAT}\n{archive_id.hex()}\n".encode("ascii")
    return head + _check(head, key)


def is_newer(data: bytes) -> bool:
    """Whether the file names a version after this one. Its check may be another then, so it is not asked for."""
    version = _ANY_FORMAT.match(_name(data))
    return version is not None and int(version[1]) > _VERSION


def _check(head: bytes, key: bytes) -> bytes:
    return f"{blake3(head + key).hexdigest(length=8)}\n".encode("ascii")


def parse(data: bytes) -> bytes:
    """The archive's id (16 bytes). Raises `NotAnArchive`. The check is fsck's business, reading needs no key."""
    name = _name(data)
    if name != FORMAT:
        newer = "Update deck: a newer one made this archive."
        hint = newer if is_newer(data) else "deck fsck says whether it is damaged."
        raise NotAnArchive(f"the archive has format {name[:40]!r}; this deck reads {FORMAT!r}", hint)
    archive_id = data[len(name) + 1 :].decode("ascii", "replace").partition("\n")[0]
    if len(archive_id) != _ID_DIGITS or not is_prefix(archive_id):
        raise NotAnArchive("the archive's FORMAT file is damaged", _REPAIR)
    return bytes.fromhex(archive_id)


def _name(data: bytes) -> str:
    """The first line."""
    return data.partition(b"\n")[0].decode("ascii", "replace")
