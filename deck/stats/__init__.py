"""What the archive adds up to: figures over turns, each of which leads to the turns behind it.

Meters (`counts`, `said`, `tools`, `spans`, `context`, `causes`, `loops`) look at the facts of the index and name
amounts: so much of this, in that turn. `deck.stats.report` adds them up, for all chosen turns and for groups of them.
Every amount belongs to exactly one turn and a turn to one group, so groups add up to the whole, nothing counts twice.
"""
