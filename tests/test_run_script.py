"""The start script, against Pythons that are a few lines of shell in a folder of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

RUN = Path(__file__).resolve().parent.parent / "run"
FITS = "exit 0"  # the answer to the only question that is put to it here: are you new enough?
IS_TOO_OLD = "exit 1"
IS_A_BROKEN_SHIM = 'echo "python: command not found" >&2; exit 127'
TOOLS = ("dirname", "readlink", "tr")  # all that it takes to find a Python; /usr/bin would bring its own along


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the script alone, so that nothing it does touches this checkout; its tools are beside it."""
    (tmp_path / "tools").mkdir()
    for name in TOOLS:
        (tmp_path / "tools" / name).symlink_to(str(shutil.which(name)))
    folder = tmp_path / "a check out"
    folder.mkdir()
    shutil.copy(RUN, folder / "run")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def stub(folder: Path, name: str, does: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{does}\n")
    file.chmod(0o755)
    return file


def names_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def call(
    script: Path, *arguments: str, path: tuple[Path, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    folders = ":".join(map(str, [*path, script.resolve().parent.with_name("tools")]))
    return subprocess.run(
        [script, *arguments], env={"PATH": folders, **environment}, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_broken_shim_is_passed_over_for_the_next_python(checkout: Path, tmp_path: Path) -> None:
    shims = tmp_path / "shims"
    stub(shims, "python3.14", IS_A_BROKEN_SHIM)
    wanted = stub(tmp_path / "bin", "python3.14", FITS)
    done = call(checkout / "run", "python", path=(shims, tmp_path / "bin"))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{wanted}\n", "")


def test_a_python_that_a_version_manager_keeps_beside_its_shims_is_found(checkout: Path, tmp_path: Path) -> None:
    stub(tmp_path / "shims", "python3.14", IS_A_BROKEN_SHIM)
    stub(tmp_path / "shims", "python3", IS_TOO_OLD)
    wanted = stub(tmp_path / "versions" / "3.13.0" / "bin", "python3", FITS)
    assert call(checkout / "run", "python", path=(tmp_path / "shims",)).stdout == f"{wanted}\n"


def test_an_old_python_does_not_hide_a_newer_one_of_the_same_name(checkout: Path, tmp_path: Path) -> None:
    stub(tmp_path / "old", "python3", IS_TOO_OLD)
    wanted = stub(tmp_path / "new", "python3", FITS)
    done = call(checkout / "run", "python", path=(tmp_path / "old", tmp_path / "new"))
    assert done.stdout == f"{wanted}\n"


def test_the_python_that_was_named_comes_first(checkout: Path, tmp_path: Path) -> None:
    stub(tmp_path / "bin", "python3.14", FITS)
    wanted = stub(tmp_path / "elsewhere", "my-python", FITS)
    done = call(checkout / "run", "python", path=(tmp_path / "bin",), PYTHON=str(wanted))
    assert done.stdout == f"{wanted}\n"


@pytest.mark.parametrize("arguments", [["python"], ["manage", "check"], ["test"], []])
def test_where_no_python_fits_one_sentence_says_what_to_install(
    checkout: Path, home: Path, arguments: list[str]
) -> None:
    """A copy that wants a Python which nobody has, so that every place where one may lie is really looked into."""
    script = checkout / "run"
    text = script.read_text()
    assert text.count("(3, 12)") == 1
    script.write_text(text.replace("(3, 12)", "(99, 0)"))
    done = call(script, *arguments, path=(Path(sys.executable).parent,), HOME=str(home))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Python 3.12 or newer is needed")
    assert done.stderr.count("\n") == 1
    assert (names_in(checkout), names_in(home)) == (["run"], [])


def test_a_word_it_does_not_know_is_answered_with_those_it_does(checkout: Path) -> None:
    done = call(checkout / "run", "sevre")
    usage = (
        "Usage: ./run, ./run test, ./run audit, ./run audit-packages, ./run bench, ./run lock, ./run licences, "
        "./run manage COMMAND or ./run python\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", usage)


def test_a_port_that_is_no_number_is_refused_before_anything_is_made(checkout: Path) -> None:
    done = call(checkout / "run", PORT="abc")
    assert (done.returncode, done.stderr) == (1, "PORT is abc: it must be a number, such as 8000.\n")
    assert names_in(checkout) == ["run"]


def test_it_may_be_called_by_a_link_and_from_elsewhere(checkout: Path, home: Path, tmp_path: Path) -> None:
    """It works in the folder of the script itself: there stands the Python of the relative name."""
    stub(checkout / "bin", "python", FITS)
    (tmp_path / "link").symlink_to(checkout / "run")
    done = call(tmp_path / "link", "python", PYTHON="bin/python", HOME=str(home), CDPATH=str(tmp_path))
    assert done.stdout == "bin/python\n"
