"""Whether the view follows a growing session or is pinned to where the user stepped back to."""

from dataclasses import dataclass


@dataclass(slots=True)
class Following:
    """The state; ``new`` counts the turns that came while the view was pinned."""

    on: bool = False
    new: int = 0

    def moved_by_user(self, at_end: bool) -> None:
        """The user went somewhere: the end follows again, anything else pins."""
        self.on = at_end
        if at_end:
            self.new = 0

    def grew(self, turns: int) -> None:
        """So many turns came."""
        self.new = 0 if self.on else self.new + turns

    def resume(self) -> None:
        """Back to the live end."""
        self.on, self.new = True, 0

    def words(self, live: bool) -> str:
        """What the title line says."""
        if live and self.on:
            return "● live"
        if live or self.new:
            return f"● pinned  +{self.new} new" if self.new else "● pinned"
        return ""
