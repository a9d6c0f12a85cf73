"""What is installed: each package pinned with its hashes, from the index, under a licence that is allowed."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

from packages import licences
from packages.locks import ROOT, SETS, Unpinned, locked, wanted

pytestmark = pytest.mark.once
LOCKS = {name: locked(ROOT / f"{name}.lock") for name in SETS}


@pytest.mark.parametrize("name", SETS)
def test_a_lock_has_all_that_is_asked_for_in_the_version_that_is_asked_for(name: str) -> None:
    """Where it has not: ./run lock."""
    asked = wanted(ROOT / f"{name}.txt")
    assert {package: LOCKS[name][package].version for package in asked if package in LOCKS[name]} == asked


def test_all_locks_have_one_version_of_a_package_with_the_same_hashes() -> None:
    everything = LOCKS["requirements-supply"]
    assert set(SETS) == {file.stem for file in ROOT.glob("requirements*.txt")}
    for name in SETS:
        assert {key: everything[key] for key in LOCKS[name]} == LOCKS[name]


def test_nothing_comes_from_elsewhere_than_the_index() -> None:
    """No address, no folder, no other index, in what is written and in what is made of it."""
    for file in [*ROOT.glob("requirements*.txt"), *ROOT.glob("requirements*.lock")]:
        assert re.findall(r"://|\s@\s|^\s*(?!-r )-[^-]|--(?!hash=sha256:)\w+|^\s*[./]", file.read_text(), re.M) == []


@pytest.mark.parametrize("line", ["Django", "Django>=6", "Django @ https://evil.example/d.whl", "-e .", "./d.whl"])
def test_what_is_not_pinned_is_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"{line}  # x\n")
    with pytest.raises(Unpinned):
        wanted(tmp_path / "requirements.txt")
    (tmp_path / "requirements.lock").write_text("Django==6.1.3\n")
    with pytest.raises(Unpinned):
        locked(tmp_path / "requirements.lock")


def test_packages_with_a_file_for_each_platform_have_them_all_locked() -> None:
    """One made by somebody whose index has files of their own machine alone could be installed nowhere else."""
    few = {name: len(LOCKS["requirements"][name].hashes) for name in ("pillow", "psycopg2-binary", "nh3", "uvloop")}
    assert {name: count for name, count in few.items() if count < 30} == {}


def test_what_is_installed_is_what_is_locked() -> None:
    here = {
        name: distribution(name).version for name, package in LOCKS["requirements-dev"].items()
        if not package.is_for_windows
    }  # fmt: skip
    assert here == {name: LOCKS["requirements-dev"][name].version for name in here}
    for name in here:
        assert distribution(name).read_text("direct_url.json") is None


def test_the_page_of_licences_has_each_package_and_each_is_allowed() -> None:
    """Where it has not: ./run licences."""
    written, found = licences.written(), licences.licences("requirements-dev")
    assert set(written) == {
        name for name, package in LOCKS["requirements-supply"].items() if not package.is_for_windows
    }
    assert {name: written[name] for name in found} == found
    assert [row for row in written.items() if not licences.is_allowed(row[1])] == []


@pytest.mark.parametrize(
    ("licence", "is_allowed"),
    [
        ("MIT", True), ("GPL-3.0-only", False), ("unknown", False), ("MIT OR GPL-2.0-only", True),
        ("MIT AND GPL-2.0-only", False), ("Apache-2.0 AND BSD-2-Clause", True), ("", False),
    ],
)  # fmt: skip
def test_a_licence_is_allowed_where_all_or_one_to_choose_is(licence: str, is_allowed: bool) -> None:
    assert licences.is_allowed(licence) is is_allowed


def test_the_start_script_installs_from_the_locks_alone() -> None:
    installs = re.findall(r"pip install .*", (ROOT / "run").read_text())
    assert [("--require-hashes" in line, '-r "$lock"' in line) for line in installs] == [(True, True)]
    for file in ("deploy/Dockerfile", "docs/deploying.md"):
        for line in re.findall(r"pip install .*", (ROOT / file).read_text()):
            assert re.search(r"--require-hashes -r \S*requirements(-s3)?\.lock", line), (file, line)
