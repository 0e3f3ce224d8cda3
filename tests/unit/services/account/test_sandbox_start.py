"""The sandbox starts from the program's own modules alone, with the variables that it needs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.surroundings import given_to_us, of_box, of_sandbox
from cartoonmix_desktop.services.account.sandbox_process import SandboxProcess
from cartoonmix_desktop.storage.locations import Locations

ROOT = Path(__file__).resolve().parents[4]
SECRET = "the-real-key"
PLANTED = (
    *("uvicorn", "json", "httpx", "starlette", "h11", "brotli", "sitecustomize", "usercustomize"),
    *("__future__", "argparse", "PIL", "socket", "encodings", "cartoonmix_desktop"),
)


@pytest.fixture
def planted(tmp_path):
    """A folder with modules that somebody else left there; each tells that it ran."""
    folder = tmp_path / "Downloads with spaces – ü"
    folder.mkdir()
    for name in PLANTED:
        ran = folder / f"{name} ran"
        (folder / f"{name}.py").write_text(f"open({str(ran)!r}, 'w').close()\n", "utf-8")
    yield folder
    assert [path.name for path in folder.glob("* ran")] == []


@pytest.fixture
def process(home):
    locations = Locations.from_environment()
    locations.create()
    made = SandboxProcess(locations)
    yield made
    if made.is_running:
        made._stop()
    made._thread.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_it_gets_the_variables_it_needs_and_no_other(process, monkeypatch):
    for name in ("API_KEY", "API_SECRET", "API_URL"):
        monkeypatch.setenv(f"CARTOONMIX_{name}", SECRET)
    for name in ("PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "HTTPS_PROXY", "SSH_AUTH_SOCK"):
        monkeypatch.setenv(name, f"/{SECRET}")
    monkeypatch.setenv("TMPDIR", "/tmp")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    await process.addresses()
    seen = seen_from_outside(process._process.pid)
    assert set(seen.variables) == {
        *("CARTOONMIX_SANDBOX_KEY", "CARTOONMIX_SANDBOX_SECRET", "LANG", "LC_ALL", "TMPDIR")
    }
    assert SECRET not in "".join([*seen.variables.values(), *seen.arguments])
    assert seen.folder == process._locations.data / "sandbox"


class Seen(NamedTuple):
    variables: dict[str, str]
    arguments: list[str]
    folder: Path


def seen_from_outside(pid: int) -> Seen:
    place = Path(f"/proc/{pid}")
    variables, arguments = (
        [part.decode() for part in (place / name).read_bytes().split(b"\0") if part]
        for name in ("environ", "cmdline")
    )
    pairs = dict(entry.split("=", 1) for entry in variables)
    return Seen(pairs, arguments, (place / "cwd").readlink())


async def test_what_lies_in_the_folder_it_is_started_in_does_not_run(process, planted, monkeypatch):
    monkeypatch.chdir(planted)
    monkeypatch.setattr(sys, "path", ["", str(planted), *sys.path])
    addresses = await process.addresses()
    assert addresses.api.startswith("http://127.0.0.1")


async def test_what_a_variable_puts_first_comes_after_the_programs_own(
    process, planted, monkeypatch
):
    monkeypatch.setattr(sys, "path", [str(planted), *sys.path])
    await process.addresses()


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps the folder a process is in")
async def test_it_starts_from_a_folder_that_is_gone(process, tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    await process.addresses()
    monkeypatch.chdir(tmp_path)


# --- the whole program ---------------------------------------------------------------------------


def run(*command, cwd, **variables):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


DRAW = (
    *("generate", "--sandbox", "--json", "--prompt", "a fox"),
    *("--samples", "1", "--width", "64", "--height", "64", "--steps", "4"),
)


def drawn(done) -> None:
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [Path(path).is_file() for path in told["outputs"]] == [True]


def test_python_m_runs_nothing_that_lies_where_it_is_started(planted):
    (planted / "cartoonmix_desktop.py").unlink()  # that would be what the person asked for
    (planted / "encodings.py").unlink()  # loaded before there is anything of ours
    drawn(run("-m", "cartoonmix_desktop", *DRAW, cwd=planted, CARTOONMIX_API_KEY=SECRET))


def test_main_py_works_from_any_folder(planted):
    drawn(run(ROOT / "main.py", *DRAW, cwd=planted, CARTOONMIX_API_KEY=SECRET))


def test_a_checkout_works_wherever_it_lies_and_without_being_installed(tmp_path):
    """Its dependencies are found by a variable, so that nothing else leads to this checkout."""
    checkout = tmp_path / "my checkout – ü 'quoted'"
    checkout.mkdir()
    shutil.copy(ROOT / "main.py", checkout)
    for name in ("cartoonmix_desktop", "resources"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("*.pyc"))
    site = next(p for p in sys.path if Path(p, "uvicorn").is_dir())
    dependencies = tmp_path / "dependencies"
    dependencies.mkdir()
    for found in Path(site).iterdir():
        if found.suffix != ".pth" and "cartoonmix" not in found.name:
            (dependencies / found.name).symlink_to(found)
    # Another version that is installed as well is not the one that was started.
    (dependencies / "cartoonmix_desktop").mkdir()
    (dependencies / "cartoonmix_desktop/__init__.py").write_text("raise SystemExit(7)")
    for command in (["main.py"], ["-m", "cartoonmix_desktop"]):
        drawn(run("-S", *command, *DRAW, cwd=checkout, PYTHONPATH=str(dependencies)))


# --- what others get -----------------------------------------------------------------------------


def test_the_key_is_taken_out_of_what_every_child_inherits():
    environ = {"CARTOONMIX_API_KEY": "k", "CARTOONMIX_API_SECRET": "s", "HOME": "/home/x"}
    assert given_to_us(environ)["CARTOONMIX_API_KEY"] == "k"
    assert environ == {"HOME": "/home/x"}


def test_windows_needs_two_more():
    environ = {"SYSTEMROOT": "C:\\Windows", "PATH": "C:\\x", "TEMP": "C:\\t", "APPDATA": "C:\\a"}
    made = of_sandbox(environ, Credentials("key", "secret"), windows=True)
    assert set(made) == {
        *("SYSTEMROOT", "PATH", "TEMP", "CARTOONMIX_SANDBOX_KEY", "CARTOONMIX_SANDBOX_SECRET")
    }


def test_a_box_gets_the_desktop_and_nothing_of_ours():
    environ = {"DISPLAY": ":0", "LC_ALL": "C", "XDG_RUNTIME_DIR": "/run", "HOME": "/home/x"}
    ours = {"CARTOONMIX_API_KEY": "k", "CARTOONMIX_HOME": "/h", "PYTHONPATH": "/p"}
    assert of_box(environ | ours) == environ
