"""The graph beside a log."""

from deck.render_graph import Graph


def drawn(turns: list[tuple[str, list[str]]]) -> list[str]:
    """The graph of (turn, parents), newest first, each turn with its name as its only line."""
    graph = Graph()
    return [line.rstrip() for turn, parents in turns for line in graph.beside(turn, parents, [turn])]


def test_a_line() -> None:
    assert drawn([("c", ["b"]), ("b", ["a"]), ("a", [])]) == ["* c", "* b", "* a"]


def test_a_fork_closes_where_both_lines_come_from() -> None:
    assert drawn([("d", ["b"]), ("c", ["b"]), ("b", [])]) == ["* d", "| * c", "|/", "* b"]


def test_a_second_parent_opens_a_column() -> None:
    assert drawn([("d", ["b", "c"]), ("c", ["a"]), ("b", ["a"]), ("a", [])]) == [
        *("* d", "|\\", "| * c", "* | b", "|/", "* a")
    ]


def test_a_fork_across_another_line() -> None:
    assert drawn([("e", ["a"]), ("d", ["c"]), ("b", ["a"]), ("f", ["c"]), ("a", []), ("c", [])]) == [
        *("* e", "| * d", "| | * b", "| | | * f", "|_|/ /", "* | | a", "|/", "* c")
    ]


def test_later_lines_of_an_entry_stand_beside_what_goes_on() -> None:
    graph = Graph()
    assert list(graph.beside("b", ["a"], ["turn b", "", "  text"])) == ["* turn b", "|", "|   text"]
    assert list(graph.beside("a", [], ["turn a", "last"])) == ["* turn a", "last"]
