#!/bin/sh
# Prints the newest working Python from 3.12 to 3.14 on this machine, or nothing.
for version in 3.14 3.13 3.12; do
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
        if "$candidate" -c 'import sys, venv' 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            exit 0
        fi
    done
done
