"""What a workspace says of one layer, and what a user says of a vetted file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from layers.datum_file import DatumFile

Ids = Literal["required", "row", "auto"]
Duplicates = Literal["refuse", "number"]
Extent = Literal["china", "any"]


@dataclass(frozen=True, slots=True)
class LayerSettings:
    """Settings of one layer, with the keys of ``workspace.toml``.

    Attributes
    ----------
    source : as the user wrote it
    layer : name inside a container
    id : source field with the feature's id; None = the layer's own number column
    ids : ``required`` every row carries its number; ``row`` rows are named by file and row;
        ``auto`` by number, else by row (vetted files)
    duplicate_ids : ``refuse``, or ``number`` the second X as X#2
    crs : only where the source states none
    fields : schema column -> source field
    constants : schema column -> value, the user's declaration for a column the source lacks
    positional_accuracy_m : one sigma, None = not stated
    coverage : polygon file within which the layer is complete, None = not stated
    datum : file with the parameters of a datum shift, None = none given
    shift : that file read
    empty_means_none : an empty layer means that there are none
    """

    source: str
    layer: str | None = None
    id: str | None = None
    ids: Ids = "required"
    duplicate_ids: Duplicates = "refuse"
    encoding: str | None = None
    crs: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    positional_accuracy_m: float | None = None
    coverage: str | None = None
    empty_means_none: bool = False
    datum: str | None = None
    shift: DatumFile | None = None
