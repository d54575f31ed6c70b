"""The corpus of links: what agents do, told by the driver that does it (see `link_driver`), a kind of it a module."""

from importlib import import_module

from link_corpus import SITUATIONS, Situation

for _kind in ("lines", "cut", "rewritten", "echoes", "compactions", "threads", "deltas"):
    import_module(f"link_{_kind}")  # notes its situations

__all__ = ["SITUATIONS", "Situation"]
