"""Names, keys and times that are the same in every run, so that a state that fails can be looked at again."""

import itertools
import os
import random
import secrets
import time

import pytest


@pytest.fixture(autouse=True)
def determined(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(7)
    clock = itertools.count(1_700_000_000_000_000_000, 1_000_000)
    monkeypatch.setattr(os, "urandom", dice.randbytes)
    monkeypatch.setattr(secrets, "token_hex", lambda size: dice.randbytes(size).hex())
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
