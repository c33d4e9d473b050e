"""The files that say what is installed agree with each other, and with what Binder makes of them."""

import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONSTRAINTS = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PIP = next(entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict))


def pinned_here(lines):
    """Return name and version of each line that holds on this machine."""
    requirements = [Requirement(line) for line in lines]
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in requirements
        if each.marker is None or each.marker.evaluate()
    }


def needed_here(declared):
    """Return the names of all packages that these requirements lead to, as installed on this machine."""
    found, todo = set(), [Requirement(line) for line in declared]
    while todo:
        requirement = todo.pop()
        extras = sorted(requirement.extras) or [""]
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        key = (canonicalize_name(requirement.name), tuple(extras))
        if key in found:
            continue
        found.add(key)
        for line in importlib.metadata.requires(requirement.name) or ():
            child = Requirement(line)
            if child.marker is None or any(child.marker.evaluate({"extra": extra}) for extra in extras):
                child.marker = None
                todo.append(child)
    return {name for name, _ in found}


LEARNER = PROJECT["project"]["dependencies"]
BUILD = PROJECT["build-system"]["requires"]
EXTRAS = PROJECT["project"]["optional-dependencies"]


@pytest.mark.parametrize("line", CONSTRAINTS)
def test_a_constraint_is_one_exact_version(line):
    assert re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*(; [a-z_0-9'.<!=> -]+)?", line)


def test_the_constraints_are_in_order_and_pin_nothing_twice_on_one_machine():
    names = [line.split("==")[0] for line in CONSTRAINTS]
    assert names == sorted(names)
    held = [Requirement(line) for line in CONSTRAINTS]
    held = [each.name for each in held if each.marker is None or each.marker.evaluate()]
    assert len(held) == len(set(held))


@pytest.mark.parametrize(
    "declared", [*LEARNER, *BUILD, *(line for extra in EXTRAS.values() for line in extra)]
)
def test_what_the_project_asks_for_is_pinned_to_a_version_that_it_accepts(declared):
    wanted = Requirement(declared)
    pins = [Requirement(line) for line in CONSTRAINTS]
    versions = [str(pin.specifier)[2:] for pin in pins if pin.name == canonicalize_name(wanted.name)]
    assert versions
    assert all(version in wanted.specifier for version in versions)


def test_everything_that_comes_along_is_pinned():
    tested = [*LEARNER, *BUILD, *EXTRAS["demo"], *EXTRAS["dev"]]
    assert needed_here(tested) <= set(pinned_here(CONSTRAINTS))


def test_conda_gives_python_and_pip_only():
    assert ENVIRONMENT["channels"] == ["conda-forge", "nodefaults"]
    assert [entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)] == [
        "python=3.12",
        "pip",
    ]


def test_the_environment_repeats_the_constraints_and_ends_with_the_course_itself():
    *pins, last = PIP
    assert last == "-e ."
    assert pins == [line for line in CONSTRAINTS if line in pins]


def test_the_environment_pins_what_a_learner_needs_and_nothing_that_only_tests_need():
    needed = needed_here(LEARNER)
    pinned = pinned_here(PIP[:-1])
    assert needed - set(pinned) == set()
    assert set(pinned) - needed == set()


def test_no_folder_hides_the_environment_from_binder():
    assert not (ROOT / "binder").exists()
    assert not (ROOT / ".binder").exists()


def test_binder_makes_python_3_12_and_installs_the_course_and_lays_the_copies():
    if importlib.util.find_spec("repo2docker") is None:
        pytest.skip("jupyter-repo2docker is not installed here (it does not run on Windows)")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug"]
    command += ["--user-id", "1000", "--user-name", "learner", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    steps = (
        "environment-2epy-2d3-2e12",
        "COPY --chown=1000:1000 src/",
        '--file "environment.yml"',
        "./postBuild",
    )
    places = [done.stdout.find(step) for step in steps]
    assert -1 not in places, done.stdout
    assert places == sorted(places)


def test_post_build_calls_lab_and_nothing_else_of_ours():
    lines = (ROOT / "postBuild").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/bin/bash"
    assert [line for line in lines if "python" in line] == ["python lab.py copies"]


def test_continuous_integration_runs_what_a_person_types():
    command = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert command == 'cd "$(dirname "$0")/.." && exec python3 lab.py test'


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission")
@pytest.mark.parametrize("name", [".ci/run", "postBuild"])
def test_a_script_may_be_executed(name):
    assert os.access(ROOT / name, os.X_OK)


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "constraints.txt", "environment.yml", "postBuild", ".ci/run"]
)
def test_no_file_names_an_address(name):
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "vpclab" / "py.typed").exists()
    assert "py.typed" in PROJECT["tool"]["setuptools"]["package-data"]["vpclab"]


def test_the_licence_is_the_one_that_the_project_names():
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text(
        encoding="utf-8"
    )
