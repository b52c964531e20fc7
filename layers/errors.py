"""Errors of reading and describing layers."""

from gis.errors import MineZoneError


class LayerError(MineZoneError):
    """A file or layer cannot be used as what it is said to be."""


class FormatError(LayerError):
    """A file is not what its name says, or cannot be read."""


class WorkspaceError(LayerError):
    """``workspace.toml`` is wrong; the message names the key."""


class ReaderError(LayerError):
    """A file from outside could not be read within the limits set for such files."""
