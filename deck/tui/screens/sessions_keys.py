"""The keys of the sessions screen, apart from those of its list."""

from textual.binding import Binding, BindingType

from deck.tui.ordering import ORDERS

SEARCHED = "words in title, agent, model, project or session id"
"""What the filter looks at (`deck.tui.ordering`); what was said in sessions, `deck search` finds."""

SESSION_KEYS: list[BindingType] = [
    Binding("enter", "open", "open", tooltip="open the session, or the subagent or side call under it"),
    Binding("space", "unfold", "agents", tooltip="show a session's subagents and side calls, or fold them again"),
    Binding("slash", "filter", "filter", tooltip=f"show sessions with these {SEARCHED}; Esc shows all"),
    Binding("s", "sort", "sort", tooltip="sort by the next of: " + ", ".join(order.name for order in ORDERS)),
    Binding("p", "group", "project", tooltip="group by project, or by day again"),
    Binding("m", "mark", "mark", tooltip="mark this session, or take the mark off"),
    Binding("D", "compare", "compare", tooltip="compare with the marked session"),
    Binding("asterisk", "star", "star", tooltip="put a star on the last turn of this session"),
    Binding("escape", "show_all", show=False, tooltip="show all sessions again"),
    Binding("question_mark", "help", "help", tooltip="show all keys"),
    Binding("q", "quit", "quit", tooltip="quit"),
]
