"""The keys of the timeline screen, apart from those of its list and its detail pane."""

from textual.binding import Binding, BindingType

from deck.tui.pages import DIFF, PAGES

TIMELINE_KEYS: list[BindingType] = [
    Binding("J", "turn(1)", "turn", key_display="J K", tooltip="next turn"),
    Binding("K", "turn(-1)", show=False, tooltip="start of this turn, then the turn before"),
    Binding("space", "play", "play", key_display="space", tooltip="play in recorded time, or stop"),
    Binding("plus,equals_sign", "speed(1)", show=False, tooltip="play faster"),
    Binding("minus", "speed(-1)", show=False, tooltip="play slower"),
    Binding("e", "jump('error', 1)", "error", key_display="e E", tooltip="next error"),
    Binding("E", "jump('error', -1)", show=False, tooltip="error before"),
    Binding("t", "jump('tool', 1)", "tool", key_display="t T", tooltip="next tool call"),
    Binding("T", "jump('tool', -1)", show=False, tooltip="tool call before"),
    Binding("u", "jump('user', 1)", "user", key_display="u U", tooltip="next user text"),
    Binding("U", "jump('user', -1)", show=False, tooltip="user text before"),
    Binding("a", "jump('subagent', 1)", "agent", key_display="a A", tooltip="where a subagent begins or goes on"),
    Binding("A", "jump('subagent', -1)", show=False, tooltip="subagent before"),
    Binding("d", f"page({DIFF})", "diff", tooltip="what this request sent that the one before did not"),
    Binding("slash", "ask('search')", "search", tooltip="search in this session"),
    Binding("n", "hit(1)", show=False, tooltip="next place found"),
    Binding("N", "hit(-1)", show=False, tooltip="place found before"),
    Binding("colon", "ask('rev')", "rev", tooltip="go to a hash or any other rev"),
    Binding("y", "copy('hash')", "copy", tooltip="copy the turn's hash"),
    Binding("Y", "copy('step')", show=False, tooltip="copy the step's address, hash:number"),
    *(Binding(str(n), f"page({n - 1})", show=False, tooltip=f"tab {page.title}") for n, page in enumerate(PAGES, 1)),
    Binding("f", "fold", show=False, tooltip="unfold what the tab folds, or fold it again"),
    Binding("r", "raw", show=False, tooltip="blocks as JSON, or as what they mean again"),
    Binding("tab", "other_pane", show=False, tooltip="between list and detail; j k then scroll the detail"),
    Binding("enter", "zoom", show=False, tooltip="detail on the whole screen, or not"),
    Binding("ctrl+d", "scroll_detail(1)", show=False, tooltip="scroll the detail down by half a page"),
    Binding("ctrl+u", "scroll_detail(-1)", show=False, tooltip="scroll the detail up by half a page"),
    Binding("escape", "live", show=False, tooltip="leave the zoom, or else back to the live end"),
    Binding("question_mark", "help", "help", tooltip="this help"),
    Binding("q", "back", "back", tooltip="back to the sessions"),
]
