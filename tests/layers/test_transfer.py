"""Layers over a wire, and what is not taken for one."""

import socket
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from gis.ragged import Ragged
from layers import snapshot, transfer
from layers.errors import LayerError
from layers.frames import Frame, FrameError, receive, send, unpacked
from layers.vetted import load_vetted

PROSPECT = Path(snapshot.__file__).parent.parent / "sample_geodata" / "applications"


@pytest.fixture(scope="module")
def layer():
    file = next(p for p in sorted(PROSPECT.iterdir()) if p.suffix == ".geojson")
    (found,) = load_vetted(file).values()
    return found


def broken(layer, frame=None):
    with pytest.raises(LayerError, match=r"a\.gpkg: .*cannot be trusted"):
        transfer.unpack(frame or transfer.pack({layer.name: layer}), "a.gpkg")


def test_there_and_back(layer):
    again = transfer.unpack(transfer.pack({layer.name: layer}), "a.gpkg")[layer.name]
    assert again.table.equals(layer.table)
    assert np.array_equal(again.shapes.xy, layer.shapes.xy)
    assert again.provenance == layer.provenance and again.issues == layer.issues
    assert again.absent == layer.absent and not again.registered


def test_what_could_not_be_read_comes_back_so(layer):
    assert layer.is_null("burial_depth_m").all() and not layer.is_null("licence_no").any()
    bits = np.full(len(layer), layer.schema.bit("burial_depth_m"), np.uint64)
    marked = replace(layer, unread=bits)
    again = transfer.unpack(transfer.pack({layer.name: marked}), "a.gpkg")[layer.name]
    assert again.unread.tolist() == bits.tolist() and again.unread.dtype == np.uint64


def test_what_could_not_be_read_is_null_in_a_column_there_is(layer):
    number = np.full(len(layer), layer.schema.bit("licence_no"), np.uint64)
    broken(replace(layer, unread=number))
    broken(replace(layer, unread=np.full(len(layer), 1 << 63, np.uint64)))


def test_a_workspace_layer_is_not_believed(layer):
    broken(replace(layer, empty_means_none=True))
    broken(replace(layer, coverage=Ragged.from_shapely([shapely.box(0, 0, 1, 1)])))
    broken(replace(layer, provenance=(replace(layer.provenance[0], role="workspace"),)))
    for wild in (-0.1, 0.0, 1e6, float("nan"), 1):
        stated = replace(layer.provenance[0], positional_accuracy_m=wild)
        broken(replace(layer, provenance=(stated,)))


def test_accounts_must_add_up(layer):
    hidden = replace(layer.provenance[0], declared=5, read=5, refused=0)
    broken(replace(layer, provenance=(hidden,)))
    broken(replace(layer, provenance=(replace(layer.provenance[0], refused=1),)))
    broken(replace(layer, provenance=()))


def test_geometry_must_be_what_repair_leaves(layer):
    bow = shapely.from_wkt("POLYGON ((111 39, 111.1 39.1, 111.1 39, 111 39.1, 111 39))")
    broken(replace(layer, shapes=Ragged.from_shapely([bow] * len(layer))))
    far = shapely.box(400, 39, 401, 40)
    broken(replace(layer, shapes=Ragged.from_shapely([far] * len(layer))))


def test_ids_and_columns_must_fit(layer):
    at = layer.table.schema.get_field_index("feature_id")
    other = pa.array([f"goaf:{k}" for k in range(len(layer))])
    broken(replace(layer, table=layer.table.set_column(at, "feature_id", other)))
    broken(replace(layer, absent=frozenset({"nonsense"})))


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"layers": None},
        {"layers": []},
        {"layers": [["mining_right", -1]]},
        {"layers": [["mining_right", 2.5]]},
        {"layers": [["nonsense", 4]]},
        {"layers": [["mining_right", 1 << 60]]},
        {"layers": "mining_right"},
    ],
)
def test_headers_of_another_kind(layer, header):
    broken(layer, Frame(header, b"PAR1"))


def test_bytes_after_the_last_layer(layer):
    good = transfer.pack({layer.name: layer})
    broken(layer, Frame(good.header, good.body + b"x"))


def test_a_layer_of_another_schema(layer):
    block = snapshot.to_bytes(layer)
    broken(layer, Frame({"layers": [["goaf", len(block)]]}, block))


# -- frames ------------------------------------------------------------------------------------


def test_frames_in_parts():
    ours, theirs = socket.socketpair()
    frame = Frame({"name": "采矿权"}, bytes(range(256)) * 9000)
    with ours, theirs:
        sender = threading.Thread(target=send, args=(theirs, frame))
        sender.start()
        assert receive(ours, 5.0, 1 << 30) == frame
        sender.join()


def test_frames_that_are_none():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(FrameError, match="in time"):
            receive(ours, 0.05, 10)
        send(theirs, Frame({}, b"x" * 11))
        with pytest.raises(FrameError, match="11 bytes"):
            receive(ours, 1.0, 10)
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(b"\0\0\0\2\0\0\0\0\0\0\0\0[]")
        with pytest.raises(FrameError, match="object"):
            receive(ours, 1.0, 10)
        theirs.close()
        with pytest.raises(FrameError, match="gone"):
            receive(ours, 1.0, 10)


@pytest.mark.parametrize("data", [b"", b"\0" * 5, b"\0\0\0\2" + b"\0" * 8 + b"{", b"\0" * 30])
def test_bytes_that_are_no_frame(data):
    with pytest.raises(FrameError):
        unpacked(data)
