"""The processes of the service: what they take, what they answer, how they run.

Server and worker process both use this table; FastAPI is not known here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from layers.catalog import Catalog
from layers.errors import LayerNotFoundError, LayerReadError
from layers.importing.report import ImportReport
from layers.key_file import KeyScope
from layers.models import Bilingual, Kind
from service import check_process
from service.analysis import area_report, overlap_report, zonal_report
from service.checking.models import AvoidReport, CheckReport
from service.errors import (
    NotFoundError,
    ParameterError,
    RestrictedError,
    UploadError,
)
from service.import_process import ImportInputs
from service.models import AreaReport, OverlapReport, SiteReport, ZonalReport
from service.pieces import PiecesReport, site_pieces
from service.process_inputs import (
    AreaInputs,
    AvoidInputs,
    CheckInputs,
    OverlapInputs,
    ParcelInputs,
    SiteInputs,
    ZonalInputs,
)
from service.site import site_report

Progress = Callable[[int], None]

IMPORT = "import"
AVOID = "avoid"
MAY_SEE_RESTRICTED = "may_see_restricted"
"""Field of a task's request, set by the server: the caller's right."""

Run = Callable[[Catalog, Any, Path | None, Progress], BaseModel]


@dataclass(frozen=True)
class Process:
    """One process.

    Parameters
    ----------
    id : str
    title, description : Bilingual
    inputs : type of Inputs
    output : type of BaseModel
        The report, the same as the command line prints.
    kinds : mapping of str to {"vector", "raster"}
        The kind of layer that an input names.
    run : callable
        Computes: catalogue, inputs, the uploaded file, whom to tell about progress.
    file : str or None
        The input that may be an uploaded file.
    scope : str or None
        The scope of a key that a caller needs.
    """

    id: str
    title: Bilingual
    description: Bilingual
    inputs: type[BaseModel]
    output: type[BaseModel]
    kinds: Mapping[str, Kind]
    run: Run
    file: str | None = None
    scope: KeyScope | None = None

    @property
    def imports(self) -> bool:
        """Whether it takes several files and changes the workspace."""
        return self.inputs is ImportInputs

    def check(
        self, catalog: Catalog, inputs: BaseModel, file: Path | None, *, opened: bool
    ) -> None:
        """Refuse what cannot be run, before it waits in a queue.

        Parameters
        ----------
        catalog : Catalog
        inputs : Inputs
        file : Path or None
        opened : bool
            Whether restricted layers are open to the caller.

        Raises
        ------
        ParameterError
            ``input_layer_unknown`` or ``input_kind``.
        UploadError
            The uploaded file cannot be read.
        GeoError
            Its coordinates cannot be used.
        RestrictedError
            ``layer_restricted``.
        """
        for name, kind in self.kinds.items():
            layer = getattr(inputs, name)
            _require_layer(catalog, name, layer, kind)
            if self.id != "overlap" and not opened:
                _require_open(catalog, layer)
        if isinstance(inputs, SiteInputs):
            for layer in inputs.layers:
                _require_layer(catalog, "layers", layer, None)
                if catalog.spec(layer).kind == "raster" and not opened:
                    _require_open(catalog, layer)
            _load_site(catalog, inputs, file)
        if isinstance(inputs, ParcelInputs):
            for layer in inputs.layers:
                _require_layer(catalog, "layers", layer, "vector")
                if self.id == AVOID and not opened:
                    _require_open(catalog, layer)
            check_process.load(catalog, inputs, file)


def find(process: str) -> Process:
    """Answer a process by its id.

    Raises
    ------
    NotFoundError
        ``process_not_found``.
    """
    found = PROCESSES.get(process)
    if found is None:
        known = ", ".join(PROCESSES)
        raise NotFoundError("process_not_found", process=process, known=known)
    return found


def _require_layer(
    catalog: Catalog, parameter: str, layer: str, kind: Kind | None
) -> None:
    """Say which input is wrong; only ids are looked up, never a path opened."""
    try:
        spec = catalog.spec(layer)
    except LayerNotFoundError as error:
        close = error.details["close"]
        raise ParameterError(
            "input_layer_unknown", parameter=parameter, value=layer, close=close
        ) from error
    if kind is not None and spec.kind != kind:
        details = {"value": layer, "found": spec.kind, "needed": kind}
        raise ParameterError("input_kind", parameter=parameter, **details)


def _require_open(catalog: Catalog, layer: str) -> None:
    """Refuse what would tell the sizes or cells of a restricted layer.

    Without the scope only the numbers of overlaps with one may be seen.
    """
    if catalog.spec(layer).restricted:
        raise RestrictedError("layer_restricted", layer=layer)


def _load_site(catalog: Catalog, inputs: SiteInputs, file: Path | None) -> str:
    """Read the caller's file, and answer its name for the catalogue.

    What is wrong with it is the caller's to mend, not the service's.
    """
    if file is None:
        raise UploadError("upload_missing", parameter="polygons")
    inside = inputs.part is not None and file.suffix.lower() in (".gpkg", ".zip")
    name = f"{file}:{inputs.part}" if inside else str(file)
    try:
        catalog.vector(name, crs=inputs.crs)
    except LayerReadError as error:
        raise UploadError(error.code, **error.details) from error
    return name


def _overlap(
    catalog: Catalog, inputs: OverlapInputs, _: Path | None, progress: Progress
) -> OverlapReport:
    for name, done in ((inputs.left, 10), (inputs.right, 20)):
        catalog.vector(name)
        progress(done)
    return overlap_report(catalog, inputs.left, inputs.right)


def _zonal(
    catalog: Catalog, inputs: ZonalInputs, _: Path | None, progress: Progress
) -> ZonalReport:
    catalog.vector(inputs.zones)
    progress(10)
    return zonal_report(catalog, inputs.zones, inputs.raster, breaks=inputs.breaks)


def _area(
    catalog: Catalog, inputs: AreaInputs, _: Path | None, progress: Progress
) -> AreaReport:
    catalog.vector(inputs.layer)
    progress(20)
    return area_report(catalog, inputs.layer)


def _site(
    catalog: Catalog, inputs: SiteInputs, file: Path | None, progress: Progress
) -> SiteReport:
    name = _load_site(catalog, inputs, file)
    progress(5)
    return site_report(
        catalog,
        name,
        inputs.layers,
        crs=inputs.crs,
        accuracy_m=inputs.accuracy_m,
        progress=progress,
    )


def _pieces(
    catalog: Catalog, inputs: SiteInputs, file: Path | None, progress: Progress
) -> PiecesReport:
    name = _load_site(catalog, inputs, file)
    progress(5)
    # Results of a restricted layer may be seen, its geometry may not.
    layers = tuple(
        one
        for one in inputs.layers
        if catalog.spec(one).kind == "vector" and not catalog.spec(one).restricted
    )
    return site_pieces(catalog, name, layers, crs=inputs.crs)


def _not_here(*_: object) -> BaseModel:
    """Never called: the worker runs imports by :mod:`service.jobs.imports`."""
    raise NotImplementedError


_TABLE = (
    Process(
        "overlap",
        Bilingual(zh="两个图层的叠加", en="Overlap of two layers"),
        Bilingual(
            zh="每对要素共有的面积、占两边的比例、剩余部分、正负误差和接边碎片，合计相符。",
            en="Area that each pair shares, its share of either side, remainders, +/-"
            " and slivers, with totals that close.",
        ),
        OverlapInputs,
        OverlapReport,
        {"left": "vector", "right": "vector"},
        _overlap,
    ),
    Process(
        "zonal",
        Bilingual(zh="分区统计", en="Raster classes within zones"),
        Bilingual(
            zh="栅格各类别或数值分级在每个区内的面积，无数据和区外单列。",
            en="Area of each class or interval in each zone, with rows for no data and"
            " outside.",
        ),
        ZonalInputs,
        ZonalReport,
        {"zones": "vector", "raster": "raster"},
        _zonal,
    ),
    Process(
        "area",
        Bilingual(zh="面积", en="Area"),
        Bilingual(
            zh="各要素的椭球面积，按三种边的规则。",
            en="Ellipsoidal area of each feature by three rules for its edges.",
        ),
        AreaInputs,
        AreaReport,
        {"layer": "vector"},
        _area,
    ),
    Process(
        "site",
        Bilingual(zh="地块与各图层的叠加", en="A site against the layers"),
        Bilingual(
            zh="绘制或上传的多边形（GeoJSON、压缩的 Shapefile、GeoPackage、TXT 界址点、"
            "KML、DXF、坐标表）的面积，及其与所选各图层的叠加，一次给出。",
            en="Area of polygons that were drawn or uploaded (GeoJSON, zipped"
            " shapefile, GeoPackage, TXT parcels, KML, DXF, table of coordinates) and"
            " their overlap with every layer chosen, in one answer.",
        ),
        SiteInputs,
        SiteReport,
        {},
        _site,
        file="polygons",
    ),
    Process(
        "check",
        Bilingual(zh="合规性检查", en="Conflict check"),
        Bilingual(
            zh="地块与控制图层：是否占用、占用多少（按类别和旗县，合计相符）、最近距离、"
            "接边误差，以及按规则表得出的结论。",
            en="Parcels against control layers: touched or not and by how much (by"
            " class and banner, with sums that add up), nearest distance, slivers, and"
            " the finding of the table of rules.",
        ),
        CheckInputs,
        CheckReport,
        {},
        check_process.run_check,
        file="polygons",
    ),
    Process(
        AVOID,
        Bilingual(zh="避让建议", en="How to avoid a conflict"),
        Bilingual(
            zh="地块中不占用所选图层的部分，以及在给定距离内避开它们的最小平移。",
            en="The part of each parcel that the layers leave free, and the smallest"
            " shift within a distance that clears them.",
        ),
        AvoidInputs,
        AvoidReport,
        {},
        check_process.run_avoid,
        file="polygons",
    ),
    Process(
        "pieces",
        Bilingual(
            zh="地块与各图层共有的图形", en="Shapes that a site shares with layers"
        ),
        Bilingual(
            zh="绘制或上传的多边形及其与所选面图层共有的部分（GeoJSON，为显示而简化），"
            "以及不在任何所选图层内的面积。",
            en="Polygons that were drawn or uploaded and what they share with the"
            " layers of polygons chosen (GeoJSON, simplified for display), and the"
            " area in none of them.",
        ),
        SiteInputs,
        PiecesReport,
        {},
        _pieces,
        file="polygons",
    ),
    Process(
        IMPORT,
        Bilingual(zh="导入图层", en="Bring files in as a layer"),
        Bilingual(
            zh="把文件（Shapefile、GeoPackage、GDB、TXT 界址点、KML、DXF、CSV、Excel"
            " 等）检查、修复并入库为图层的新版本；look 为真时只查看，不入库。"
            "需要 write 权限的密钥。",
            en="Check and repair files (shapefile, GeoPackage, geodatabase, parcel TXT,"
            " KML, DXF, CSV, Excel and more) and publish them as a new version of a"
            " layer; with look nothing is kept. Needs a key with the scope write.",
        ),
        ImportInputs,
        ImportReport,
        {},
        _not_here,
        file="files",
        scope="write",
    ),
)

PROCESSES: Mapping[str, Process] = MappingProxyType({one.id: one for one in _TABLE})
