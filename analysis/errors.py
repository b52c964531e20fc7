"""Errors of the rulebook and of rules."""

from gis.errors import MineZoneError


class RulebookError(MineZoneError):
    """A rulebook file breaks its format; the message names the file and the key."""


class UnknownRuleError(MineZoneError):
    """A rule was asked for that does not exist."""


class RuleError(MineZoneError):
    """A rule broke its contract: a fault of the program, never a verdict."""
