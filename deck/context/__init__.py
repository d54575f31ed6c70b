"""What was in the model's window when it answered: which parts, how large, and what had left it.

A part of the read model: `window` gathers what a request carried, `estimate` says how much that is, `left` what was
dropped on the way there, and `composition` puts them together.
"""
