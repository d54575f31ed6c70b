"""HTTP headers as they passed: pairs of name and value, in order, as bytes."""

Headers = tuple[tuple[bytes, bytes], ...]


def header(headers: Headers, name: str) -> str:
    """The first value of a header as text, or ``""``; names compare without case."""
    wanted = name.lower().encode("ascii")
    for key, value in headers:
        if key.lower() == wanted:
            return value.decode("utf-8", "replace")
    return ""
