"""What differs between two turns, two sessions or two texts: values that the commands and the TUI show.

values     what is found
align      which items of two lists belong together, within a budget
words      two texts, by lines and then by words
noise      what moves from request to request and says nothing
keys       when two messages, blocks or settings are the same, say the same, or stand for each other
turns      two turns: conversation, settings, answer
line       the turns of a session that lead to its last one
sessions   two sessions: where they part, and step by step from there
members    what requests hold besides the conversation
parts      two parts of turns, or two other objects
texts      blocks and settings as plain text
between    which of these two revs ask for

lines      comparisons as lines, for a terminal and for the TUI
report     two turns as lines
parting    two sessions as lines
folding    what is far from any difference, left out
tally      how much differs, in figures
plain      comparisons as plain values, for ``--json``
"""
