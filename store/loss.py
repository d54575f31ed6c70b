"""What is said of an exchange that was lost, without anything captured."""

from store.errors import StoreError
from store.exchange import Exchange


def detail(head: Exchange | None, error: str) -> dict[str, object]:
    """What a gap record holds."""
    found: dict[str, object] = {"error": error} if error else {}
    if head is not None:
        found |= {"method": head.method, "url": _bare(head.url), "started_ms": head.started_ms}
    return found


def words(error: Exception) -> str:
    """An error in words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) if isinstance(error, StoreError) else type(error).__name__


def _bare(url: str) -> str:
    """A URL without its query, where keys may stand."""
    return url.split("?", 1)[0]
