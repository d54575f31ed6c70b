"""Finding secrets in a text as it stands and with its escapes undone, layer by layer.

So neither ``\\u0073k-…`` nor JSON inside a JSON string hides one. Every place is told in the text as it stands, and
covers whole escapes, so what is put there leaves the text around it well formed.
"""

from collections.abc import Sequence
from typing import Final

from store.masking import escapes
from store.masking.edits import Edit, replaced
from store.masking.escapes import Unescaped
from store.masking.exact import Exact
from store.masking.keywords import Keywords
from store.masking.quiet import Quiet, Signs
from store.masking.scanner import Hit, Scanner, merged

LAYERS: Final = 6
"""How deep escapes are undone: JSON in JSON in JSON."""

_ROUNDS = 4
_STAND_IN = b"[[deck:-:0000000000000000]]"


class Finder:
    """What is a secret, and where."""

    def __init__(self, keywords: Keywords, signs: Signs, exact: Exact) -> None:
        self._scanner = Scanner(keywords, exact)
        self.quiet = Quiet(signs, exact)
        self.sight = self._scanner.sight * LAYERS
        """Bytes around a keyword that a rule can see, if most of them are escaped; see `Scanner.sight`."""

    def hits(self, text: bytes) -> list[Hit]:
        """Every secret, in order, none overlapping another; with tokens in their places there is no further one."""
        if self.quiet.is_quiet(text):
            return []
        layers = _layers(text)
        return self._complete(text, self._by_layer(text, layers), layers)

    def look(self, text: bytes) -> tuple[list[Hit], int]:
        """`hits`, and the position before which they cannot change, whatever text follows; see `floor`."""
        layers = _layers(text)
        by_layer = self._by_layer(text, layers)
        edge = min(self._scanner.settled(text, by_layer[0]), escapes.settled(text))
        for depth, layer in enumerate(layers, 1):
            in_layer = min(self._scanner.settled(layer.text, by_layer[depth]), escapes.settled(layer.text))
            edge = min(edge, _raised(in_layer, layers[:depth]))
        return self._complete(text, by_layer, layers), _floor(edge, layers)

    def unfinished(self, text: bytes) -> list[Hit]:
        """What a secret has begun with that the end of ``text`` cut off."""
        layers = _layers(text)
        by_layer = [self._scanner.unfinished(each) for each in (text, *(layer.text for layer in layers))]
        return _gathered(text, by_layer, layers)

    def floor(self, text: bytes, position: int) -> int:
        """The nearest position before that is between two escapes at every layer."""
        return _floor(position, _layers(text))

    def _by_layer(self, text: bytes, layers: list[Unescaped]) -> list[list[Hit]]:
        """What is found in the text as it stands and in each layer, told in that layer."""
        return [self._scanner.hits(each) for each in (text, *(layer.text for layer in layers))]

    def _complete(self, text: bytes, by_layer: list[list[Hit]], layers: list[Unescaped]) -> list[Hit]:
        found: list[Hit] = []
        more = _gathered(text, by_layer, layers)
        for _ in range(_ROUNDS):
            if not more:
                break
            found = merged([*found, *more], text)
            changed = replaced(text, [Edit(hit.start, hit.end, _STAND_IN) for hit in found])
            below = _layers(changed)
            more = [_before_edits(hit, found) for hit in _gathered(changed, self._by_layer(changed, below), below)]
        return [hit._replace(value=escapes.plain(hit.value, LAYERS)) for hit in found]


def _layers(text: bytes) -> list[Unescaped]:
    """The text with its escapes undone once, twice and so on, until there are none."""
    found: list[Unescaped] = []
    while len(found) < LAYERS:
        layer = Unescaped(found[-1].text if found else text)
        if not layer.is_other:
            break
        found.append(layer)
    return found


def _gathered(text: bytes, by_layer: list[list[Hit]], layers: list[Unescaped]) -> list[Hit]:
    """Hits of all layers, told in the text as it stands."""
    found = [_lifted(hit, layers[:depth]) for depth, hits in enumerate(by_layer) for hit in hits]
    return merged([_aligned(hit, layers) for hit in found], text) if found else found


def _raised(place: int, above: list[Unescaped]) -> int:
    """A place in the deepest layer, told in the text as it stands."""
    for layer in reversed(above):
        place = layer.source_start(place)
    return place


def _lifted(hit: Hit, above: list[Unescaped]) -> Hit:
    start, end = hit.start, hit.end
    for layer in reversed(above):
        start, end = layer.source_start(start), layer.source_end(end)
    return hit._replace(start=start, end=end)


def _before_edits(hit: Hit, edited: Sequence[Hit]) -> Hit:
    """A hit in a text in which stand-ins are, told in the text before that."""
    start, end, grown = hit.start, hit.end, 0
    for each in edited:
        place = each.start + grown  # where its stand-in begins
        grown += len(_STAND_IN) - (each.end - each.start)
        if hit.start >= place + len(_STAND_IN):
            start = hit.start - grown
        elif hit.start > place:
            start = each.start
        if hit.end >= place + len(_STAND_IN):
            end = hit.end - grown
        elif hit.end > place:
            end = each.end
    return hit._replace(start=start, end=end)


def _floor(position: int, above: list[Unescaped]) -> int:
    for layer in above:
        position = layer.place_of(position)
    return _raised(position, above)


def _aligned(hit: Hit, above: list[Unescaped]) -> Hit:
    """A hit that begins and ends between two escapes at every layer."""
    start, last = hit.start, hit.end - 1
    for layer in above:
        start, last = layer.place_of(start), layer.place_of(last)
    end = last + 1
    for layer in reversed(above):
        start, end = layer.source_start(start), layer.source_end(end)
    return hit._replace(start=start, end=max(end, hit.end))
