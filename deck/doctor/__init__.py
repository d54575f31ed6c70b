"""What is missing or wrong, in words, and what to do next: one module a part, each a generator of findings.

finding    what a check says
archive    the archive: found, private, room, spool, index, what was lost
recorders  the proxies that are running, their mitmproxy, and who refused their CA
authority  the CA that deck's proxies sign with
clients    which variables each agent reads (wire.md §1 of the design)
shell      what this shell's variables do to its programs
checkup    all of it in order
"""
