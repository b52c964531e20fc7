"""The same file gives the same result whatever the locale and the path; GBK bytes are told."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import webmap

HOME = Path(webmap.__file__).parent.parent
SAMPLE = HOME / "sample_geodata"
FILE = SAMPLE / "applications" / "quarry_corners.txt"
TABLES = ("findings.parquet", "evidence.parquet")


def run(words, cwd, **environ):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    command = [os.fsencode(sys.executable), b"-m", b"webmap.cli", *map(os.fsencode, words)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, timeout=120,
        env={**kept, "PYTHONPATH": str(HOME), **environ},
    )  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("w")
    for part in SAMPLE.glob("mining_rights.*"):
        shutil.copy(part, folder / part.name)
    path = folder / "workspace.toml"
    path.write_text(
        'jurisdiction = "CN-14"\n[layers.mining_right]\nsource = "mining_rights.shp"\n', "utf-8"
    )
    return path


def hashes(workspace, folder, **environ):
    """Vet the application from ``folder``, where it always has the same name."""
    folder.mkdir(parents=True)
    shutil.copy(FILE, folder / "申请.txt")
    words = ["vet", "申请.txt", "-w", workspace, "-o", "out", "--rules", "MR101", "--as-of"]
    words += ["2026-01-01", "--format", "json", "--set", "right_type=mining"]
    words += ["--set", "status=applied", "--set", "mineral=建筑石料用灰岩"]
    done = run(words, folder, **environ)
    assert done.returncode in (0, 1, 3), done.stderr.decode()
    return [hashlib.sha256((folder / "out" / t).read_bytes()).hexdigest() for t in TABLES]


def test_locale_and_path_change_nothing(workspace, tmp_path):
    plain = hashes(workspace, tmp_path / "plain", LANG="C.UTF-8")
    assert hashes(workspace, tmp_path / "c", LANG="C", LC_ALL="C") == plain
    assert hashes(workspace, tmp_path / "a b" / "报件 (3)' \"x", LANG="C") == plain
    assert hashes(workspace, tmp_path / "off", LC_ALL="C", PYTHONCOERCECLOCALE="0") == plain


@pytest.mark.parametrize("command", ["inspect", "convert"])
def test_a_name_of_gbk_bytes_is_refused_in_one_line(tmp_path, command):
    name = os.fsencode(tmp_path) + "/东山.txt".encode("gbk")
    with open(name, "wb") as stream:  # noqa: PTH123 - bytes
        stream.write(FILE.read_bytes())
    words = [command, name, *([tmp_path / "b.txt"] if command == "convert" else [])]
    done = run(words, tmp_path, LANG="C")
    assert done.returncode == 2 and done.stdout == b""
    (line,) = done.stderr.decode().splitlines()
    assert "东山.txt：文件名或文件夹名不是 UTF-8" in line


def test_a_folder_of_gbk_bytes_is_refused_in_one_line(tmp_path):
    folder = os.fsencode(tmp_path) + "/报件".encode("gbk")
    os.mkdir(folder)  # noqa: PTH102 - bytes
    done = run(["inspect", FILE], folder)
    assert done.returncode == 2
    assert "报件：文件名或文件夹名不是 UTF-8" in done.stderr.decode()


def test_a_batch_goes_on_past_a_name_of_gbk_bytes(workspace, tmp_path):
    shutil.copy(FILE, tmp_path / "good.txt")
    with open(os.fsencode(tmp_path) + "/东山.txt".encode("gbk"), "wb") as stream:  # noqa: PTH123
        stream.write(FILE.read_bytes())
    words = ["batch", tmp_path, "-w", workspace, "-o", tmp_path.parent / f"{tmp_path.name}-out"]
    done = run([*words, "--rules", "MR101"], tmp_path)
    said = done.stdout.decode()
    assert done.returncode == 2 and "Traceback" not in said + done.stderr.decode()
    assert "文件名或文件夹名不是 UTF-8" in said and "程序错误" not in said


def test_the_map_of_text_fits_a_gbk_console(tmp_path):
    shutil.copy(FILE, tmp_path / "a.txt")
    said = run(["inspect", "a.txt"], tmp_path, LANG="zh_CN.GBK", PYTHONUTF8="1").stdout.decode()
    assert "■" in said and said.encode("gb18030")
    assert not [c for c in said if 0x2800 <= ord(c) < 0x2900]
