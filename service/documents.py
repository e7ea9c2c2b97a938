"""What the routes answer, as the OpenAPI document describes it.

Further members may stand in each of them; those named here are sure.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from layers.models import Bilingual, Kind, Provenance, Status, Theme


class Document(BaseModel):
    """Open: OGC's standards and later versions add members."""

    model_config = ConfigDict(extra="allow")


class Link(Document):
    """A link as in RFC 8288."""

    rel: str
    type: str
    href: str


class Collection(Document):
    """What a layer says of itself; ``rows`` and ``sha256`` are null where restricted.

    ``title`` and ``description`` are in the reader's language, ``titles`` and
    ``descriptions`` in both.
    """

    id: str
    title: str
    description: str
    titles: Bilingual
    descriptions: Bilingual
    theme: Theme
    kind: Kind
    status: Status
    version: str
    caution: Bilingual | None
    rows: int | None
    licence: str
    attribution: str
    provenance: Provenance
    restricted: bool
    sha256: str | None
    links: list[Link]


class Collections(Document):
    """All layers of the service."""

    links: list[Link]
    collections: list[Collection]


class Feature(Document):
    """A feature of GeoJSON."""

    type: Literal["Feature"]
    id: str | int
    properties: dict[str, Any] | None
    geometry: dict[str, Any] | None


class FeatureCollection(Document):
    """A page of features."""

    type: Literal["FeatureCollection"]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    features: list[Feature]


PAGE: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}
"""``content`` of a page for people."""


def shown_as(
    model: type[BaseModel], media_type: str
) -> dict[int | str, dict[str, Any]]:
    """Describe an answer that is JSON of some type, or a page.

    Parameters
    ----------
    model : type
        Its schema must come into the document by ``response_model`` somewhere.
    media_type : str
    """
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {200: {"content": {media_type: {"schema": schema}, **PAGE}}}
