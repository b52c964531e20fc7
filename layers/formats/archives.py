"""One dataset in an archive: a zipped Shapefile, geodatabase or other file, and KMZ.

Limits: 1,000 entries, 1 GiB unpacked, 100 bytes out of one, no paths that lead out, no links, no
archives inside, no name twice, one dataset. Sizes are counted while unpacking; what an archive
declares of them is not believed.
"""

from __future__ import annotations

import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from layers.errors import FormatError
from layers.formats.sniff import ARCHIVES, CONVERT, SIDECARS, SUPPORTED, WORKBOOKS, not_yet
from layers.formats.source import refusal

MOST_ENTRIES = 1_000
MOST_BYTES = 1 << 30
MOST_RATIO = 100
# Small files compress well without being bombs.
_RATIO_FROM = 1 << 20
_ARCHIVES = frozenset({".zip", ".kmz", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".jar"})
_ARCHIVE_MAGIC = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
_KINDS = {**{k: k for k in SUPPORTED if k not in ARCHIVES}, **SIDECARS}


_LARGEST_INDEX = 65_536
_COORDINATE = re.compile(rb"\d{2,3}\.\d{3}|\d{6}|\d{2,3}(?:\xc2\xb0|\xa1\xe3|[-:])\d{1,2}")
_LINK = re.compile(rb"<(?:\w+:)?href>\s*([^<]*?)\s*</")
_CONTENT = re.compile(rb"<(?:\w+:)?(?:Placemark|GroundOverlay|PhotoOverlay|Model)\b|<!")


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, str]]:
    """Unpack an archive for as long as it is read, with the name of what is in it.

    Errors name the archive and the file in it.

    Raises
    ------
    FormatError
        The archive, or the dataset in it, cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="minezone-") as folder:
        inner, name = unpack(path, Path(folder))
        try:
            yield inner, name
        except FormatError as error:
            shown = f"{path}/{name}"
            raise FormatError(
                error.zh.replace(str(inner), shown), error.en.replace(str(inner), shown)
            ) from error


def unpack(path: Path, folder: Path) -> tuple[Path, str]:
    """Unpack the one dataset of an archive into ``folder``.

    Returns
    -------
    The file or ``.gdb`` folder to read, under a name of ours, and its name inside the archive.

    Raises
    ------
    FormatError
        The archive is damaged or breaks a limit.
    """
    try:
        with zipfile.ZipFile(path, metadata_encoding="cp437") as archive:
            members = _members(path, archive)
            aside = {_index_of(archive, members), *_notes(archive, members)}
            main = _dataset(path, [name for name in members if name not in aside])
            _check_logs(path, members, main)
            return _extract(path, archive, members, main, folder), main.name
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, UnicodeError) as fault:
        # Passwords and methods that Python does not know are RuntimeError and NotImplemented.
        raise refusal(
            path, "压缩包已损坏、加密或方法不支持", "the archive is damaged, encrypted or unknown"
        ) from fault
    except zlib.error as fault:
        raise refusal(path, "压缩包已损坏", "the archive is damaged") from fault


def _members(path: Path, archive: zipfile.ZipFile) -> dict[PurePosixPath, zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise refusal(
            path,
            f"压缩包有 {len(entries)} 项，超过 {MOST_ENTRIES} 项",
            f"the archive has {len(entries)} entries, more than {MOST_ENTRIES}",
        )
    out: dict[PurePosixPath, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    coded = _encoding(entries)
    for entry in entries:
        name = PurePosixPath(_name(entry, coded).replace("\\", "/"))
        _check_entry(path, name, entry)
        if str(name).lower() in seen:
            raise refusal(path, f"压缩包中 {name} 出现两次", f"the archive holds {name} twice")
        seen.add(str(name).lower())
        if not entry.is_dir() and not _is_noise(name):
            out[name] = entry
    return out


def _is_noise(name: PurePosixPath) -> bool:
    """Tell what systems and open programs leave: locks of a geodatabase hold no data."""
    lock = name.suffix.lower() == ".lock" and name.parent.suffix.lower() == ".gdb"
    return lock or "__MACOSX" in name.parts or name.name == ".DS_Store"


def _raw_name(entry: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of a name that is not flagged as UTF-8, else None."""
    if entry.flag_bits & _UTF8_FLAG:
        return None
    try:
        return entry.filename.encode("cp437")  # as it was opened: any byte is a letter there
    except UnicodeEncodeError:  # Python itself has taken the one that is given apart
        return None


def _encoding(entries: list[zipfile.ZipInfo]) -> str:
    """Return UTF-8 where all names of which nothing else is said are such, else GB18030.

    By itself 目录 in GBK is UTF-8, too.
    """
    try:
        for entry in entries:
            raw = _raw_name(entry)
            if raw is not None and _name_apart(entry.extra, raw) is None:
                raw.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _name(entry: zipfile.ZipInfo, encoding: str) -> str:
    """Return the name: flagged or given apart as UTF-8, else in the archive's own encoding."""
    raw = _raw_name(entry)
    if raw is None:
        return entry.filename
    apart = _name_apart(entry.extra, raw)
    if apart is not None:
        return apart
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:  # put together from two archives
        return raw.decode("utf-8")


def _name_apart(extra: bytes, raw: bytes) -> str | None:
    """Return the name in the Info-ZIP Unicode Path field, which holds the checksum of the other.

    Source: PKWARE APPNOTE 6.3.10, section 4.6.9.
    """
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(field) == size > 5:
            version, checksum = struct.unpack_from("<BL", field)
            if version == 1 and checksum == zlib.crc32(raw):
                return field[5:].decode("utf-8")
    return None


def _check_entry(path: Path, name: PurePosixPath, entry: zipfile.ZipInfo) -> None:
    if name.is_absolute() or ".." in name.parts or re.match(r"[A-Za-z]:", str(name)):
        raise refusal(
            path,
            f"压缩包含有越界路径 {name}",
            f"the archive holds a path that leads out of it ({name})",
        )
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refusal(path, f"压缩包中 {name} 是链接", f"the archive holds a link ({name})")
    if name.suffix.lower() in _ARCHIVES:
        raise refusal(
            path, f"压缩包中还有压缩包 {name}", f"the archive holds another archive ({name})"
        )


def _dataset(path: Path, names: list[PurePosixPath]) -> PurePosixPath:
    """Return the one dataset: a file of a known suffix, or a ``.gdb`` folder."""
    found = list(dict.fromkeys(_main_of(name) for name in names if _main_of(name)))
    mains = [n for n in found if n is not None]
    other = next((n for n in names if n.suffix.lower() in CONVERT), None)
    if not mains and other is not None:
        zh, en = not_yet(other.suffix.lower())
        raise refusal(path, f"压缩包中的 {other}：{zh}", f"{other} in the archive: {en}")
    if len(mains) != 1:
        listed = "、".join(map(str, mains[:6])) or "—"
        raise refusal(
            path,
            f"压缩包里应恰有一个数据集，现有 {len(mains)} 个：{listed}",
            f"the archive must hold exactly one dataset, it has {len(mains)}: "
            f"{listed.replace('、', ', ')}",
        )
    return mains[0]


def _index_of(
    archive: zipfile.ZipFile, members: dict[PurePosixPath, zipfile.ZipInfo]
) -> PurePosixPath | None:
    """Return the ``doc.kml`` that only links to other files of the archive, as GDAL writes it."""
    name = PurePosixPath("doc.kml")
    entry = members.get(name)
    if entry is None or entry.file_size > _LARGEST_INDEX:
        return None
    text = archive.read(entry)
    links = [href.decode("utf-8", "replace") for href in _LINK.findall(text)]
    only_links = b"<NetworkLink" in text and not _CONTENT.search(text)
    held = [any(PurePosixPath(p) in members for p in (href, unquote(href))) for href in links]
    return name if only_links and links and all(held) else None


def _notes(
    archive: zipfile.ZipFile, members: dict[PurePosixPath, zipfile.ZipInfo]
) -> set[PurePosixPath]:
    """Return the texts beside a data set that hold no coordinates: 说明.txt.

    Where there is nothing else a text is the data set.
    """
    texts = {n: e for n, e in members.items() if n.suffix.lower() == ".txt"}
    if not any(_main_of(name) for name in members if name not in texts):
        return set()
    small = {n: e for n, e in texts.items() if e.file_size <= _LARGEST_INDEX}
    return {n for n, e in small.items() if len(_COORDINATE.findall(archive.read(e))) < 3}


def _check_logs(
    path: Path, members: dict[PurePosixPath, zipfile.ZipInfo], main: PurePosixPath
) -> None:
    """Refuse a GeoPackage beside which lies a log of changes: it may not be whole without it."""
    for name, entry in members.items():
        if str(name) in (f"{main}-wal", f"{main}-journal") and entry.file_size:
            raise refusal(
                path,
                f"{main} 没有正常关闭（有 {name.name}），其中可能有尚未并入的数据；"
                "请在原程序中关闭后重新打包",
                f"{main} was not closed ({name.name} is there), which may hold data not yet in "
                "it; close it in its program and pack it again",
            )


def _main_of(name: PurePosixPath) -> PurePosixPath | None:
    for depth, part in enumerate(name.parts[:-1], 1):
        if part.lower().endswith(".gdb"):
            return PurePosixPath(*name.parts[:depth])
    if name.suffix.lower() in _KINDS and name.suffix.lower() not in (*SIDECARS, ".gdb"):
        return name
    return None


def _extract(
    path: Path,
    archive: zipfile.ZipFile,
    members: dict[PurePosixPath, zipfile.ZipInfo],
    main: PurePosixPath,
    folder: Path,
) -> Path:
    """Write the members that belong to ``main`` under the archive's own stem."""
    target = folder / f"{path.stem}{main.suffix.lower()}"
    geodatabase = main.suffix.lower() == ".gdb"
    if geodatabase:
        target.mkdir()
    budget = MOST_BYTES
    for name, entry in members.items():
        if geodatabase and main in name.parents:
            if name.parent != main:
                raise refusal(path, f"{main} 里有子文件夹", f"{main} holds a folder")
            place = target / _plain(path, name.name)
        elif name.parent == main.parent and name.stem == main.stem and not geodatabase:
            if name.suffix.lower() not in _KINDS:
                continue  # .shp.xml and the like describe; they hold no data
            place = target.with_suffix(name.suffix.lower())
        else:
            continue
        budget -= _write(path, archive, entry, place, budget)
    return target


def _plain(path: Path, name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.\-]{1,64}", name) or name.startswith("."):
        raise refusal(path, f"文件名 {name} 不属于地理数据库", f"{name} is no geodatabase file")
    return name.lower()


def _write(
    path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, budget: int
) -> int:
    """Unpack one member block by block and return its true size."""
    packed, written = max(entry.compress_size, 1), 0
    with archive.open(entry) as source, place.open("xb") as sink:
        while block := source.read(1 << 20):
            # A workbook is an archive of its own kind; it is read in memory.
            odd = place.suffix not in WORKBOOKS and block.startswith(_ARCHIVE_MAGIC)
            if not written and odd:
                raise refusal(
                    path,
                    f"压缩包中的 {place.suffix} 也是压缩包",
                    f"the {place.suffix} inside is an archive itself",
                )
            written += len(block)
            if written > budget:
                raise refusal(
                    path, "压缩包解开后超过 1 GiB", "the archive unpacks to more than 1 GiB"
                )
            if written > _RATIO_FROM and written > packed * MOST_RATIO:
                raise refusal(
                    path,
                    f"压缩比超过 {MOST_RATIO}:1，疑为压缩炸弹",
                    f"unpacks to more than {MOST_RATIO} times its size (a bomb?)",
                )
            sink.write(block)
    return written
