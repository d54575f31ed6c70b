"""Help, as it is printed."""

import re

import pytest
from command_line import Run

from deck.command_table import stems, word_of

_SHORT = 60


def test_the_list_of_commands_tells_each_in_a_sentence(deck: Run) -> None:
    code, out, _ = deck("--help")
    listed = re.findall(r"^  ([a-z-]+) +(\S.*)$", out.partition("Commands:\n")[2], re.MULTILINE)
    assert code == 0 and [word for word, _ in listed] == [word_of(stem) for stem in stems()]
    assert [text for _, text in listed if len(text) > _SHORT or not text.endswith(".")] == []


@pytest.mark.parametrize("stem", stems())
def test_values_are_named_for_what_they_are(stem: str, deck: Run) -> None:
    code, out, _ = deck(word_of(stem), "--help")
    assert code == 0 and not re.search(r"<|\bstr\b|\blist\[", out)
    usage = re.findall(r"[\[{]([A-Za-z=_]+)[\]}]", out.partition("\n")[0].partition("[OPTIONS]")[2])
    for name in usage:
        assert name.isupper() and re.search(rf"^  {name}  ", out, re.MULTILINE)
