"""What the process ``import`` takes; FastAPI is not known here."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from layers.importing.options import ImportOptions

_SENT = {
    "type": "array",
    "maxItems": 100,
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {
            "name": {"type": "string", "description": "with its suffix"},
            "value": {"type": "string", "contentEncoding": "base64"},
        },
    },
}


class ImportInputs(ImportOptions):
    """The options of ``ecobarrier import`` and the files."""

    files: Annotated[tuple[dict[str, Any], ...], WithJsonSchema(_SENT)] = Field(
        default=(), max_length=100
    )
    """Of one layer: a file, the parts of a shapefile, or several parcel files;
    each with name and content (base64)."""
    look: bool = False
    """Decide, check and repair, but keep nothing."""
