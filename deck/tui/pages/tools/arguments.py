"""The arguments of a tool call. A model may have written anything: what has another shape counts as not given."""

from typing import Any, Final

_LARGEST: Final = 2**53


class Arguments:
    """Arguments by name. It is noted which were taken, so that none goes unseen: `rest` has the others."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._taken: set[str] = set()

    @staticmethod
    def of(data: Any) -> "Arguments | None":
        """The arguments in a call's data: an object, or one text, which is called ``input``; None for anything else."""
        if isinstance(data, dict):
            return Arguments(data)
        return Arguments({"input": data}) if isinstance(data, str) else None

    def rest(self) -> dict[str, Any]:
        """What nobody took."""
        return {name: value for name, value in self._values.items() if name not in self._taken}

    def text(self, *names: str) -> str:
        """The first of these that is a text; empty where none is."""
        return next((value for name in names if isinstance(value := self._take(name, str), str)), "")

    def number(self, name: str) -> float | None:
        """A number of a size that something can be; None where there is none."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
            return None
        self._taken.add(name)
        return value

    def flag(self, name: str) -> bool:
        """Whether something is switched on."""
        return self._take(name, bool) is True

    def objects(self, name: str) -> list[dict[str, Any]]:
        """A list of objects; empty where it is no such list."""
        value = self._values.get(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return []
        self._taken.add(name)
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where it is no such list."""
        value = self._values.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return []
        self._taken.add(name)
        return value

    def _take(self, name: str, kind: type) -> Any:
        value = self._values.get(name)
        if not isinstance(value, kind):
            return None
        self._taken.add(name)
        return value
