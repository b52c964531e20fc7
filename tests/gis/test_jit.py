"""Compiled kernels: where their machine code is kept, who may have written it, what is said."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import gis
from gis import _jit

ROOT = Path(gis.__file__).parent.parent
TINY = """
from gis._jit import jit

@jit
def more(x):
    return x + 1

@jit
def most(x):
    return more(x) + 1
"""
"""Two kernels that compile in a moment."""
RUN_TINY = """
from gis import _jit
from tiny import most
_jit.on_compiling(lambda seconds: print("compiling", seconds))
print(most(5), _jit._cache_folder())
"""
RUN = """
import numpy as np
from gis import _jit
from gis.flow import route
_jit.on_compiling(lambda seconds: print("compiling", seconds))
z = np.array([[3, 3, 3], [3, 1, 3], [3, 2, 3]], np.float32)
print(route(z, 30.0).receiver[4], _jit._cache_folder())
"""


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Nothing asked for, nothing beside the code, an empty temporary folder."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(_jit, "__file__", str(tmp_path / "gone" / "file" / "_jit.py"))
    (tmp_path / "gone").write_text("a file, so that no folder can be made in it")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(_jit.tempfile, "gettempdir", lambda: str(temporary))
    _jit._cache_folder.cache_clear()
    yield temporary
    _jit._cache_folder.cache_clear()


def folder_of(temporary):
    return temporary / f"minezone-{os.getuid()}"


def test_machine_code_is_kept_where_it_is_asked_for(fresh, monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "asked"))
    assert _jit._cache_folder() == tmp_path / "asked"


def test_the_folder_in_the_temporary_one_is_ours_alone(fresh):
    assert _jit._cache_folder() == folder_of(fresh)
    assert stat.S_IMODE(folder_of(fresh).stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o750, 0o701])
def test_a_folder_that_others_may_enter_is_not_used(fresh, mode):
    folder_of(fresh).mkdir()
    folder_of(fresh).chmod(mode)
    assert _jit._cache_folder() is None


def test_a_folder_of_another_user_is_not_used(fresh, monkeypatch):
    folder_of(fresh).mkdir(mode=0o700)
    owner = os.getuid()
    monkeypatch.setattr(_jit.os, "getuid", lambda: owner + 1)
    (fresh / f"minezone-{owner}").rename(fresh / f"minezone-{owner + 1}")
    assert _jit._cache_folder() is None


def test_a_link_is_not_followed(fresh, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder_of(fresh).symlink_to(tmp_path / "elsewhere")
    assert _jit._cache_folder() is None


@pytest.fixture
def tiny(tmp_path):
    """The module search path with ``tiny`` on it."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "tiny.py").write_text(TINY, encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(tmp_path / "code"), str(ROOT)])}


def run(code, **environment):
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_compiling_is_said_once_and_not_where_the_code_is_kept(tmp_path, tiny):
    kept = {"NUMBA_CACHE_DIR": str(tmp_path / "kept"), **tiny}
    assert run(RUN_TINY, **kept) == [f"compiling {_jit.SECONDS}", f"7 {tmp_path / 'kept'}"]
    assert run(RUN_TINY, **kept) == [f"7 {tmp_path / 'kept'}"]


def test_without_any_folder_kernels_are_compiled_and_run(tiny):
    """A read-only installation, no home, no temporary folder: slower, and right."""
    nowhere = "from gis import _jit; _jit._writable = lambda folder: False\n"
    assert run(nowhere + RUN_TINY, **tiny) == [f"compiling {_jit.SECONDS}", "7 None"]


AS_NOBODY = """
import os, numba
numba.njit(lambda x: x + 1)(1)  # all of the compiler is there before its files are out of reach
os.setgid(65534)
os.setuid(65534)
os.environ.pop("HOME", None)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_without_a_home_can_run_a_read_only_installation():
    user = 65534  # nobody
    with tempfile.TemporaryDirectory() as temporary:  # pytest's folders are closed to others
        os.chown(temporary, user, user)
        # This one may be out of nobody's reach: below /root, or in a folder of mktemp.
        installed = Path(temporary) / "installed"
        shutil.copytree(
            Path(_jit.__file__).parent,
            installed / "gis",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        said, answer = run(AS_NOBODY + RUN, TMPDIR=temporary, PYTHONPATH=str(installed))
        kept = Path(temporary) / f"minezone-{user}"
        assert (said, answer) == (f"compiling {_jit.SECONDS}", f"7 {kept}")
        assert (kept.stat().st_uid, stat.S_IMODE(kept.stat().st_mode)) == (user, 0o700)
        assert list(kept.rglob("kernels.flood*"))
