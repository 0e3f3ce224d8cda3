"""The workflows are well-formed, pinned, and may do no more than they must. None runs here."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
RUNNERS = {  # until when each is looked after, as far as that was announced
    "ubuntu-22.04": date(2027, 4, 17),
    "ubuntu-24.04": None,
    "windows-2022": None,
    "macos-15": None,
}
NOTICE = timedelta(days=60)
CONTEXTS = {"env", "github", "inputs", "matrix", "secrets", "steps", "vars"}


class _OneOfEach(yaml.SafeLoader):
    """A mapping with a name twice is an error, as it is where workflows run."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key) for key, _ in node.value]
        assert len(names) == len(set(names)), f"twice in one place: {names}"
        return super().construct_mapping(node, deep)


def read(path: Path) -> dict[str, Any]:
    workflow = yaml.load(path.read_text("utf-8"), _OneOfEach)
    workflow["on"] = workflow.pop(True)  # YAML 1.1 takes the word for a truth value
    return workflow


def jobs(path: Path) -> list[dict[str, Any]]:
    """But for those that another workflow defines."""
    return [job for job in read(path)["jobs"].values() if "uses" not in job]


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(path) for step in job["steps"]]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def path(request) -> Path:
    return request.param


def test_names_are_known(path):
    workflow, used = read(path), set()
    usual = {"name", "on", "permissions", "concurrency", "env", "jobs"}
    assert {"name", "on", "permissions", "jobs"} <= workflow.keys() <= usual
    for job in jobs(path):
        of_job = {"name", "if", "needs", "runs-on", "timeout-minutes", "permissions", "strategy"}
        assert {"runs-on", "timeout-minutes", "steps"} <= job.keys() <= of_job | {"steps"}
        told = job["runs-on"]
        systems = job["strategy"]["matrix"]["system"] if "matrix.system" in told else [told]
        assert set(systems) <= RUNNERS.keys()
        used.update(systems)
    for job in workflow["jobs"].values():
        assert set(job.get("needs", ())) <= workflow["jobs"].keys()
    for system in used:
        end = RUNNERS[system]
        assert end is None or datetime.now(UTC).date() + NOTICE < end, f"{system} ends {end}"
    for step in steps(path):
        assert step.keys() <= {"name", "id", "if", "uses", "with", "env", "run", "shell"}
        assert ("uses" in step) != ("run" in step)


def test_actions_are_pinned_by_their_hash(path):
    text = path.read_text("utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    for action, rest in used:
        if action == "./.github/workflows/tests.yml":
            continue
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", rest)


def test_nothing_may_be_written_but_by_who_publishes(path):
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        if job.get("permissions"):
            assert (path.name, name) == ("release.yml", "publish")
            on_tag = "github.ref_type == 'tag' && (github.event_name == 'push' || inputs.publish)"
            assert job["if"] == on_tag
            assert set(job["needs"]) == workflow["jobs"].keys() - {"publish"}
    for step in steps(path):
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


def test_no_text_from_outside_becomes_a_command(path):
    for step in steps(path):
        assert "${{" not in step.get("run", ""), "pass it through env"
    for context in re.findall(r"\$\{\{ *([a-z_]+)", path.read_text("utf-8")):
        assert context in CONTEXTS


def test_secrets_reach_single_steps_alone(path):
    for line in path.read_text("utf-8").splitlines():
        if "secrets." in line:
            assert re.fullmatch(r" {10}[A-Z_]+: \$\{\{ secrets\.[A-Z_]+ \}\}", line)


def test_references_to_steps_and_matrix_lead_somewhere(path):
    for job in jobs(path):
        told = yaml.safe_dump(job)
        identities = {step["id"] for step in job["steps"] if "id" in step}
        assert set(re.findall(r"steps\.([a-z]+)\.", told)) <= identities
        matrix = job.get("strategy", {}).get("matrix", {})
        assert set(re.findall(r"matrix\.([a-z]+)", told)) <= matrix.keys()


def test_what_is_run_is_there(path):
    for step in steps(path):
        command = step.get("run", "").replace("\\ ", " ").replace("\\", "/")
        for name in re.findall(r"(?:packaging|\.ci)/[\w./-]+|requirements[\w-]*\.lock", command):
            assert (ROOT / name).is_file(), name
        for target in re.findall(r"make ([a-z]+)", command):
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_shell_commands_parse(path):
    for job in jobs(path):
        if job["runs-on"] != "windows-2022":  # PowerShell there
            for step in job["steps"]:
                if "run" in step:
                    subprocess.run(["bash", "-n", "-c", step["run"]], check=True)


def test_a_release_proves_the_frozen_program_on_every_system():
    release = read(ROOT / ".github/workflows/release.yml")
    others = {"publish", "tests"}
    builders = {name: job for name, job in release["jobs"].items() if name not in others}
    assert builders.keys() == {"linux", "windows", "macos"}
    assert release["jobs"]["tests"] == {"uses": "./.github/workflows/tests.yml"}
    assert "workflow_call" in read(ROOT / ".github/workflows/tests.yml")["on"]
    for job in builders.values():
        told = "\n".join(step.get("run", "") for step in job["steps"])
        assert job["needs"] == ["tests"], "nothing is built of what no test has seen"
        assert "--self-test" in told or "try_installed.py" in told
        assert "--release" in told
        assert "--require-hashes" in told or "make package" in told
    assert release["on"]["push"] == {"tags": ["v[0-9]+.[0-9]+.[0-9]+"]}
    assert release["on"]["workflow_dispatch"]["inputs"]["publish"]["default"] is False


def test_a_second_schema_agrees(path):
    """The schema of workflows that check-jsonschema brings along."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "github-workflows"]
    done = subprocess.run([*command, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_shell_scripts_are_sound(path, tmp_path):
    """Those of the workflows, and those of packaging."""
    scripts = [*sorted((ROOT / "packaging").glob("*/*.sh")), ROOT / ".ci/run"]
    for number, job in enumerate(jobs(path)):
        if job["runs-on"] != "windows-2022":
            for place, step in enumerate(job["steps"]):
                if "run" in step:
                    script = tmp_path / f"{number}-{place}.sh"
                    script.write_text(f"#!/bin/bash\n{step['run']}\n", "utf-8")
                    scripts.append(script)
    shellcheck = Path(sys.executable).with_name("shellcheck")
    command = [shellcheck, "--exclude=SC2046,SC2086,SC2116", *scripts]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
