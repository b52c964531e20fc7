"""Errors a user can act on; every other exception is a fault of the program."""


class MineZoneError(Exception):
    """Base of all expected errors: one clear line, in Chinese and in English.

    Parameters
    ----------
    zh, en : str
        The same sentence in both languages. It names the file and, where there is one, the
        feature or line.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en

    def text(self, lang: str = "zh") -> str:
        """Return the sentence in ``lang`` (``zh`` or ``en``)."""
        return self.en if lang == "en" else self.zh

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """Survive a trip through a process pool."""
        return type(self), (self.zh, self.en)


class CRSError(MineZoneError):
    """A coordinate reference system is missing, unusable, or contradicts the coordinates."""


class DatumError(CRSError):
    """No exact transformation leads from the source datum to CGCS2000."""


class GeometryError(MineZoneError):
    """A geometry cannot be used or repaired."""
