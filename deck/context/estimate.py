"""How much of a window something takes.

No tokenizer of a provider is at hand, and none would know how a provider writes tools and images into the window. So
everything is weighed by its bytes, images by their pixels, and the weights are scaled to the number of tokens that the
provider reported.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from deck.pictures import Picture, pictures_of
from store.reading import Block

BYTES_A_TOKEN: Final = 4
"""Where nothing was reported. English text has a little more, code and JSON a little less."""

_PIXELS_A_TOKEN: Final = 750  # as Anthropic documents it
_IMAGE_TOKENS: Final = 1_500  # one whose pixels are not known
_MOST_IMAGE_TOKENS: Final = 1_600  # larger ones are scaled down before a model sees them


def weight_of(block: Block) -> int:
    """The weight of a block besides its images, in bytes."""
    text = len(block.text.encode("utf-8", "replace")) + len(block.name)
    if block.kind in ("tool-call", "server-tool-call"):
        return text + weight_of_value(block.data)
    if block.kind in ("image", "document") or block.data is None or pictures_of(block):
        return text
    return text + (0 if block.text else weight_of_value(block.data))


def weight_of_value(value: Any) -> int:
    """The weight of a JSON value."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    try:
        return len(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace"))
    except RecursionError:
        return 0


def weight_of_picture(picture: Picture) -> int:
    """The weight of an image: what the bytes of a text of as many tokens would be."""
    pixels = picture.width * picture.height
    tokens = min(pixels // _PIXELS_A_TOKEN + 1, _MOST_IMAGE_TOKENS) if pixels else _IMAGE_TOKENS
    return tokens * BYTES_A_TOKEN


def shares(weights: Sequence[int], total: int) -> list[int]:
    """``total`` divided by weights, rounded so that the shares add up to it."""
    whole = sum(weights)
    found: list[int] = []
    seen = given = 0
    for weight in weights:
        seen += weight
        upto = total * seen // whole if whole else 0
        found.append(upto - given)
        given = upto
    return found
