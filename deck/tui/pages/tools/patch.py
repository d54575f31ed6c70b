"""A patch in Codex's form: files under ``***`` lines, places under ``@@``, lines that go and come."""

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.pages.tools.changes import write_line

PATCH_BEGINS = "*** Begin Patch"
_FRAME = (PATCH_BEGINS, "*** End Patch", "*** End of File")


def write_patch(out: Writer, patch: str, indent: int) -> None:
    """The lines of a patch, each as what it does; what is none of them as it is."""
    for line in patch.rstrip("\n").split("\n"):
        if line.startswith("*** ") and line not in _FRAME:
            out.line(line.removeprefix("*** "), palette.STRONG, indent)
        elif line.startswith(("***", "@@")):
            out.line(line, palette.FAINT, indent)
        elif line[:1] in ("+", "-"):
            write_line(out, line[:1], line[1:], indent)
        else:
            out.line(line, indent=indent)
