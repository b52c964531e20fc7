"""A process gives up what reading one file does not need.

Sources: setrlimit(2), network_namespaces(7), landlock(7). What the kernel lacks is left out and
told by :func:`abilities`; limits and the list of drivers hold everywhere on Linux.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_NEW_NET, _NEW_USER = 0x4000_0000, 0x1000_0000
_NO_NEW_PRIVILEGES = 38
_PATH_FD = getattr(os, "O_PATH", 0)
# landlock_create_ruleset, landlock_add_rule, landlock_restrict_self: the same on every machine.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# Rights that a rule about a file, not a folder, may hold: the others ask for a folder.
_OF_FILES = (1 << 0) | (1 << 1) | _READ_FILE | (1 << 14) | (1 << 15)
_READERS = (
    "GPKG", "ESRI Shapefile", "KML", "LIBKML", "OpenFileGDB", "FlatGeobuf", "GML", "MapInfo File",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may use: seconds of processor, bytes of memory and of any one file."""

    cpu_s: int = 20
    memory: int = 2 << 30
    file_size: int = 1 << 30
    open_files: int = 64


def environment(other: Path | None = None) -> dict[str, str]:
    """Return the whole environment of a reading process: nothing of the caller's.

    Modules are found where this one was, and in the folder ``other``.
    """
    homes = [Path(__file__).resolve().parent.parent, *([other] if other else [])]
    return {
        "PYTHONPATH": os.pathsep.join(map(str, homes)),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        # One thread: a process forked from one with several may wait for locks for ever.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "ARROW_IO_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "GDAL_NUM_THREADS": "1",
        "GDAL_CACHEMAX": "64",
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_HTTP_PROXY": "http://127.0.0.1:9",
        "CPL_VSIL_CURL_ALLOWED_FILENAME": "/none",
        "DXF_INLINE_BLOCKS": "FALSE",
        "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
        "PROJ_NETWORK": "OFF",
    }


def limit(limits: Limits) -> None:
    """Set the limits of this process; they cannot be raised again."""
    # The signal at the soft limit says why; at the hard one the kernel just kills.
    _set(resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1)
    _set(resource.RLIMIT_AS, limits.memory)
    _set(resource.RLIMIT_FSIZE, limits.file_size)
    _set(resource.RLIMIT_NOFILE, limits.open_files)
    _set(resource.RLIMIT_CORE, 0)


def write_no_more() -> None:
    """Let this process write into no file any more (pipes stay)."""
    _set(resource.RLIMIT_FSIZE, 0)


def isolate(
    readable: Iterable[Path], writable: Iterable[Path], listed: Iterable[Path] = ()
) -> None:
    """Cut this process off from networks and from every file but the given ones and libraries.

    Of the folders ``listed`` it may learn the names of files, not what is in them.

    Raises
    ------
    OSError
        The kernel has Landlock and refuses to apply it.
    """
    libc = _libc()
    _cut_network(libc)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    version = _landlock_version(libc)
    if version >= 1:
        everything = _READ_FILE | _READ_DIR
        given = [(path, everything) for path in (*readable, *libraries())]
        given += [(path, _READ_DIR) for path in listed]
        _apply_landlock(libc, version, given, list(writable))


def abilities() -> dict[str, bool]:
    """Return which means of isolation this kernel grants, tried in a process of its own."""
    if not sys.platform.startswith("linux"):
        return {"network_namespace": False, "landlock": False}
    libc = _libc()
    child = os.fork()
    if child == 0:
        os._exit(0 if _cut_network(libc) else 1)
    _, status = os.waitpid(child, 0)
    return {"network_namespace": status == 0, "landlock": _landlock_version(libc) >= 1}


def libraries() -> list[Path]:
    """Return the folders of code and tables that readers load when first needed."""
    import pyproj

    paths = sysconfig.get_paths()
    homes = [paths[k] for k in ("stdlib", "platstdlib", "purelib", "platlib")]
    here = Path(__file__).resolve().parent
    fixed = ["/usr/lib", "/lib", "/usr/share/zoneinfo", "/dev/null", "/dev/urandom"]
    found = [*map(Path, homes), Path(pyproj.datadir.get_data_dir()), here, here.parent / "gis"]
    return [p for p in (*found, *map(Path, fixed)) if p.exists()]


def allow_drivers(names: Iterable[str] = _READERS) -> list[str]:
    """Leave GDAL no vector or raster driver but ``names`` and return those that remain.

    pyogrio has no such list; GDAL's own C interface has, and is called in the library that
    pyogrio has loaded. Drivers of linked documents, services and scripts are then not there.

    Raises
    ------
    OSError
        That library cannot be found: nothing may then be read.
    """
    gdal = _loaded_gdal()
    gdal.GDALGetDriver.restype = ctypes.c_void_p
    gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
    gdal.GDALGetDriverShortName.argtypes = [ctypes.c_void_p]
    gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    wanted = set(names)
    for number in reversed(range(gdal.GDALGetDriverCount())):
        driver = gdal.GDALGetDriver(number)
        if gdal.GDALGetDriverShortName(driver).decode() not in wanted:
            gdal.GDALDeregisterDriver(driver)
    kept = [gdal.GDALGetDriver(k) for k in range(gdal.GDALGetDriverCount())]
    return [gdal.GDALGetDriverShortName(driver).decode() for driver in kept]


def _loaded_gdal() -> ctypes.CDLL:
    import pyogrio.raw  # noqa: F401 - loads the library

    maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape")
    for line in maps.splitlines():
        path = line.split(maxsplit=5)[5] if line.count("/") else ""
        if Path(path).name.startswith("libgdal"):
            return ctypes.CDLL(path)
    raise OSError("libgdal is not among the loaded libraries")


def _set(what: int, soft: int, hard: int | None = None) -> None:
    most = resource.getrlimit(what)[1]
    if most == resource.RLIM_INFINITY:
        most = max(soft, hard or soft)
    hard = min(hard or soft, most)
    resource.setrlimit(what, (min(soft, hard), hard))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _cut_network(libc: ctypes.CDLL) -> bool:
    return bool(libc.unshare(_NEW_NET) == 0 or libc.unshare(_NEW_USER | _NEW_NET) == 0)


def _landlock_version(libc: ctypes.CDLL) -> int:
    return int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1))


def _apply_landlock(
    libc: ctypes.CDLL, version: int, readable: list[tuple[Path, int]], writable: list[Path]
) -> None:
    bits = 16 if version >= 5 else {1: 13, 2: 14}.get(version, 15)
    handled = (1 << bits) - 1
    network = 3 if version >= 4 else 0  # bind and connect of TCP
    scoped = 3 if version >= 6 else 0  # abstract sockets and signals
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    attributes = ctypes.create_string_buffer(struct.pack("=QQQ", handled, network, scoped), 24)
    rules = _checked(libc.syscall(_CREATE, attributes, ctypes.c_size_t(size), 0))
    for path, access in readable:
        _permit(libc, rules, path, access & handled)
    for path in writable:
        _permit(libc, rules, path, handled)
    _checked(libc.syscall(_RESTRICT, rules, 0))
    os.close(rules)


def _permit(libc: ctypes.CDLL, rules: int, path: Path, access: int) -> None:
    if not path.is_dir():
        access &= _OF_FILES
    handle = os.open(path, _PATH_FD | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, handle), 12)
        _checked(libc.syscall(_ADD, rules, 1, rule, 0))
    finally:
        os.close(handle)


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return result
