"""Files that a caller may send to be measured, by suffix and media type."""

UPLOAD_SUFFIXES = (
    ".geojson",
    ".json",
    ".zip",
    ".gpkg",
    ".txt",
    ".kml",
    ".kmz",
    ".csv",
    ".tsv",
    ".xlsx",
    ".dat",
    ".dxf",
)
MEDIA_SUFFIXES = {
    "application/geo+json": ".geojson",
    "application/vnd.geo+json": ".geojson",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/geopackage+sqlite3": ".gpkg",
    "application/x-sqlite3": ".gpkg",
    "text/plain": ".txt",
    "application/vnd.google-earth.kml+xml": ".kml",
    "application/vnd.google-earth.kmz": ".kmz",
    "text/csv": ".csv",
    "image/vnd.dxf": ".dxf",
}
"""Types of uploaded files that are known without a name."""
