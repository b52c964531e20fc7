"""What the command line does with streams, languages and errors."""

from __future__ import annotations

import os
import sys
import traceback
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis.__about__ import __version__
from gis.errors import MineZoneError
from webmap.cli_text import LANGUAGES, both, say
from webmap.settings import language

if TYPE_CHECKING:
    from layers.account import Issue

Report = Callable[[str, float], None]
ERROR_STATUS = 2


class UsageError(MineZoneError):
    """The command was called in a way that cannot be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for every command: the language and whether faults show their traceback."""

    lang: str = "zh"
    debug: bool = False


def split_settings(
    argv: Sequence[str], environ: Mapping[str, str]
) -> tuple[Settings, list[str], UsageError | None]:
    """Take ``--lang`` and ``--debug`` out of ``argv``, wherever they stand before ``--``.

    They are read before anything else because help and errors depend on them. A wrong
    language is returned as an error, to be said in the language that is left.
    """
    rest: list[str] = []
    chosen = [("MINEZONE_LANG", language(environ))]
    debug = False
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--debug":
            debug = True
        elif word == "--lang":
            chosen.append(("--lang", next(words, "")))
        elif word.startswith("--lang="):
            chosen.append(("--lang", word.removeprefix("--lang=")))
        else:
            rest.append(word)
    where, value = chosen[-1]
    if value in LANGUAGES:
        return Settings(value, debug), rest, None
    error = UsageError(*both("bad_lang", where=where, value=repr(value)))
    return Settings("zh", debug), rest, error


def refuse_other_bytes(words: Sequence[str]) -> None:
    """Refuse arguments, and a working folder, whose bytes are no text in the file system's code.

    Such names (GBK ones on a UTF-8 system, as some unpackers leave them) can stand in no report.

    Raises
    ------
    UsageError
        One is; it is shown as what it most likely is.
    """
    for word in (*words, str(Path.cwd())):
        try:
            word.encode("utf-8")
        except UnicodeEncodeError:
            shown = os.fsencode(word).decode("gb18030", "replace")
            raise UsageError(*both("other_bytes", name=shown)) from None


def use_utf8() -> None:
    """Make the standard streams UTF-8 whatever the locale; what cannot be shown becomes '?'."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def clean(text: str) -> str:
    r"""Return ``text`` as one line that cannot steer a terminal.

    Names come from other people's files: control characters (line breaks and escape sequences
    among them), marks that turn the reading direction and those of no width are shown as
    ``\x1b`` and the like.
    """
    if text.isprintable():
        return text
    return "".join(
        c.encode("unicode_escape").decode("ascii")
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else c
        for c in text
    )


def emit(lines: Iterable[str]) -> None:
    """Print lines on standard output; a reader that has gone away is no error."""
    try:
        for line in lines:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain again while closing the stream at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def emit_json(value: Any) -> None:
    """Print a value as indented JSON; NaN becomes null, dates and paths become text."""
    import orjson

    text = orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    emit([text.decode("utf-8")])


def _plain(value: Any) -> Any:
    for method in ("as_dict", "tolist"):
        if hasattr(value, method):
            return getattr(value, method)()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


def in_both(said: Any) -> dict[str, str]:
    """Return a text that has both languages, an error among them, for machines."""
    return {"zh": said.zh, "en": said.en}


def issue_record(issue: Issue) -> dict[str, Any]:
    """Return an issue for machines."""
    kept = {name: getattr(issue, name) for name in ("severity", "code", "feature")}
    return {**kept, **in_both(issue)}


def complain(text: str, lang: str) -> None:
    """Print one line on standard error."""
    sys.stderr.write(say("error", lang) + clean(text) + "\n")


def tell_compiling(lang: str, seconds: int) -> None:
    """Say on standard error why the first run on terrain takes longer."""
    sys.stderr.write(say("compiling", lang, n=seconds) + "\n")
    sys.stderr.flush()


def remark(lines: Iterable[str]) -> None:
    """Print lines on standard error, where standard output is for machines."""
    sys.stderr.writelines(f"{line}\n" for line in lines)


@contextmanager
def progress_bar() -> Iterator[Report | None]:
    """Yield a function of step and share done, or None where no terminal would show it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def report(step: str, share: float) -> None:
            bar.update(task, description=clean(step).replace("[", r"\["), completed=share)

        yield report


def guarded(run: Callable[[], int], settings: Settings) -> int:
    """Return the exit status of ``run``; whatever it raises becomes one line and status 2."""
    try:
        return run()
    except MineZoneError as error:
        complain(error.text(settings.lang), settings.lang)
    except KeyboardInterrupt:
        complain(say("interrupted", settings.lang), settings.lang)
    except Exception as error:  # noqa: BLE001 - the last line of defence: never a traceback
        if hasattr(error, "format_message"):
            complain(usage_line(error, settings.lang), settings.lang)
        else:
            if settings.debug:
                traceback.print_exc()
            kind, version = type(error).__name__, __version__
            complain(
                say("fault", settings.lang, kind=kind, what=error, version=version), settings.lang
            )
    return ERROR_STATUS


def usage_line(error: Any, lang: str) -> str:
    """Return an argument parser's complaint as one sentence in ``lang``."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "minezone"
    kind = type(error).__name__
    what = error.format_message().rstrip(".")
    more, _, words = what.partition(" (")
    if more.startswith("Got unexpected extra argument"):
        what = say("too_many", lang, words=words.removesuffix(")"))
    elif kind == "BadParameter" and "integer" in what:
        what = say("no_integer", lang, name=max(error.param.opts, key=len))
    elif what.startswith("No such command"):
        what = say("no_such_command", lang, name=what.split("'")[1])
    elif kind == "NoSuchOption":
        what = say("no_such_option", lang, name=error.option_name)
    elif kind == "BadOptionUsage":
        what = say("needs_value", lang, name=error.option_name)
    elif kind == "MissingParameter" and error.param is not None:
        name = max(error.param.opts, key=len)
        name = name if name.startswith("-") else error.param.metavar or name.upper()
        what = say("missing", lang, name=name)
    return say("usage", lang, what=what, command=command)
