"""The command ``minezone``: thin over :mod:`analysis.api`.

Nothing heavy is imported before a command's options are known to be right, so that help and
usage errors come at once.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from gis.__about__ import __version__
from gis._jit import on_compiling
from layers.launching import launch_early, without_data_frames
from webmap import cli_io
from webmap.cli_io import Settings, emit, emit_json, progress_bar
from webmap.cli_text import COMMANDS, OPTIONS
from webmap.cli_values import (
    convert_options,
    day_of,
    declared_constants,
    page_name,
    processes,
    run_arguments,
)

if TYPE_CHECKING:
    from analysis.api import Outcome

HELP_NAMES = ["-h", "--help"]
app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": HELP_NAMES},
    rich_markup_mode=None,
)

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", show_default=False)]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", show_default=False)]
Workspace = Annotated[Path, typer.Option("-w", "--workspace", metavar="TOML")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR")]
LayerName = Annotated[str | None, typer.Option("--layer", metavar="NAME")]
Rules = Annotated[str | None, typer.Option("--rules", metavar="CODES")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE")]
Formats = Annotated[str, typer.Option("--format", metavar="NAMES")]
Constants = Annotated[list[str] | None, typer.Option("--set", metavar="COLUMN=VALUE")]
Crs = Annotated[str | None, typer.Option("--crs", metavar="CRS")]
Extent = Annotated[str, typer.Option("--extent", metavar="china|any")]
Encoding = Annotated[str | None, typer.Option("--encoding", metavar="NAME")]
Datum = Annotated[Path | None, typer.Option("--datum", metavar="TOML")]
Jurisdiction = Annotated[str, typer.Option("--jurisdiction", metavar="CODE")]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N")]
AsJson = Annotated[bool, typer.Option("--json")]

DEFAULT_FORMATS = "json,gpkg,csv"


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en")] = "zh",
    debug: Annotated[bool, typer.Option("--debug")] = False,
    version: Annotated[bool, typer.Option("--version")] = False,
) -> None:
    """Show the version or, without a command, the help."""
    if version:
        emit([f"minezone {__version__}"])
        raise typer.Exit
    if context.invoked_subcommand is None:
        emit([context.get_help()])


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR")] = Path("minezone-demo"),
    serve: Annotated[bool, typer.Option("--serve")] = False,
) -> int:
    """Vet and screen the invented county that comes along."""
    from webmap.cli_demo import run

    return run(out, context.obj.lang, serve=serve)


@app.command()
def vet(
    context: typer.Context,
    files: Files,
    workspace: Workspace,
    out: Out,
    layer: LayerName = None,
    rules: Rules = None,
    as_of: AsOf = None,
    formats: Formats = DEFAULT_FORMATS,
    constants: Constants = None,
    crs: Crs = None,
    encoding: Encoding = None,
    datum: Datum = None,
    as_json: AsJson = False,
) -> int:
    """Vet application files against the workspace."""
    settings: Settings = context.obj
    arguments = run_arguments(rules, as_of, formats)
    declared = declared_constants(constants)
    launch_early()
    from analysis import api
    from webmap.cli_map import load_map

    load_map()
    with progress_bar() as progress:
        outcome = api.vet(
            files,
            workspace,
            out,
            layer=layer,
            constants=declared,
            crs=crs,
            encoding=encoding,
            datum=datum,
            lang=settings.lang,
            progress=progress,
            **arguments,
        )
    return _show(outcome, workspace, settings, as_json)


@app.command()
def screen(
    context: typer.Context,
    workspace: Workspace,
    out: Out,
    rules: Rules = None,
    as_of: AsOf = None,
    formats: Formats = DEFAULT_FORMATS,
    workers: Workers = None,
    as_json: AsJson = False,
) -> int:
    """Screen every registered feature of the workspace."""
    settings: Settings = context.obj
    arguments = run_arguments(rules, as_of, formats)
    count = processes(workers)
    from analysis import api

    with progress_bar() as progress:
        outcome = api.screen(
            workspace, out, lang=settings.lang, progress=progress, workers=count, **arguments
        )
    return _show(outcome, workspace, settings, as_json)


@app.command()
def batch(
    context: typer.Context,
    paths: Paths,
    workspace: Workspace,
    out: Out,
    layer: LayerName = None,
    rules: Rules = None,
    as_of: AsOf = None,
    formats: Formats = DEFAULT_FORMATS,
    constants: Constants = None,
    crs: Crs = None,
    encoding: Encoding = None,
    datum: Datum = None,
    as_json: AsJson = False,
) -> int:
    """Vet many files, one after the other."""
    settings: Settings = context.obj
    arguments = run_arguments(rules, as_of, formats)
    declared = declared_constants(constants)
    launch_early()
    from analysis import api
    from webmap import cli_batch
    from webmap.cli_lines import terminal_look

    with progress_bar() as progress:
        outcome = api.batch(
            paths,
            workspace,
            out,
            layer=layer,
            constants=declared,
            crs=crs,
            encoding=encoding,
            datum=datum,
            lang=settings.lang,
            progress=progress,
            **arguments,
        )
    if as_json:
        emit_json(cli_batch.batch_record(outcome))
    else:
        emit(cli_batch.batch_lines(outcome, settings.lang, terminal_look()))
    return outcome.exit_status


@app.command("map")
def draw_map(
    context: typer.Context,
    result: Annotated[Path, typer.Argument(metavar="OUT", show_default=False)],
    target: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE")] = None,
) -> int:
    """Draw the map of a result that is there already."""
    page_name("--out", target)
    from webmap import maps

    file = maps.write(result, context.obj.lang, target)
    emit([cli_io.clean(str(file))])
    return 0


@app.command()
def inspect(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    layer: LayerName = None,
    extent: Extent = "china",
    crs: Crs = None,
    encoding: Encoding = None,
    datum: Datum = None,
    page: Annotated[Path | None, typer.Option("--map", metavar="HTML")] = None,
    as_json: AsJson = False,
) -> int:
    """Check whether a file can be judged."""
    page_name("--map", page)
    launch_early()
    from analysis import api
    from webmap import cli_pages

    found = api.inspect(file, layer=layer, crs=crs, encoding=encoding, datum=datum, extent=extent)
    if as_json:
        emit_json(cli_pages.inspection_record(found))
    elif found.error is not None:
        raise found.error
    else:
        emit(cli_pages.inspection_lines(found, context.obj.lang))
    if page is not None and found.usable:
        cli_pages.draw_inspection(found, page, context.obj.lang)
    return 0 if found.usable else cli_io.ERROR_STATUS


@app.command("convert")
def convert_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    written: Annotated[Path, typer.Argument(metavar="TARGET", show_default=False)],
    to: Annotated[str | None, typer.Option("--to", metavar="FORM")] = None,
    source_layer: LayerName = None,
    crs: Crs = None,
    to_crs: Annotated[str | None, typer.Option("--to-crs", metavar="CRS")] = None,
    encoding: Encoding = None,
    to_encoding: Annotated[str, typer.Option("--to-encoding", metavar="GBK|UTF-8")] = "GBK",
    datum: Datum = None,
    as_json: AsJson = False,
) -> int:
    """Write a file in another exchange format."""
    convert_options(to, to_encoding)
    launch_early()
    from webmap import cli_convert

    asked = cli_convert.Asked(source_layer, crs, encoding, to, to_crs, to_encoding.upper(), datum)
    if as_json:
        told = cli_convert.told(file, written, asked)
        emit_json(told)
        return 0 if told["usable"] else cli_io.ERROR_STATUS
    source, done = cli_convert.convert(file, written, asked)
    emit(cli_convert.lines(source, done, context.obj.lang))
    return 0


@app.command()
def rules(
    context: typer.Context, jurisdiction: Jurisdiction = "CN", as_json: AsJson = False
) -> int:
    """List all rules."""
    from analysis import api
    from webmap import cli_pages

    rulebook, listed = api.list_rules(jurisdiction)
    if as_json:
        emit_json(cli_pages.rules_record(rulebook, listed))
    else:
        emit(cli_pages.rules_lines(rulebook, listed, context.obj.lang))
    return 0


@app.command()
def explain(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", show_default=False)],
    as_of: AsOf = None,
    jurisdiction: Jurisdiction = "CN",
    as_json: AsJson = False,
) -> int:
    """Explain one rule."""
    day = day_of(as_of)
    from analysis import api
    from webmap.cli_explain import explain_lines
    from webmap.cli_lines import terminal_look

    if as_json:
        emit_json(api.explain(code.upper(), jurisdiction=jurisdiction, as_of=day))
    else:
        # People ask what holds now.
        now = day or datetime.now(UTC).astimezone().date()
        page = api.explain(code.upper(), jurisdiction=jurisdiction, as_of=now)
        emit(explain_lines(page, context.obj.lang, terminal_look()))
    return 0


@app.command()
def serve(
    context: typer.Context,
    workspace: Workspace,
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS")] = None,
    port: Annotated[int | None, typer.Option("--port", metavar="NUMBER")] = None,
    workers: Workers = None,
    state: Annotated[Path | None, typer.Option("--state", metavar="DIR")] = None,
) -> int:
    """Serve the map of the workspace and vet files in a browser."""
    from webmap.cli_serve import run

    return run(
        context.obj.lang,
        workspace=workspace,
        host=host,
        port=port,
        workers=workers,
        state=state,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0, 1, 2 or 3."""
    cli_io.use_utf8()
    # Modules make objects that stay: looking among them for garbage takes a tenth of a vetting.
    gc.set_threshold(100_000, 50, 50)
    words = list(sys.argv[1:]) if argv is None else list(argv)
    settings, rest, error = cli_io.split_settings(words, os.environ)
    if argv is None:
        without_data_frames()

    def run() -> int:
        if error is not None:
            raise error
        cli_io.refuse_other_bytes(rest)
        status = command(settings.lang).main(
            args=rest, prog_name="minezone", standalone_mode=False, obj=settings
        )
        return int(status or 0)

    on_compiling(partial(cli_io.tell_compiling, settings.lang))
    return cli_io.guarded(run, settings)


def command(lang: str) -> Any:
    """Return the command tree with its help in ``lang``."""
    tree = get_command(app)
    tree.help = COMMANDS[""].of(lang)
    for name, sub in tree.commands.items():  # type: ignore[attr-defined]
        sub.help = COMMANDS[name].of(lang)
        _describe(sub, lang)
    _describe(tree, lang)
    return tree


def _describe(node: Any, lang: str) -> None:
    for parameter in node.params:
        if parameter.name in OPTIONS:
            parameter.help = OPTIONS[parameter.name].of(lang)
    # The parser makes its help option on first use and keeps it: made now, it takes our words.
    node.get_help_option(typer.Context(node, help_option_names=HELP_NAMES)).help = OPTIONS[
        "help"
    ].of(lang)


def _show(outcome: Outcome, workspace: Path, settings: Settings, as_json: bool) -> int:
    from webmap import cli_view
    from webmap.cli_lines import terminal_look
    from webmap.cli_map import with_map

    outcome, said = with_map(outcome, workspace, settings.lang)
    if as_json:
        emit_json(cli_view.outcome_record(outcome))
        cli_io.remark(said)
    else:
        emit([*cli_view.outcome_lines(outcome, settings.lang, terminal_look()), *said])
    return outcome.exit_status


if __name__ == "__main__":
    sys.exit(main())
