"""The three readers of the app: one for what must come at once, one for documents, one for what takes long."""

from dataclasses import dataclass

from deck.tui.model import OpenModel
from deck.tui.reader import Reader


@dataclass(frozen=True, slots=True)
class Readers:
    """Each has its own connection to the archive, so that none waits for another."""

    rows: Reader
    documents: Reader
    background: Reader

    @staticmethod
    def open(open_model: OpenModel) -> "Readers":
        """Readers of the same archive."""
        return Readers(Reader(open_model), Reader(open_model), Reader(open_model))

    def close(self) -> None:
        """Close all; waits for none."""
        for reader in (self.rows, self.documents, self.background):
            reader.close()
