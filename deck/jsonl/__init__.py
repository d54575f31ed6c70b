"""An archive, or a part of one, as a file of JSON lines: what `deck export` writes and `deck import` reads back.

form      what stands in a line, both ways
closure   which records of an archive belong to some of its turns
writer    objects and records as lines
reader    lines taken into an archive

docs/export.md describes the lines.
"""
