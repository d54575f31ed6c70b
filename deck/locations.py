"""Which archive a command means."""

from pathlib import Path

from store.locations import archive_folder


def chosen_archive(option: str | None) -> Path:
    """The archive named by ``--archive``, else the usual one (`store.locations.archive_folder`)."""
    return Path(option).expanduser().absolute() if option else archive_folder(Path.cwd())
