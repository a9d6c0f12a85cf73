"""The files of deploy/ that need more than a test has: what they name is there."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.browser.site import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
IN_README = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "README.md").read_text().split("## Settings")[1]))
OF_OTHERS = {"POSTGRES_PASSWORD", "MINIO_ROOT_PASSWORD"}  # PostgreSQL's and MinIO's own


def machines() -> dict[str, dict[str, Any]]:
    return {name: of for name, of in COMPOSE["services"].items() if of["image"] == "liveblog"}


def assigned(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


def test_compose_has_two_machines_that_nginx_knows() -> None:
    known = re.findall(
        r"^server (\S+):8000 ", (DEPLOY / "compose" / "liveblog-machines.conf").read_text(), re.MULTILINE
    )
    assert (known, set(machines())) == (["machine-1", "machine-2"], {*known, "prepared"})


def test_compose_names_files_that_are_there_and_services_that_wait_for_each_other() -> None:
    made_by_hand = {"compose/certificates", "compose/environment"}
    for service in COMPOSE["services"].values():
        mounted = [volume.split(":")[0] for volume in service.get("volumes", [])]
        files = {file.removeprefix("./") for file in mounted if "/" in file} - made_by_hand
        assert [file for file in files if not (DEPLOY / file).is_file()] == []
        assert {volume for volume in mounted if "/" not in volume} <= set(COMPOSE["volumes"])
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])


def test_nginx_in_a_container_has_every_snippet() -> None:
    mounted = {volume.split(":")[1] for volume in COMPOSE["services"]["nginx"]["volumes"]}
    text = (DEPLOY / "nginx" / "liveblog.conf").read_text()
    assert {f"/etc/nginx/{name}" for name in re.findall(r"include (snippets/\S+);", text)} <= mounted


def test_every_setting_that_is_named_is_one_of_the_readmes() -> None:
    for machine in machines().values():
        assert set(machine["environment"]) <= IN_README
    assert assigned((DEPLOY / "compose" / "environment.example").read_text()) <= IN_README | OF_OTHERS
    assert assigned((ROOT / "docs" / "deploying.md").read_text()) <= IN_README
    assert set(re.findall(r"^ENV (?:.* )?(DATA_DIR|HOST|PORT)=", (DEPLOY / "Dockerfile").read_text())) <= IN_README


def test_only_nginx_can_be_reached_from_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["nginx"]


def test_the_image_takes_files_that_are_there() -> None:
    for line in re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
        assert [name for name in line.split() if not (ROOT / name).exists()] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """With a Python that is there."""
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text().replace("/opt/liveblog/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C"})
    said = [line for line in done.stderr.splitlines() if "liveblog" in line]
    assert (done.returncode, said) == (0, [])
