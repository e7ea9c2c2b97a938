"""What a person may say when bringing a file in: each decision can be overruled."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from geo.crs_names import DatumName
from layers.models import LayerId, Model, Status

Retention = Annotated[int, Field(ge=1, le=10_000)]


class ImportOptions(Model):
    """Options of one import; the command line and a form fill in the same ones."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: LayerId
    """Of the layer: small letters, digits and underscores."""
    title: str | None = None
    """Both languages' title; the file's name if not given."""
    title_en: str | None = None
    """The English title, where it is another."""
    part: str | None = None
    """The layer inside a file that holds several."""
    encoding: str | None = None
    crs: str | None = None
    """A code or a name, for example "CGCS2000 3-degree zone 37 with prefix"."""
    datum: DatumName | None = None
    zone: int | None = Field(default=None, ge=13, le=45)
    """Of coordinates without prefix: 25-45 are 3-degree zones, 13-23 6-degree ones."""
    prefix: Literal["with", "without"] | None = None
    """Whether the eastings carry the zone's number; digits that say otherwise are
    refused."""
    axes: Literal["xy", "yx"] | None = None
    """Order of the columns: east (longitude) first, or north (latitude) first."""
    angles: Literal["degrees", "dms", "packed"] | None = None
    """How angles are written: decimal, with signs for minutes, or ddd.mmss."""
    columns: tuple[str, ...] = ()
    """Names of the columns of a coordinate table: x, y, then feature, then ring."""
    shapes: Literal["polygon", "line", "point"] | None = None
    """What the points of a table or drawing make up."""
    rings: Literal["containment", "filled"] | None = None
    """Roles of rings: a ring within another is a hole, whatever the file says; or no
    ring is a hole."""
    units: Literal["ha", "m2", "mu"] | None = None
    """Of the areas that a parcel file states."""
    parameters: tuple[float, ...] = ()
    """Seven parameters from the file's datum to CGCS2000 (position vector): shifts in
    metres, rotations in seconds of arc, scale in parts per million."""
    approximate: bool = False
    """Take an unsafe datum for CGCS2000, and say so in every answer."""
    nodata: float | None = None
    """Of a raster: the value for "no value", in the file's own numbers; nan if there is
    none."""
    band: int | None = Field(default=None, ge=1)
    """Of a raster with several; from 1."""
    values: Literal["classes", "quantity"] | None = None
    """What the cells of a raster hold."""
    unit: str | None = Field(default=None, max_length=40)
    """Of a raster's quantities."""
    tolerance_m: float = Field(default=0.001, gt=0, le=10)
    """Farthest that the chords of a curve lie from it, metres."""
    strict: bool = False
    """Refuse what would be repaired."""
    status: Status = "user"
    licence: str = "not stated"
    origin: str = "not stated"
    accuracy_m: float | None = Field(default=None, gt=0)
    valid_time: str | None = None
    restricted: bool = False
    secrecy: str | None = Field(default=None, max_length=40)
    """Mark of secrecy, for example 内部; makes the layer restricted."""
    scope: str | None = Field(default=None, max_length=400)
    """Who may use it and for what."""
    caution: str | None = Field(default=None, max_length=1000)
    keep: Retention | None = None
    """Versions kept; older ones are removed after the import. All if None."""


RASTER_OPTIONS = ("band", "nodata", "values", "unit")
"""Of no meaning for other layers than rasters."""
