"""What HAR 1.2 asks of a file: every member that it requires, each of its kind, and none of its own without a mark."""

from datetime import datetime
from typing import Any

Shape = dict[str, Any]

_TEXT, _NUMBER = (str,), (int, float)
_PAIR: Shape = {"name": _TEXT, "value": _TEXT, "comment?": _TEXT}
_REQUEST: Shape = {
    **dict.fromkeys(("method", "url", "httpVersion"), _TEXT),
    **{name: [_PAIR] for name in ("cookies", "headers", "queryString")},
    **dict.fromkeys(("headersSize", "bodySize"), (int,)),
    "postData?": {"mimeType": _TEXT, "text?": _TEXT, "params?": [_PAIR], "comment?": _TEXT},
    "comment?": _TEXT,
}
_RESPONSE: Shape = {
    **dict.fromkeys(("status", "headersSize", "bodySize"), (int,)),
    **dict.fromkeys(("statusText", "httpVersion", "redirectURL"), _TEXT),
    **{name: [_PAIR] for name in ("cookies", "headers")},
    "content": {"size": (int,), "mimeType": _TEXT, "compression?": (int,), "text?": _TEXT, "encoding?": _TEXT},
    "comment?": _TEXT,
}
_ENTRY: Shape = {
    "startedDateTime": _TEXT,
    "time": _NUMBER,
    "request": _REQUEST,
    "response": _RESPONSE,
    "cache": {"beforeRequest?": (dict,), "afterRequest?": (dict,), "comment?": _TEXT},
    "timings": {
        **dict.fromkeys(("send", "wait", "receive"), _NUMBER),
        **dict.fromkeys(("blocked?", "dns?", "connect?", "ssl?"), _NUMBER),
        "comment?": _TEXT,
    },
    **dict.fromkeys(("pageref?", "serverIPAddress?", "connection?", "comment?"), _TEXT),
}
_LOG: Shape = {
    "version": _TEXT,
    "creator": {"name": _TEXT, "version": _TEXT, "comment?": _TEXT},
    "entries": [_ENTRY],
    "pages?": (list,),
    "comment?": _TEXT,
}


def faults(har: Any) -> list[str]:
    """What a parsed HAR file does that the format does not allow; empty for a sound one."""
    found = list(_faults(har, {"log": _LOG}, "har"))
    if found:
        return found
    for number, entry in enumerate(har["log"]["entries"]):
        times, total = entry["timings"], entry["time"]
        if datetime.fromisoformat(entry["startedDateTime"]).tzinfo is None:
            found.append(f"entry {number}: a time without a zone")
        if abs(sum(max(each, 0) for each in times.values()) - total) > 1e-6:
            found.append(f"entry {number}: its timings do not add up to {total}")
    return found


def _faults(value: Any, shape: Any, where: str) -> Any:
    if isinstance(shape, tuple):
        if not isinstance(value, shape) or isinstance(value, bool):
            yield f"{where}: {value!r:.60} is no {shape[0].__name__}"
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{where}: no list"
            return
        for number, each in enumerate(value):
            yield from _faults(each, shape[0], f"{where}[{number}]")
    elif not isinstance(value, dict):
        yield f"{where}: no object"
    else:
        names = {name.removesuffix("?"): inner for name, inner in shape.items()}
        yield from (f"{where}: lacks {name}" for name in shape if not name.endswith("?") and name not in value)
        for name, each in value.items():
            if name in names:
                yield from _faults(each, names[name], f"{where}.{name}")
            elif not name.startswith("_"):
                yield f"{where}: {name} is no member of HAR 1.2"
