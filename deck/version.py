"""Which deck this is."""

from importlib import metadata


def version() -> str:
    """The version that is installed, or empty in a checkout that is not."""
    try:
        return metadata.version("replaydeck")
    except metadata.PackageNotFoundError:
        return ""
