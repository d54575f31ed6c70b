"""Full text over every session: what was said, thought, called and answered, the newest first.

passages   the texts of a turn that a search looks through, and their addresses
database   the index: words and filters of every passage, no text; derived, a file of its own beside the archive's index
catchup    letting it catch up with the archive, from whatever it knows
words      what a person asks for, as an expression that the index understands and nothing else
wanted     filters: as words of the index, and as a judgement of what it found
excerpts   where a text has what was looked for, and what stands around it
steps      steps of one session that hold a query as it stands, for the TUI
searcher   all of it together: hits, one after the other
answer     hits by session, and as plain values for ``--json``

The index only says where to look: each hit is read from its object, verified, and matched again.
"""
