"""What a layer says of itself: identity, status, source, accuracy, figures."""

from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Status = Literal[
    "statutory", "official", "compiled", "derived", "modelled", "schematic", "user"
]
Theme = Literal[
    "admin",
    "water",
    "sand",
    "forest",
    "redline",
    "land_cover",
    "vegetation",
    "climate",
    "relief",
    "user",
]
Kind = Literal["vector", "raster"]
GeometryKind = Literal["polygon", "line", "point", "mixed"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
LayerId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class Model(BaseModel):
    """Frozen, and closed to fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Model):
    """The same words in Chinese and English."""

    zh: str
    en: str


class Provenance(Model):
    """Where the content came from and what was done to it."""

    source: str
    """Package, version and file, or document, that the content was read from."""
    origin: str
    """Who made the data; "not stated by the package" where nobody says."""
    origin_zh: str | None = None
    """The same in Chinese, names of foreign makers as they are; None: as ``origin``."""
    retrieved: date
    method: Bilingual
    """What was done between source and layer, with the parameters that matter."""
    built_by: str | None = None
    """The recipe that makes the file, as a path of this repository."""

    @property
    def origin_text(self) -> Bilingual:
        """Who made the data, for readers of either language."""
        return Bilingual(zh=self.origin_zh or self.origin, en=self.origin)


class Figure(Model):
    """A published figure beside what the geometry gives; never forced to agree."""

    id: str
    title: Bilingual
    unit: str
    published: float | None = None
    computed: float | None = None
    document: str
    year: int | None = None
    sure: Literal["A", "B", "C"]
    remark: Bilingual | None = None


class Denominator(Model):
    """An area that shares are taken of, named so that no share stands without one."""

    id: Literal["map", "official"]
    title: Bilingual
    area_m2: float = Field(gt=0)
    source: str


class RasterClass(Model):
    """One value of a class raster."""

    value: int
    title: Bilingual
    colour: Colour


class Style(Model):
    """How the layer is drawn; the status decides hatch and dash, not this."""

    fill: Colour | None = None
    fill_opacity: float = Field(default=0.3, ge=0, le=1)
    line: Colour | None = None
    line_width: float = Field(default=1.0, ge=0)
    ramp: tuple[tuple[float, Colour], ...] = ()
    """For continuous rasters: value and colour, ascending."""


class LayerSpec(Model):
    """One entry of a catalogue.

    ``accuracy_m`` is the standard positional error of the outline in metres, or
    ``None`` where nobody can state it; a feature column ``accuracy_m`` is finer and
    wins. Coordinates are in ``crs``, x,y = lon,lat or east,north.
    """

    id: LayerId
    title: Bilingual
    description: Bilingual
    theme: Theme
    kind: Kind
    geometry: GeometryKind | None = None
    status: Status
    caution: Bilingual | None = None
    """Said on every map, table, download and report that contains the layer."""
    path: PurePosixPath
    """Relative to the folder of the catalogue."""
    crs: str
    rows: int | None = None
    accuracy_m: float | None = None
    resolution: Bilingual | None = None
    valid_time: str | None = None
    """Year or interval the content stands for, ISO 8601; None where not stated."""
    licence: str
    """SPDX expression; its text lies in LICENSES/ beside the catalogue."""
    attribution: str
    provenance: Provenance
    denominators: tuple[Denominator, ...] = ()
    figures: tuple[Figure, ...] = ()
    classes: tuple[RasterClass, ...] = ()
    unit: str | None = None
    """Of a continuous raster's values."""
    style: Style = Style()
    restricted: bool = False
    secrecy: str | None = None
    """Mark of secrecy as the office writes it; the caution repeats it."""
    scope: str | None = None
    """Who may use it and for what; the caution repeats it."""
    sha256: Sha256

    @property
    def version(self) -> str:
        """The content's hash, shortened: what a result cites."""
        return self.sha256[:12]

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        if self.kind == "vector" and (self.geometry is None or self.rows is None):
            msg = f"{self.id}: a vector layer states geometry and rows"
            raise ValueError(msg)
        if self.status in ("modelled", "schematic") and self.caution is None:
            msg = f"{self.id}: a {self.status} layer needs a caution"
            raise ValueError(msg)
        return self
