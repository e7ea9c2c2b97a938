"""What the processes of the service take, as a caller writes it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from layers.models import LayerId
from service.report_types import ReportFormat
from service.upload_types import MEDIA_SUFFIXES

MOST_ACCURACY_M = 100_000

_BINARY = {
    "type": "object",
    "required": ["value", "mediaType"],
    "properties": {
        "value": {"type": "string", "contentEncoding": "base64"},
        "encoding": {"type": "string", "enum": ["base64"]},
        "mediaType": {"type": "string", "enum": [*MEDIA_SUFFIXES]},
    },
}
_GEOJSON = {"type": "object", "required": ["type"], "format": "geojson-geometry"}

LayerInput = Annotated[LayerId, Field(description="id of a layer, as in /collections")]


class Inputs(BaseModel):
    """Inputs of a process; unknown ones are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OverlapInputs(Inputs):
    """Two layers of polygons."""

    left: LayerInput
    right: LayerInput


class ZonalInputs(Inputs):
    """Polygons and a raster."""

    zones: LayerInput
    raster: LayerInput
    breaks: Annotated[
        tuple[float, ...],
        Field(description="ascending limits of value intervals", max_length=256),
    ] = ()


class AreaInputs(Inputs):
    """A layer of polygons."""

    layer: LayerInput


class SiteInputs(Inputs):
    """Polygons of the caller and the layers to compare them with."""

    polygons: Annotated[
        dict[str, Any] | None,
        WithJsonSchema({"oneOf": [_GEOJSON, _BINARY]}),
        Field(description="GeoJSON, or a file in base64"),
    ] = None
    layers: Annotated[
        tuple[LayerId, ...],
        Field(description="ids; all layers of polygons if empty", max_length=100),
    ] = ()
    crs: Annotated[
        str | None,
        Field(description="of a file that carries none, e.g. EPSG:4524", max_length=80),
    ] = None
    part: Annotated[
        str | None,
        Field(description="the layer inside a GeoPackage or archive", max_length=200),
    ] = None
    accuracy_m: Annotated[
        float | None,
        Field(
            description="positional accuracy, metres, of polygons that state none",
            ge=0,
            le=MOST_ACCURACY_M,
        ),
    ] = None


class ParcelInputs(Inputs):
    """Parcels of the caller, read as by the command ``check``."""

    polygons: Annotated[
        dict[str, Any] | None,
        WithJsonSchema({"oneOf": [_GEOJSON, _BINARY]}),
        Field(description="GeoJSON, or a file in base64"),
    ] = None
    layers: Annotated[
        tuple[LayerId, ...],
        Field(
            description="ids; all polygons but administration if empty", max_length=100
        ),
    ] = ()
    part: Annotated[
        str | None,
        Field(description="the layer inside a GeoPackage or archive", max_length=200),
    ] = None
    encoding: Annotated[str | None, Field(max_length=40)] = None
    crs: Annotated[str | None, Field(description="a code or a name", max_length=80)] = (
        None
    )
    datum: Annotated[str | None, Field(max_length=40)] = None
    zone: Annotated[int | None, Field(description="of coordinates without prefix")] = (
        None
    )
    axes: Annotated[
        str | None, Field(description="xy or yx: east or north first", max_length=2)
    ] = None

    @property
    def reading(self) -> dict[str, Any]:
        """What was said of how the file is to be read."""
        names = {"part", "encoding", "crs", "datum", "zone", "axes"}
        return self.model_dump(include=names)


class CheckInputs(ParcelInputs):
    """Parcels, and what they are checked by."""

    sliver_area_m2: Annotated[float, Field(ge=0, le=1e6)] = 1.0
    sliver_width_m: Annotated[float, Field(ge=0, le=1e3)] = 0.1
    sliver_share: Annotated[float, Field(ge=0, le=1)] = 1e-4
    parcel_accuracy_m: Annotated[float, Field(ge=0, le=MOST_ACCURACY_M)] = 0.0
    project: Annotated[str | None, Field(max_length=200)] = None
    project_number: Annotated[str | None, Field(max_length=200)] = None
    applicant: Annotated[str | None, Field(max_length=200)] = None
    prepared_by: Annotated[str | None, Field(max_length=200)] = None
    purpose: Annotated[str | None, Field(max_length=200)] = None
    format: Annotated[
        ReportFormat,
        Field(description="of the report; zip holds all; as outputs.report.format"),
    ] = "json"
    report_language: Annotated[
        Literal["zh", "en", "both"], Field(description="of a report for people")
    ] = "zh"


class AvoidInputs(ParcelInputs):
    """Parcels, the layers to be avoided, and how far a parcel may move."""

    layers: Annotated[
        tuple[LayerId, ...],
        Field(description="ids of layers to be avoided", min_length=1, max_length=100),
    ]
    within_m: Annotated[
        float, Field(description="longest shift, metres", gt=0, le=20_000)
    ] = 500.0
