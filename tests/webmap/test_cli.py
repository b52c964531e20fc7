"""The command line: languages, usage, errors of one line, exit statuses, light imports."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from gis.__about__ import __version__
from gis.errors import MineZoneError
from webmap import cli, cli_io
from webmap.cli_text import COMMANDS, OPTIONS, SAY, SEVERITY

HEAVY = ("folium", "fastapi", "geopandas", "pandas", "pyarrow", "shapely", "numpy")
COMMAND_NAMES = sorted(name for name in COMMANDS if name)


@pytest.fixture(autouse=True)
def _no_language_in_environment(monkeypatch):
    monkeypatch.delenv("MINEZONE_LANG", raising=False)


def call(capsys, *words):
    status = cli.main(list(words))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def child(*words, **environ):
    """Run the command in a process of its own, with hardly any environment."""
    return subprocess.run(
        [sys.executable, "-c", "import sys; from webmap.cli import main; sys.exit(main())", *words],
        env={"PATH": os.defpath, **environ},
        capture_output=True,
        timeout=60,
    )


# -- languages -----------------------------------------------------------------------------------


def test_chinese_is_the_default_and_english_is_an_option(capsys):
    assert "审查若干申请文件" in call(capsys, "vet", "--help")[1]
    assert "Vet application files" in call(capsys, "vet", "--help", "--lang", "en")[1]


@pytest.mark.parametrize("words", [["--lang", "en", "rules", "-h"], ["rules", "-h", "--lang=en"]])
def test_the_language_may_stand_before_or_after_the_command(capsys, words):
    assert "List all rules" in call(capsys, *words)[1]


def test_the_environment_sets_the_language_and_the_option_wins(capsys, monkeypatch):
    monkeypatch.setenv("MINEZONE_LANG", "en")
    assert "List all rules" in call(capsys, "rules", "-h")[1]
    assert "列出全部规则" in call(capsys, "rules", "-h", "--lang", "zh")[1]


def test_an_unknown_language_is_refused_whoever_names_it(capsys, monkeypatch):
    assert call(capsys, "--lang", "fr", "rules") == (
        2,
        "",
        "错误: --lang 的值 'fr' 不是 zh 或 en\n",
    )
    monkeypatch.setenv("MINEZONE_LANG", "de")
    status, out, err = call(capsys, "rules")
    assert (status, out) == (2, "")
    assert "MINEZONE_LANG" in err and "'de'" in err


def test_words_after_a_double_dash_are_files(capsys):
    settings, rest, error = cli_io.split_settings(["vet", "--", "--lang", "en"], {})
    assert (settings.lang, rest, error) == ("zh", ["vet", "--", "--lang", "en"], None)


def test_every_command_and_option_is_explained_in_both_languages():
    for lang in ("zh", "en"):
        tree = cli.command(lang)
        assert sorted(tree.commands) == COMMAND_NAMES
        for node in (tree, *tree.commands.values()):
            for parameter in node.params:
                assert parameter.help == OPTIONS[parameter.name].of(lang)


@pytest.mark.parametrize("table", [COMMANDS, OPTIONS, SAY, SEVERITY], ids=list("cosv"))
def test_both_languages_have_the_same_blanks(table):
    from string import Formatter

    def blanks(text):
        return sorted({name for _, name, _, _ in Formatter().parse(text) if name})

    for key, text in table.items():
        assert text.zh and text.en
        assert blanks(text.zh) == blanks(text.en), key


# -- usage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["vot"], "错误: 没有命令 vot（用法见 minezone --help）\n"),
        (["vet", "a.txt", "--foo"], "错误: 没有选项 --foo（用法见 minezone vet --help）\n"),
        (["vet"], "错误: 缺少参数 FILE…（用法见 minezone vet --help）\n"),
        (
            ["inspect", "a.txt", "b (1).txt"],
            "错误: 多出参数 b (1).txt（用法见 minezone inspect --help）\n",
        ),
        (
            ["screen", "--workers", "two"],
            "错误: 选项 --workers 的值应为整数（用法见 minezone --help）\n",
        ),
        (["vet", "a.txt"], "错误: 缺少参数 --workspace（用法见 minezone vet --help）\n"),
        (
            ["--lang", "en", "screen", "-w"],
            "error: option -w needs a value (see minezone --help)\n",
        ),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(capsys, words, line):
    status, out, err = call(capsys, *words)
    assert (status, out) == (2, "")
    assert err.replace("minezone screen", "minezone") == line


@pytest.mark.parametrize(
    ("option", "value", "part"),
    [
        ("--as-of", "2026-13-01", "2026-13-01"),
        ("--as-of", "yesterday", "yesterday"),
        ("--set", "status", "status"),
        ("--set", "=granted", "=granted"),
        ("--set", "status=", "status="),
        ("--rules", " , ", "--rules"),
        ("--format", "", "--format"),
    ],
)
def test_values_that_cannot_be_right_are_refused(capsys, option, value, part):
    status, out, err = call(capsys, "vet", "a.txt", "-w", "w.toml", "-o", "o", option, value)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("错误: ") and part in err


def test_a_column_declared_twice_is_refused(capsys):
    words = ["vet", "a", "-w", "w", "-o", "o", "--set", "status=applied", "--set", "status=granted"]
    assert call(capsys, *words)[2] == "错误: --set 两次给出列 status\n"


def test_help_and_version_exit_0(capsys):
    assert call(capsys, "--version") == (0, f"minezone {__version__}\n", "")
    for words in ([], ["-h"], *([name, "--help"] for name in COMMAND_NAMES)):
        status, out, err = call(capsys, *words)
        assert (status, err) == (0, "") and out.startswith("Usage: minezone")


# -- what the engine is told ---------------------------------------------------------------------


@pytest.fixture
def api(monkeypatch):
    from analysis import api as module

    calls = []

    def record(name, result):
        def fake(*args, **kwargs):
            calls.append((name, args, kwargs))
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(module, name, fake)

    return SimpleNamespace(record=record, calls=calls)


def test_vet_hands_every_option_over(capsys, api, monkeypatch):
    api.record("vet", MineZoneError("停", "stop"))
    words = (
        "vet a.txt b.gpkg -w w.toml -o o --layer mining_right --rules mr101,TF203 "
        "--as-of 2025-07-01 --format json,CSV --set status=applied --set right_type=mining "
        "--crs EPSG:4526 --encoding GBK"
    )
    assert call(capsys, *words.split()) == (2, "", "错误: 停\n")
    ((_, args, kwargs),) = api.calls
    assert args == ([Path("a.txt"), Path("b.gpkg")], Path("w.toml"), Path("o"))
    assert kwargs == {
        "layer": "mining_right",
        "rules": ("MR101", "TF203"),
        "as_of": date(2025, 7, 1),
        "formats": ("json", "csv"),
        "constants": {"status": "applied", "right_type": "mining"},
        "crs": "EPSG:4526",
        "encoding": "GBK",
        "datum": None,
        "lang": "zh",
        "progress": None,
    }


def test_screen_without_options_leaves_the_choice_to_the_engine(capsys, api):
    api.record("screen", MineZoneError("停", "stop"))
    assert call(capsys, "screen", "-w", "w.toml", "-o", "o", "--lang", "en")[2] == "error: stop\n"
    ((_, args, kwargs),) = api.calls
    assert args == (Path("w.toml"), Path("o"))
    assert kwargs["rules"] is None and kwargs["as_of"] is None and kwargs["lang"] == "en"


# -- errors --------------------------------------------------------------------------------------


def test_an_expected_error_is_one_line_even_with_line_breaks_in_it(capsys, api):
    api.record("inspect", MineZoneError("文件 a\nb.txt：\x1b[2J坏", "x"))
    assert call(capsys, "inspect", "a") == (2, "", "错误: 文件 a\\nb.txt：\\x1b[2J坏\n")


def test_a_fault_of_the_program_is_one_line_and_shows_its_traceback_on_demand(capsys, api):
    api.record("inspect", ZeroDivisionError("division by zero"))
    status, out, err = call(capsys, "inspect", "a")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("错误: 程序错误 ZeroDivisionError: division by zero")
    assert "--debug" in err and __version__ in err
    assert "Traceback" in call(capsys, "inspect", "a", "--debug")[2]


def test_an_interrupt_is_one_line(capsys, api, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_io, "emit", interrupted)
    assert cli_io.guarded(interrupted, cli_io.Settings("en")) == 2
    assert capsys.readouterr().err == "error: interrupted; the output may be incomplete\n"


def test_clean_keeps_words_and_shows_what_steers_a_terminal():
    assert cli_io.clean("采石场 a-b 〔第二十三条〕") == "采石场 a-b 〔第二十三条〕"
    assert cli_io.clean("a\u202eb\x07\r\n\u2028") == "a\\u202eb\\x07\\r\\n\\u2028"
    assert cli_io.clean("C\u200b1\ufeff\u00ad矿　区") == "C\\u200b1\\ufeff\\xad矿　区"


def test_json_holds_no_nan():
    class Page:
        def as_dict(self):
            return {"a": float("nan"), "b": date(2026, 1, 2), "c": Path("x/y"), "d": (1, 2)}

    lines = []
    original, cli_io.emit = cli_io.emit, lines.extend
    try:
        cli_io.emit_json(Page())
    finally:
        cli_io.emit = original
    assert json.loads("".join(lines)) == {"a": None, "b": "2026-01-02", "c": "x/y", "d": [1, 2]}


# -- processes -----------------------------------------------------------------------------------


def test_output_is_utf8_under_the_c_locale():
    done = child("vet", "--help", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "审查若干申请文件" in done.stdout.decode("utf-8")
    done = child("vot", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert (done.returncode, done.stderr.decode("utf-8")[:4]) == (2, "错误: ")


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from webmap.cli import main; status = main(['vet', '--help'])\n"
        f"print('LOADED', [m for m in {HEAVY!r} if m in sys.modules]); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode == 0
    assert done.stdout.decode().rstrip().endswith("LOADED []")


def test_judging_loads_no_data_frames_and_no_web():
    code = (
        "import sys; import webmap.cli, webmap.cli_view, webmap.cli_pages, webmap.cli_demo\n"
        f"print([m for m in {HEAVY[:4]!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.stdout.decode().strip() == "[]", done.stderr.decode()


def test_a_reader_that_goes_away_is_no_error():
    done = subprocess.run(
        f"'{sys.executable}' -m webmap.cli --help | true; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        timeout=60,
    )
    assert b"Traceback" not in done.stderr


def test_convert_says_how_good_places_are_after_a_datum_shift(tmp_path, capsys):
    from webmap.cli import main

    (tmp_path / "p.toml").write_text(
        'datum = "西安80"\naccuracy_m = 2.0\n[four]\nmeridian = 111\ndx = 10\ndy = 100\n'
        "rotation_s = 0\nscale_ppm = 0\n", encoding="utf-8"
    )  # fmt: skip
    (tmp_path / "a.csv").write_text("1980西安坐标系\n点号,X,Y\n1,4390000,37500000\n"
                                    "2,4391000,37500000\n3,4391000,37501000\n",
                                    encoding="gbk")  # fmt: skip
    words = ["convert", str(tmp_path / "a.csv"), "--datum", str(tmp_path / "p.toml")]
    words += ["--to-crs", "EPSG:4525"]
    assert main(["--lang", "en", *words, str(tmp_path / "a.gpkg")]) == 0
    said = capsys.readouterr().out
    assert "10.0000 100.0000 m, 0.000000 s, 0.000000 ppm (places good to 2.00 m)" in said
    assert "warning: places are good to 2 m after the shift" in said
    assert main([*words, str(tmp_path / "b.gpkg"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["transformation"].startswith("Xian 1980 -> CGCS2000, four parameters")
    assert told["transformation_accuracy_m"] == 2.0
    assert "accuracy_written" in [issue["code"] for issue in told["issues"]]
    assert main(["inspect", str(tmp_path / "b.gpkg"), "--json"]) == 0
    (source,) = json.loads(capsys.readouterr().out)["layers"][0]["sources"]
    assert source["positional_accuracy_m"] == 2.0


@pytest.mark.parametrize("stated", [False, True])
def test_inspect_says_of_an_accuracy_that_it_counts_only_where_it_does(tmp_path, capsys, stated):
    from webmap.cli import main

    own = ', "positional_accuracy_m": 0.5' if stated else ""
    (tmp_path / "a.geojson").write_text(
        '{"type": "Feature", "properties": {"licence_no": "C1"' + own + '}, "geometry": {"type": '
        '"Polygon", "coordinates": [[[111, 39.5], [111.1, 39.5], [111.1, 39.6], [111, 39.5]]]}}',
        encoding="utf-8",
    )
    assert main(["--lang", "en", "inspect", str(tmp_path / "a.geojson")]) == 0
    counts = "accuracy of the transformation: ±1.00 m, which counts in every distance"
    assert (counts in capsys.readouterr().out) == stated


def test_convert_writes_and_says_so(tmp_path, capsys):
    from webmap.cli import main

    text = tmp_path / "矿界.csv"
    text.write_text("2000国家大地坐标系\n点号,X,Y\n1,3760000,38500000\n2,3761000,38500000\n"
                    "3,3761000,38501000\n", encoding="gbk")  # fmt: skip
    assert main(["convert", str(text), str(tmp_path / "矿界.shp")]) == 0
    assert "1 行" in capsys.readouterr().out
    assert main(["convert", str(text), str(tmp_path / "矿界.shp")]) == 2
    assert "已经存在" in capsys.readouterr().err
    assert main(["convert", str(text), str(tmp_path / "a.txt"), "--to", "pdf"]) == 2
    assert main(["convert", str(tmp_path / "矿界.shp"), str(tmp_path / "b.txt"), "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["rows"], done["usable"], done["error"]) == (1, True, None)
    assert main(["convert", str(tmp_path / "矿界.shp"), str(tmp_path / "b.txt"), "--json"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "file": str(tmp_path / "矿界.shp"),
        "usable": False,
        "error": {
            "zh": f"{tmp_path / 'b.txt'}：文件已经存在，请另取名字",
            "en": f"{tmp_path / 'b.txt'}: exists already; choose another name",
        },
    }
    assert said.err == ""
