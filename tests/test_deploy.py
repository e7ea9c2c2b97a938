"""The files for running the service are what the programs that read them accept."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from service.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "docs" / "deploy"
UNITS = ("ecobarrier.service", "ecobarrier@.service")
COMMAND = "/opt/ecobarrier/.venv/bin/ecobarrier"
NAME = re.compile(r"\bECOBARRIER_([A-Z_]+)\b")


@pytest.mark.parametrize("name", UNITS)
def test_units_are_understood(tmp_path: Path, name: str) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not here")
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert COMMAND in text
    unit = tmp_path / name.replace("@", "@8001")
    # Whether the command is there is the machine's affair.
    unit.write_text(text.replace(COMMAND, "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        [program, "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [one for one in done.stderr.splitlines() if unit.name in one]
    assert about_ours == []
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", UNITS)
def test_workers_are_not_ended_by_the_system(name: str) -> None:
    """A job whose worker is ended with the service would fail; see docs/faults.md."""
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    assert "KillMode=mixed" in lines
    (stop,) = [one for one in lines if one.startswith("TimeoutStopSec=")]
    assert int(stop.partition("=")[2]) > Settings().shutdown_seconds + 15


@pytest.mark.parametrize("name", UNITS)
def test_units_give_up_what_the_service_does_not_need(name: str) -> None:
    """Each was tried with a running service; see docs/operations.md."""
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    for given_up in ("NoNewPrivileges=true", "ProtectSystem=strict", "PrivateTmp=true"):
        assert given_up in lines
    assert "CapabilityBoundingSet=" in lines
    assert "SystemCallFilter=@system-service" in lines
    # Machine code could not be loaded.
    assert not any(one.startswith("MemoryDenyWriteExecute=") for one in lines)


def test_image_takes_no_caches_and_no_history_along() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ".*" in ignored
    needed = ("geo", "layers", "service", "seeds", "scripts", "requirements")
    assert not set(needed) & {one.strip("/") for one in ignored}


def test_container_asks_for_its_own_health_where_it_listens() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    port = Settings.model_fields["port"].default
    assert f"EXPOSE {port}\n" in text
    assert f"http://127.0.0.1:${{ECOBARRIER_PORT:-{port}}}/health" in text


def test_nginx_looks_the_service_up_again() -> None:
    """A container that was started again may have another address."""
    text = (DEPLOY / "nginx.container.conf").read_text(encoding="utf-8")
    assert (
        f"set $service http://ecobarrier:{Settings.model_fields['port'].default};"
        in text
    )
    assert "proxy_pass $service;" in text
    assert "resolver" in (DEPLOY / "nginx.Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not here")
    folder = tmp_path_factory.mktemp("certificate")
    command = f"{program} req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=a"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return folder


def test_nginx_accepts_its_configuration(tmp_path: Path, certificate: Path) -> None:
    own = ROOT / ".tools" / "nginx"
    program = str(own) if own.exists() else shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed: scripts/servers")
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for path, file in (("barrier.pem", "cert.pem"), ("barrier.key", "key.pem")):
        assert f"/etc/ssl/{path}" in text
        text = text.replace(f"/etc/ssl/{path}", str(certificate / file))
    container = (DEPLOY / "nginx.container.conf").read_text(encoding="utf-8")
    # The name is the container's, and is looked up at once.
    container = container.replace("http://ecobarrier:8000", "http://127.0.0.1:8000")
    for name, one in (("machine", text), ("container", container)):
        folder = tmp_path / name
        folder.mkdir()
        paths = "".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid; error_log {folder}/errors; events {{}}"
            f" http {{ access_log off; {paths} {one} }}",
            encoding="utf-8",
        )
        command = [program, "-t", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(content)
    return loaded


def test_compose_names_what_there_is(compose: dict[str, Any]) -> None:
    """Without Docker here: the keys of the compose specification, and our files."""
    assert set(compose) == {"services", "volumes"}
    known = {"build", "command", "depends_on", "environment", "init", "ports"}
    known |= {
        "read_only",
        "restart",
        "stop_grace_period",
        "tmpfs",
        "ulimits",
        "volumes",
    }
    for name, service in compose["services"].items():
        assert set(service) <= known, name
        context = (DEPLOY / service["build"]["context"]).resolve()
        dockerfile = context / service["build"]["dockerfile"]
        assert dockerfile.is_file(), name
        for volume in service.get("volumes", ()):
            assert volume.partition(":")[0] in compose["volumes"], name
        for other in service.get("depends_on", {}):
            assert other in compose["services"]
    assert compose["services"]["ecobarrier"]["command"][1:] == [
        *("serve", "--processes", "4"),
    ]


@pytest.mark.parametrize("name", ["Dockerfile", "nginx.Dockerfile"])
def test_images_are_of_debian_and_copy_what_there_is(name: str) -> None:
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    (base,) = [one for one in lines if one.startswith("FROM ")]
    assert base == "FROM debian:12-slim"
    (copied,) = [one.split()[1] for one in lines if one.startswith("COPY ")]
    assert copied == "." or (DEPLOY / copied).is_file()
    scripts = re.findall(r"scripts/\w+", "\n".join(lines))
    assert all((ROOT / one).is_file() for one in scripts)


@pytest.mark.parametrize("file", sorted(DEPLOY.iterdir()), ids=lambda one: one.name)
def test_settings_named_are_settings(file: Path) -> None:
    named = set(NAME.findall(file.read_text(encoding="utf-8")))
    assert {one.lower() for one in named} <= set(Settings.model_fields)
