"""Taking secrets out of bodies, before hashing and before any byte reaches a disk.

`rules` says what is a secret, `scanner` finds it in a text, `finder` also where the text is escaped. `body` masks a
whole body, `stream` one that is still coming in.
"""
