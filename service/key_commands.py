"""``ecobarrier keys add|list|revoke``."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from layers.key_file import KeyRecord, read_keys
from service.errors import RequestError
from service.keys import add_key, revoke_key
from service.settings import Settings


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Do what the command line says and answer the exit code.

    Raises
    ------
    RequestError
        ``keys_need_workspace``, ``key_not_found``.
    """
    if settings.workspace is None:
        raise RequestError("keys_need_workspace")
    actions = {"add": _add, "list": _list, "revoke": _revoke}
    actions[parsed.action](parsed, settings.workspace)
    return 0


def _add(parsed: argparse.Namespace, workspace: Path) -> None:
    key, record = add_key(workspace, parsed.name, parsed.scope, parsed.days)
    _say(parsed.json, [f"{key}"], {"key": key, **_public(record)})
    if not parsed.json:
        print(
            "Keep it now: it cannot be shown again. | 请立即保存，此后无法再次显示。",
            file=sys.stderr,
        )


def _list(parsed: argparse.Namespace, workspace: Path) -> None:
    records = read_keys(workspace)
    _say(parsed.json, map(_line, records), {"keys": [_public(one) for one in records]})


def _revoke(parsed: argparse.Namespace, workspace: Path) -> None:
    record = revoke_key(workspace, parsed.id)
    _say(parsed.json, [_line(record)], _public(record))


def _say(as_json: bool, lines: Any, document: dict[str, Any]) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            print(line)


def _public(record: KeyRecord) -> dict[str, Any]:
    """Answer what may be shown of a key: all but the hash of its secret."""
    shown = record.model_dump(mode="json", exclude={"secret_sha256"})
    return {**shown, "scopes": sorted(record.scopes)}


def _line(record: KeyRecord) -> str:
    state = "revoked" if record.revoked else "active"
    scopes = ",".join(sorted(record.scopes)) or "-"
    until = record.expires.date().isoformat() if record.expires else "-"
    return f"{record.id}  {state:8}{scopes:18}{until:12}{record.name}"
