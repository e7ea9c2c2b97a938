"""Folders for what one request receives and answers; none is left behind."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from service.jobs.service import JobService


class Place:
    """A folder for one request, removed once the answer is sent or refused."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = False

    def answer(self, file: Path, media_type: str, **more: Any) -> FileResponse:
        """Send a file of the folder in pieces, then remove the folder."""
        self.kept = True
        return _PassingFile(file, media_type=media_type, **more)


class _PassingFile(FileResponse):
    """A file that is removed with its folder, also when the caller goes away."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file in pieces."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            shutil.rmtree(Path(self.path).parent, ignore_errors=True)


@asynccontextmanager
async def place_for(jobs: JobService) -> AsyncIterator[Place]:
    """Lend a folder for one request.

    Raises
    ------
    StorageError
        ``body_not_stored``.
    """
    place = Place(await run_in_threadpool(lambda: jobs.folder.place()))
    try:
        yield place
    finally:
        if not place.kept:
            shutil.rmtree(place.folder, ignore_errors=True)
