"""Secrets that are none: made up from a seed in the shape that each built-in rule looks for."""

import random
import string
from collections.abc import Callable

UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
WORD = UPPER + LOWER + DIGITS
SAFE = WORD + "-_"
BASE32 = UPPER + "234567"
HEX = "0123456789abcdef"


def _of(alphabet: str, size: int) -> Callable[[random.Random], str]:
    return lambda chance: "".join(chance.choices(alphabet, k=size))


def _ended(alphabet: str, size: int) -> Callable[[random.Random], str]:
    """Characters of which the last is no hyphen: what follows is the end of the secret then, whatever it is."""
    return lambda chance: "".join(chance.choices(alphabet, k=size - 1)) + chance.choice(WORD)


_PARTS: dict[str, tuple[str | Callable[[random.Random], str], ...]] = {
    "anthropic-key": ("sk-a", "nt-api03-", _ended(SAFE, 93)),
    "openai-key": ("sk-pr", "oj-", _ended(SAFE, 60)),
    "model-host-key": ("gs", "k_", _of(WORD, 52)),
    "google-key": ("AI", "za", _ended(SAFE, 35)),
    "google-oauth": ("ya", "29.", _ended(SAFE, 60)),
    "aws-key-id": ("AK", "IA", _of(BASE32, 16)),
    "github-token": ("gh", "p_", _of(WORD, 36)),
    "gitlab-token": ("glp", "at-", _ended(SAFE, 20)),
    "slack-token": ("xo", "xb-", _of(DIGITS, 11), "-", _of(WORD, 24)),
    "stripe-key": ("sk_li", "ve_", _of(WORD, 24)),
    "package-token": ("np", "m_", _of(WORD, 36)),
    "cloud-token": ("do", "p_v1_", _of(HEX, 64)),
    "mail-key": ("S", "G.", _of(WORD, 22), ".", _ended(SAFE, 43)),
    "age-key": ("AGE-SECRET-", "KEY-1", _of(UPPER + DIGITS, 58)),
    "jwt": ("ey", "J", _of(SAFE, 30), ".ey", "J", _of(SAFE, 50), ".", _ended(SAFE, 43)),
}
RULES = tuple(_PARTS)
"""Rules whose secret is one word and stands for itself."""


def secret(rule: str, seed: int) -> str:
    """A secret that ``rule`` finds, another one for another seed."""
    chance = random.Random(f"{rule} {seed}")
    return "".join(part if isinstance(part, str) else part(chance) for part in _PARTS[rule])


def private_key(seed: int) -> str:
    """The lines between the markers of a private key."""
    chance = random.Random(seed)
    return "\n".join("".join(chance.choices(WORD + "+/", k=64)) for _ in range(6)) + "\n"


def in_markers(body: str) -> str:
    """A private key as a file holds it."""
    return f"-----BEGIN RSA PRIVATE {'KEY'}-----\n{body}-----END RSA PRIVATE {'KEY'}-----"
