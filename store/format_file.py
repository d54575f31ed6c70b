"""The file FORMAT: what the folder is, the archive's id, and a check over both and the masking key.

The check lets fsck see damage to `key`, which nothing else would show: tokens would silently differ from then on.
"""

from typing import Final

from blake3 import blake3

from store.errors import NotAnArchive
from store.ids import is_prefix

_ANY_FORMAT: Final = "deck archive "
FORMAT: Final = f"{_ANY_FORMAT}1"
_REPAIR: Final = "deck fsck --repair makes it again."
KEY_BYTES: Final = 32
_ID_DIGITS: Final = 32


def encode(archive_id: bytes, key: bytes) -> bytes:
    """The bytes of the file: three lines."""
    head = f"{FORMAT}\n{archive_id.hex()}\n".encode("ascii")
    return head + _check(head, key)


def is_whole(data: bytes, key: bytes) -> bool:
    """Whether the check fits: then the file was written so, perhaps by a version that this one cannot read."""
    head = b"".join(data.splitlines(keepends=True)[:2])
    return data == head + _check(head, key)


def _check(head: bytes, key: bytes) -> bytes:
    return f"{blake3(head + key).hexdigest(length=8)}\n".encode("ascii")


def parse(data: bytes) -> bytes:
    """The archive's id (16 bytes). Raises `NotAnArchive`. The check is fsck's business, reading needs no key."""
    name, _, rest = data.decode("ascii", "replace").partition("\n")
    if name != FORMAT:
        is_newer = name.startswith(_ANY_FORMAT)
        hint = "Update deck: a newer one made this archive." if is_newer else "deck fsck says whether it is damaged."
        raise NotAnArchive(f"the archive has format {name[:40]!r}; this deck reads {FORMAT!r}", hint)
    archive_id = rest.partition("\n")[0]
    if len(archive_id) != _ID_DIGITS or not is_prefix(archive_id):
        raise NotAnArchive("the archive's FORMAT file is damaged", _REPAIR)
    return bytes.fromhex(archive_id)
