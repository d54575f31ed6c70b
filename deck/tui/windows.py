"""How many tokens a model's window holds, by the model's name.

The figures are those of the providers' model pages, and only where these name one (as of November 2026). A name counts
with a date or ``-latest`` behind it too; of any other name nothing is known.
"""

import re
from functools import lru_cache

_CLAUDE, _CLAUDE_LONG = 200_000, 1_000_000
_DATED = r"(-20\d\d-\d\d-\d\d|-\d{3}|-latest)?"
_WINDOWS = (
    (r"gpt-5(\.[12])?(-mini|-nano|-pro|-codex|-codex-max|-codex-mini)?|gpt-5\.3-codex|gpt-5\.4-(mini|nano)", 400_000),
    (r"gpt-5\.4(-pro)?", 1_050_000),
    (r"gpt-4\.1(-mini|-nano)?", 1_047_576),
    (r"gpt-4o(-mini)?|chatgpt-4o|gpt-4-turbo", 128_000),
    (r"o1(-pro)?|o3(-mini|-pro)?|o4-mini|codex-mini", 200_000),
    (r"gemini-(2\.0-flash(-lite)?|2\.5-(pro|flash|flash-lite)|3-(pro|flash)-preview|3\.1-pro-preview)", 1_048_576),
)


def window_of(model: str, context: int) -> int | None:
    """Tokens that a model's window holds, None where it is not known.

    Claude models have 200,000, and 1,000,000 when that was asked for, which shows once a context is larger.
    """
    if model.startswith("claude"):
        return _CLAUDE if context <= _CLAUDE else _CLAUDE_LONG
    return _documented(model)


@lru_cache(64)
def _documented(model: str) -> int | None:
    return next((window for names, window in _WINDOWS if re.fullmatch(f"(?:{names}){_DATED}", model)), None)
