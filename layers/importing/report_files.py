"""Write the report of an import where a person asks for it."""

import json
from pathlib import Path

from layers.importing import html_report
from layers.importing.report import FaultModel, ImportReport
from layers.writers import write_text


def write(report: ImportReport, path: Path) -> None:
    """Write HTML, the faults as a layer of points (GeoJSON), or all as JSON.

    Parameters
    ----------
    report : ImportReport
    path : Path
        The suffix is the format: ``.html``, ``.geojson``, or any other for JSON.

    Raises
    ------
    LayerWriteError
    """
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        write_text(html_report.page(report), path)
    elif suffix == ".geojson":
        write_text(faults_layer(report), path)
    else:
        write_text(report.model_dump_json(indent=1), path)


def faults_layer(report: ImportReport) -> str:
    """Answer the faults as GeoJSON points, lon/lat; ``null`` for one without place."""
    features = [_feature(one) for one in report.fault_list]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False)


def _feature(fault: FaultModel) -> dict[str, object]:
    properties = fault.model_dump(include={"kind", "feature", "value"})
    point = None
    if fault.lon is not None and fault.lat is not None:
        point = {"type": "Point", "coordinates": [fault.lon, fault.lat]}
    return {"type": "Feature", "properties": properties, "geometry": point}
