"""What a shell offers on Tab: a script for each shell (``deck.bash``, …) and what these ask (`asked.py`)."""
