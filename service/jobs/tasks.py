"""What a worker process does for each kind of task."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from layers.catalog import Catalog, Entry
from layers.readers.limits import ReadLimits
from layers.snapshot import catalog_at
from layers.writers import write_text
from service.check_process import write_report
from service.handout import hand_out
from service.jobs.imports import read_import, require_workspace, run_import
from service.jobs.inputs import Response, read_call
from service.jobs.messages import Setup, Task
from service.process_inputs import CheckInputs
from service.processes import MAY_SEE_RESTRICTED, find
from service.warm import WarmCatalog, layer_cache
from service.withheld import shown_report

Progress = Callable[[int], None]


class Worker:
    """Keeps what is worth keeping between tasks.

    Parameters
    ----------
    setup : Setup
    """

    def __init__(self, setup: Setup) -> None:
        self._seeds = Path(setup.seeds)
        self._kept_s = setup.kept_s
        self._workspace = None if setup.workspace is None else Path(setup.workspace)
        self._limits = ReadLimits(
            max_features=setup.limits.max_features,
            max_vertices=setup.limits.max_vertices,
            max_unpacked_bytes=setup.limits.max_unpacked_bytes,
        )
        self._kept = layer_cache()

    def perform(self, task: Task, progress: Progress) -> dict[str, Any]:
        """Do one task and answer what there is to say beside its output.

        Raises
        ------
        EcobarrierError
        """
        process = None if task.kind == "download" else find(task.process or "")
        if process is not None and process.imports:
            return self._import(task, progress)
        catalog = WarmCatalog(
            self._entries(task), self._limits, self._workspace, kept=self._kept
        )
        if process is None:
            return hand_out(catalog, task.request, Path(task.output))
        call = read_call(process, Path(task.folder), task.request)
        opened = bool(task.request.get(MAY_SEE_RESTRICTED))
        process.check(catalog, call.inputs, call.file, opened=opened)
        wanted = str(getattr(call.inputs, "format", "json"))
        said = {"response": call.response, "format": wanted}
        if task.kind == "check":
            return said
        progress(1)
        if isinstance(call.inputs, CheckInputs) and wanted != "json":
            report: BaseModel = write_report(
                catalog,
                call.inputs,
                call.file,
                Path(task.output),
                opened=opened,
                progress=progress,
            )
            return said | {"result_id": getattr(report, "result_id", None)}
        report = process.run(catalog, call.inputs, call.file, progress)
        if not opened:
            report = shown_report(catalog, report)
        _write(report, call.response, Path(task.output))
        return said | {"result_id": getattr(report, "result_id", None)}

    def _entries(self, task: Task) -> Mapping[str, Entry]:
        """Answer the layers as whoever asked saw them, else as they are now."""
        if task.versions is None:
            return Catalog.open(self._seeds, self._workspace, fresh=False).entries
        return catalog_at(self._seeds, self._workspace, task.versions).entries

    def _import(self, task: Task, progress: Progress) -> dict[str, Any]:
        call = read_import(Path(task.folder), task.request, self._limits)
        workspace = require_workspace(self._workspace)
        if task.kind == "check":
            return {"response": call.response}
        report = run_import(call, workspace, self._seeds, progress, kept_s=self._kept_s)
        _write(report, call.response, Path(task.output))
        return {"version": report.version, "published": report.published}


def _write(report: BaseModel, response: Response, output: Path) -> None:
    text = report.model_dump_json(indent=2)
    if response == "document":
        text = json.dumps({"report": json.loads(text)}, ensure_ascii=False)
    write_text(text + "\n", output)
