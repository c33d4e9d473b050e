"""lab.py: copies that lose no work, an installation that repeats nothing, failures that end in a sentence."""

import ast
import contextlib
import datetime
import errno
import json
import os
import re
import runpy
import socket
import subprocess
import sys
import time
import types
import urllib.request
from pathlib import Path

import pytest

import lab

ROOT = Path(__file__).resolve().parents[1]
NAME = "04_public_and_private_subnets.ipynb"
NOON = datetime.datetime(2026, 5, 17, 12, 0, 0)


@pytest.fixture
def kit(tmp_path):
    """Make a checkout in a path with a space and Japanese letters, with one chapter and nothing installed."""
    root = tmp_path / "コース kit"
    (root / "notebooks").mkdir(parents=True)
    (root / "notebooks" / NAME).write_text("first edition", encoding="utf-8")
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["builder"]\n[project]\ndependencies = ["one>=1"]\n'
        '[project.optional-dependencies]\ndev = ["checker"]\n',
        encoding="utf-8",
    )
    (root / "constraints.txt").write_text("one==1.2\n", encoding="utf-8")
    return lab.Kit(root)


# ---------------------------------------------------------------------------- an old Python


def test_the_file_keeps_to_the_grammar_of_an_old_python():
    ast.parse((ROOT / "lab.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_version_is_checked_before_anything_that_an_old_python_lacks():
    docstring, first, check, *_ = ast.parse((ROOT / "lab.py").read_text(encoding="utf-8")).body
    assert isinstance(docstring, ast.Expr)
    assert ast.unparse(first) == "import sys"
    assert ast.unparse(check.test) == "sys.version_info < (3, 11)"


def test_an_old_python_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))
    monkeypatch.setattr(sys, "version", "3.8.18 (default)")
    with pytest.raises(
        SystemExit, match=r"needs Python 3\.11 or newer, and this is 3\.8\.18: install a newer one"
    ):
        runpy.run_path(str(ROOT / "lab.py"))


def test_only_the_standard_library_is_imported():
    tree = ast.parse((ROOT / "lab.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


# ---------------------------------------------------------------------------- the learner's copies


@pytest.mark.parametrize(
    ("in_the_kit", "laid_before", "the_learners", "expected", "said"),
    [
        pytest.param("one", None, None, "one", "Put into", id="a new chapter is laid down"),
        pytest.param("one", "one", "one", "one", None, id="an untouched copy of the same edition stays"),
        pytest.param(
            "two", "one", "one", "two", "Renewed", id="an untouched copy of an older edition is renewed"
        ),
        pytest.param("one", "one", "mine", "mine", None, id="a changed copy stays"),
        pytest.param(
            "two", "one", "mine", "mine", "Left with", id="a changed copy stays and the newer one is named"
        ),
        pytest.param("one", "one", None, "one", "Put into", id="a deleted copy is laid down again"),
        pytest.param(
            "two", "one", None, "two", "Put into", id="a deleted copy comes back in the newer edition"
        ),
        pytest.param(
            "one", None, "mine", "mine", None, id="a file that was never laid down is the learner's"
        ),
        pytest.param(
            "two", "one", "two", "two", None, id="a copy that is the newer edition already is known as it"
        ),
        pytest.param("one", "one", "", "", None, id="an emptied copy is a changed copy"),
    ],
)
def test_a_copy(kit, tmp_path, in_the_kit, laid_before, the_learners, expected, said):
    course, source = tmp_path / "my course", kit.notebooks / NAME
    if laid_before is not None:
        source.write_text(laid_before, encoding="utf-8")
        lab.lay_copies(kit, course)
    course.mkdir(exist_ok=True)
    (course / NAME).unlink(missing_ok=True)
    if the_learners is not None:
        (course / NAME).write_text(the_learners, encoding="utf-8")
    source.write_text(in_the_kit, encoding="utf-8")

    sentences = lab.lay_copies(kit, course)

    assert (course / NAME).read_text(encoding="utf-8") == expected
    assert [sentence.startswith(said) for sentence in sentences] == ([True] if said else [])
    assert all(NAME in sentence for sentence in sentences)


def test_laying_twice_changes_nothing(kit, tmp_path):
    lab.lay_copies(kit, tmp_path / "c")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "c").iterdir()}
    assert lab.lay_copies(kit, tmp_path / "c") == []
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "c").iterdir()} == before


def test_a_renewed_copy_that_is_changed_afterwards_is_the_learners(kit, tmp_path):
    for edition in ("one", "two"):
        (kit.notebooks / NAME).write_text(edition, encoding="utf-8")
        lab.lay_copies(kit, tmp_path / "c")
    (tmp_path / "c" / NAME).write_text("mine", encoding="utf-8")
    (kit.notebooks / NAME).write_text("three", encoding="utf-8")
    assert "lab.py reset NN" in lab.lay_copies(kit, tmp_path / "c")[0]
    assert (tmp_path / "c" / NAME).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"04_public_and_private_subnets.ipynb": 7}', "\ufeff{}"])
def test_without_its_memory_every_copy_is_the_learners(kit, tmp_path, damage):
    lab.lay_copies(kit, tmp_path / "c")
    (tmp_path / "c" / ".vpclab-copies.json").write_text(damage, encoding="utf-8")
    (kit.notebooks / NAME).write_text("second edition", encoding="utf-8")
    lab.lay_copies(kit, tmp_path / "c")
    assert (tmp_path / "c" / NAME).read_text(encoding="utf-8") == "first edition"


@pytest.mark.parametrize("before", [None, "first edition"])
def test_a_disk_that_fills_up_in_the_middle_leaves_the_old_copy_or_none(kit, tmp_path, monkeypatch, before):
    course, write = tmp_path / "c", Path.write_bytes
    if before:
        lab.lay_copies(kit, course)
    (kit.notebooks / NAME).write_text("second edition", encoding="utf-8")

    def half(target, data):
        write(target, data[:9])
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="No space"):
        lab.lay_copies(kit, course)
    assert ((course / NAME).read_text(encoding="utf-8") if (course / NAME).exists() else None) == before

    monkeypatch.setattr(Path, "write_bytes", write)
    lab.lay_copies(kit, course)
    assert sorted(path.name for path in course.iterdir()) == [".vpclab-copies.json", NAME]
    assert (course / NAME).read_text(encoding="utf-8") == "second edition"


@pytest.mark.parametrize(("learner", "stays"), [(None, False), ("mine", True)], ids=["untouched", "changed"])
def test_a_chapter_that_got_another_name_is_not_there_twice_unless_it_holds_work(
    kit, tmp_path, learner, stays
):
    lab.lay_copies(kit, tmp_path / "c")
    if learner:
        (tmp_path / "c" / NAME).write_text(learner, encoding="utf-8")
    (kit.notebooks / NAME).rename(kit.notebooks / "05_new_name.ipynb")
    lab.lay_copies(kit, tmp_path / "c")
    assert (tmp_path / "c" / "05_new_name.ipynb").exists()
    assert (tmp_path / "c" / NAME).exists() is stays


def notebook(*sources, run=0):
    """Return a notebook with these code cells; with `run`, as it is saved after that many runs."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": ["done"]}]
    cells = [
        {
            "cell_type": "code", "id": str(n), "metadata": {}, "source": source.splitlines(keepends=True),
            "execution_count": run + n if run else None, "outputs": outputs * bool(run),
        }
        for n, source in enumerate(sources)
    ]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {"run": run}, "nbformat": 4, "nbformat_minor": 5})


def test_a_learner_s_copy_does_not_look_as_if_it_had_been_run(kit, tmp_path):
    (kit.notebooks / NAME).write_text(notebook("a = 1\nb = 2", "check()", run=7), encoding="utf-8")
    lab.lay_copies(kit, tmp_path / "c")
    cells = json.loads((tmp_path / "c" / NAME).read_text(encoding="utf-8"))["cells"]
    assert [(cell["execution_count"], cell["outputs"]) for cell in cells] == [(None, [])] * 2
    assert ["".join(cell["source"]) for cell in cells] == ["a = 1\nb = 2", "check()"]
    assert lab.reset(kit, tmp_path / "c", ["04"], NOON) == [f"{NAME} is as new already"]


def test_the_built_chapters_are_laid_without_outputs_and_with_all_their_text():
    for source in lab.chapters(lab.Kit(ROOT)):
        cells = json.loads(lab.fresh(source))["cells"]
        assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)
        assert lab.fingerprint(lab.fresh(source)) == lab.fingerprint(source.read_bytes())


@pytest.mark.parametrize(
    ("learners", "renewed"),
    [
        pytest.param(notebook("a", "b", run=3), True, id="only run"),
        pytest.param(notebook("a", "mine", run=3), False, id="run and changed"),
        pytest.param(notebook("a"), False, id="a cell deleted"),
        pytest.param(notebook("a", "b", "more"), False, id="a cell added"),
        pytest.param(notebook("b", "a"), False, id="cells moved"),
        pytest.param(notebook("a", "b")[:-9], False, id="cut off"),
        pytest.param('{"cells": 3}', False, id="no notebook any more"),
    ],
)
def test_a_copy_that_was_only_run_is_renewed_and_one_with_work_in_it_stays(kit, tmp_path, learners, renewed):
    source, copy = kit.notebooks / NAME, tmp_path / "c" / NAME
    source.write_text(notebook("a", "b", run=1), encoding="utf-8")
    lab.lay_copies(kit, tmp_path / "c")
    copy.write_text(learners, encoding="utf-8")
    source.write_text(notebook("a", "new", run=1), encoding="utf-8")
    assert lab.standings(kit, tmp_path / "c") == {NAME: lab.OLDER if renewed else lab.YOURS_OLDER}
    lab.lay_copies(kit, tmp_path / "c")
    assert copy.read_text(encoding="utf-8") == (lab.fresh(source).decode() if renewed else learners)


def test_a_run_copy_can_be_laid_anew_and_is_kept_all_the_same(kit, tmp_path):
    (kit.notebooks / NAME).write_text(notebook("a"), encoding="utf-8")
    lab.lay_copies(kit, tmp_path / "c")
    (tmp_path / "c" / NAME).write_text(notebook("a", run=2), encoding="utf-8")
    assert len(lab.reset(kit, tmp_path / "c", ["04"], NOON)) == 2
    assert "done" not in (tmp_path / "c" / NAME).read_text(encoding="utf-8")
    assert len(list((tmp_path / "c" / "backups").iterdir())) == 1


def test_only_chapters_are_copied(kit, tmp_path):
    for other in ("solutions", "instructor", "source"):
        (kit.notebooks / other).mkdir()
        (kit.notebooks / other / NAME).write_text("answers", encoding="utf-8")
    (kit.notebooks / "scratch.ipynb").write_text("", encoding="utf-8")
    lab.lay_copies(kit, tmp_path / "c")
    assert [path.name for path in (tmp_path / "c").glob("*.ipynb")] == [NAME]


def test_a_checkout_without_chapters_is_said_to_be_incomplete(kit, tmp_path):
    (kit.notebooks / NAME).unlink()
    with pytest.raises(lab.Stop, match=r"no chapters in .*: get the course again"):
        lab.lay_copies(kit, tmp_path / "c")


@pytest.mark.parametrize("word", ["04", "4", NAME, NAME.removesuffix(".ipynb")])
def test_reset_lays_a_chapter_anew_and_keeps_a_dated_backup(kit, tmp_path, word):
    lab.lay_copies(kit, tmp_path / "c")
    (tmp_path / "c" / NAME).write_text("mine", encoding="utf-8")
    said = lab.reset(kit, tmp_path / "c", [word], NOON)
    backup = tmp_path / "c" / "backups" / "04_public_and_private_subnets_2026-05-17_120000.ipynb"
    assert said == [f"Kept yours as c/backups/{backup.name}", f"Put into c/: {NAME}"]
    assert backup.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "c" / NAME).read_text(encoding="utf-8") == "first edition"


def test_reset_of_an_untouched_chapter_keeps_no_backup(kit, tmp_path):
    lab.lay_copies(kit, tmp_path / "c")
    assert lab.reset(kit, tmp_path / "c", ["04"], NOON) == [f"{NAME} is as new already"]
    assert not (tmp_path / "c" / "backups").exists()


def test_reset_twice_in_a_second_keeps_both(kit, tmp_path):
    for work in ("mine", "mine again"):
        lab.lay_copies(kit, tmp_path / "c")
        (tmp_path / "c" / NAME).write_text(work, encoding="utf-8")
        lab.reset(kit, tmp_path / "c", ["04"], NOON)
    kept = {path.read_text(encoding="utf-8") for path in (tmp_path / "c" / "backups").iterdir()}
    assert kept == {"mine", "mine again"}


def test_reset_of_a_chapter_that_is_not_there_lists_what_is(kit, tmp_path):
    with pytest.raises(lab.Stop, match="There is no chapter 17: choose from 04"):
        lab.reset(kit, tmp_path / "c", ["17"], NOON)


# ---------------------------------------------------------------------------- the instructor's demo


@pytest.fixture
def taught(kit):
    """Give the checkout an instructor's edition of its chapter."""
    (kit.notebooks / "instructor").mkdir()
    (kit.notebooks / "instructor" / NAME).write_text("with notes", encoding="utf-8")
    return kit


def test_a_demo_opens_the_instructors_edition_by_itself_in_a_folder_of_its_own(taught, tmp_path):
    done, page = lab.demo(taught, tmp_path / "c" / "demo", "4")
    assert (tmp_path / "c" / "demo" / NAME).read_text(encoding="utf-8") == "with notes"
    assert page == f"/doc/tree/{NAME}"
    assert done[0] == f"Put into demo/: {NAME}"
    assert "Slides" in done[-1]


def test_a_demo_is_in_large_letters_and_leaves_the_instructors_own_settings_alone(taught, tmp_path):
    course = tmp_path / "demo"
    lab.demo(taught, course, "04")
    settings = course / ".jupyter/settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
    sizes = json.loads(settings.read_text(encoding="utf-8"))["overrides"]
    assert int(sizes["content-font-size1"].removesuffix("px")) >= 18
    style = course / ".jupyter/config/custom/custom.css"
    assert "zoom" in style.read_text(encoding="utf-8")
    settings.write_text("{}", encoding="utf-8")
    style.write_text("/* mine */", encoding="utf-8")
    (course / NAME).write_text("my own words", encoding="utf-8")
    lab.demo(taught, course, "04")
    assert [settings.read_text(encoding="utf-8"), style.read_text(encoding="utf-8")] == ["{}", "/* mine */"]
    assert (course / NAME).read_text(encoding="utf-8") == "my own words"


def test_a_demo_of_a_chapter_that_is_not_there_lists_what_is(taught, tmp_path):
    with pytest.raises(lab.Stop, match="There is no chapter 17: choose from 04"):
        lab.demo(taught, tmp_path / "demo", "17")


def test_a_demo_is_started_with_what_it_needs(taught, tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(lab, "__file__", str(taught.root / "lab.py"))
    monkeypatch.setattr(lab, "prepare", lambda kit, extras: ran.append(extras))
    monkeypatch.setattr(lab, "start", lambda *given: ran.append(given))
    assert lab.act(["--course", str(tmp_path / "c"), "--no-browser", "demo", "04", "--", "--x"]) == 0
    extras, (_, course, port, browser, handed, page) = ran
    assert (extras, course, port, browser) == (["demo"], (tmp_path / "c" / "demo").resolve(), None, False)
    assert (handed, page) == (["--LabApp.custom_css=True", "--x"], f"/doc/tree/{NAME}")


# ---------------------------------------------------------------------------- the installation

HERE = lab.this_python()


def install_into(kit, stamp, python=HERE):
    """Leave a .venv as it is found later: with a stamp, or None for one that somebody else made."""
    kit.scripts.mkdir(parents=True)
    kit.python.touch()
    (kit.venv / "pyvenv.cfg").write_text(f"home = /somewhere\nversion = {python}.4\n", encoding="utf-8")
    if stamp is not None:
        kit.stamp.write_text(json.dumps(stamp), encoding="utf-8")


def whole(kit, **other):
    return {"python": HERE, "fingerprint": kit.fingerprint(), "extras": [], **other}


@pytest.mark.parametrize(
    ("stamp", "extras", "todo"),
    [
        pytest.param({}, set(), "nothing", id="everything is there"),
        pytest.param({"extras": ["dev"]}, set(), "nothing", id="more than is needed is there"),
        pytest.param({}, {"dev"}, "install", id="the tests need more"),
        pytest.param({"fingerprint": "older"}, set(), "install", id="the kit was updated or moved"),
        pytest.param({"python": "3.1"}, set(), "make", id="another Python made it"),
        pytest.param({"python": None}, set(), "make", id="a stamp that says nothing"),
    ],
)
def test_what_to_do_with_a_venv_of_ours(kit, stamp, extras, todo):
    install_into(kit, whole(kit, **stamp))
    assert lab.what_to_do(kit, extras) == todo


@pytest.mark.parametrize(("text", "todo"), [("{}", "make"), ("{", "make"), ("", "make")])
def test_an_interrupted_installation_is_made_anew(kit, text, todo):
    install_into(kit, {})
    kit.stamp.write_text(text, encoding="utf-8")
    assert lab.what_to_do(kit, set()) == todo


@pytest.mark.parametrize(("python", "todo"), [(HERE, "install"), ("3.1", "make")])
def test_a_venv_that_somebody_else_made_is_used_if_its_python_fits(kit, python, todo):
    install_into(kit, None, python)
    assert lab.what_to_do(kit, set()) == todo


def test_without_a_venv_one_is_made(kit):
    assert lab.what_to_do(kit, set()) == "make"


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_the_fingerprint_follows_what_is_asked_for(kit, name):
    before = kit.fingerprint()
    with (kit.root / name).open("a", encoding="utf-8") as file:
        file.write("# more\n")
    assert kit.fingerprint() != before


@pytest.fixture
def ran(monkeypatch, kit):
    """Record the programs that would have run; `ran.fails_at` names a word of the one that fails."""
    record = types.SimpleNamespace(commands=[], fails_at=None, output="")

    def run(_sentence, command, _kit):
        record.commands.append(command)
        if "venv" in command:
            kit.scripts.mkdir(parents=True)
            kit.python.touch()
        kit.log.write_text(record.output, encoding="utf-8")
        return int(record.fails_at in command)

    monkeypatch.setattr(lab, "run_quietly", run)
    return record


def test_the_first_start_makes_a_venv_and_installs_the_pins_and_the_second_does_nothing(kit, ran):
    lab.prepare(kit)
    make, pins, course = ran.commands
    assert make[1:3] == ["-m", "venv"]
    assert pins[-4:] == ["-c", "constraints.txt", "builder", "one>=1"]
    assert course[-4:] == ["--no-deps", "--no-build-isolation", "-e", "."]  # so it needs no network
    lab.prepare(kit)
    assert len(ran.commands) == 3


def test_the_tests_add_what_they_need_and_a_learners_start_takes_nothing_away(kit, ran):
    lab.prepare(kit)
    lab.prepare(kit, ["dev"])
    assert ran.commands[-2][-1] == "checker"
    lab.prepare(kit)
    assert len(ran.commands) == 5


def test_an_update_keeps_what_the_tests_needed(kit, ran):
    lab.prepare(kit, ["dev"])
    (kit.root / "constraints.txt").write_text("one==1.3\n", encoding="utf-8")
    lab.prepare(kit)
    assert "checker" in ran.commands[-2]


def test_an_update_that_cannot_be_downloaded_leaves_what_was_there(kit, ran):
    lab.prepare(kit)
    before = kit.stamp.read_text(encoding="utf-8")
    (kit.root / "constraints.txt").write_text("one==1.3\n", encoding="utf-8")
    ran.fails_at, ran.output = "constraints.txt", "ERROR: Connection refused"
    with pytest.raises(lab.Stop, match="download failed"):
        lab.prepare(kit)
    assert kit.stamp.read_text(encoding="utf-8") == before
    assert lab.what_to_do(kit, set()) == "install"


def test_a_first_start_that_fails_is_made_anew_next_time(kit, ran):
    ran.fails_at, ran.output = "constraints.txt", "ERROR: Connection refused"
    with pytest.raises(lab.Stop):
        lab.prepare(kit)
    assert lab.what_to_do(kit, set()) == "make"
    ran.fails_at = None
    lab.prepare(kit)
    assert lab.what_to_do(kit, set()) == "nothing"


def test_a_start_that_is_interrupted_is_made_anew_next_time(kit, ran, monkeypatch):
    lab.prepare(kit)
    (kit.root / "constraints.txt").write_text("one==1.3\n", encoding="utf-8")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(lab, "run_quietly", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.prepare(kit)
    assert lab.what_to_do(kit, set()) == "make"


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_without_ensurepip_the_package_to_install_is_named(kit, monkeypatch, module):
    find = lab.importlib.util.find_spec
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: None if name == module else find(name))
    with pytest.raises(lab.Stop, match=r"ensurepip is missing: .* `apt install python3-venv`"):
        lab.prepare(kit)
    assert not kit.venv.exists()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        pytest.param(
            "WARNING: connection broken by 'NewConnectionError'\n"
            "ERROR: Could not find a version that satisfies the requirement one==1.2 (from versions: none)\n"
            "ERROR: No matching distribution found for one==1.2",
            "The download failed: check the network",
            id="no network",
        ),
        pytest.param(
            "  pip._vendor.urllib3.ReadTimeoutError: Read timed out.", "The download failed", id="too slow"
        ),
        pytest.param(
            "ERROR: Could not find a version that satisfies the requirement one==1.2 (from versions: 1, 2)",
            f"one==1.2 is not to be had for Python {HERE} on this machine: use Python 3.11, 3.12 or 3.13",
            id="no wheel for this Python",
        ),
        pytest.param(
            "Could not fetch URL: SSLError(CERTIFICATE_VERIFY_FAILED) - skipping\n"
            "ERROR: Could not find a version that satisfies the requirement one==1.2 (from versions: none)",
            "The download failed because a certificate is not trusted",
            id="a proxy that opens connections",
        ),
        pytest.param("ERROR: [Errno 28] No space left on device", "The disk is full", id="no space"),
        pytest.param("/x/python: No module named pip", "The folder .venv has no pip: delete", id="no pip"),
        pytest.param(
            "error: subprocess-exited-with-error\nERROR: Failed to build one",
            "pip could not install the course (Failed to build one): look into .venv/vpclab-install.log",
            id="something else, in pip's own words",
        ),
        pytest.param("", "pip could not install the course (it did not say why)", id="nothing at all"),
    ],
)
def test_why_pip_failed(output, sentence):
    said = lab.why_pip_failed(output)
    assert said.startswith(sentence)
    assert said.endswith(lab.AGAIN)
    assert "\n" not in said


# ---------------------------------------------------------------------------- one sentence, never a traceback


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (
            PermissionError(errno.EACCES, "no", "/kit/.venv"),
            "No permission to write /kit/.venv: move the course",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full: free about 1 GB"),
        (
            NotADirectoryError(errno.ENOTDIR, "Not a directory", "/kit/x"),
            "Not a directory (/kit/x): put that",
        ),
        (lab.Stop("Do this."), "Do this."),
    ],
    ids=["no permission", "no space", "something in the way", "what was foreseen"],
)
def test_a_failure_ends_in_one_sentence(monkeypatch, capsys, problem, sentence):
    def fail(_arguments):
        raise problem

    monkeypatch.setattr(lab, "act", fail)
    monkeypatch.setattr(lab.signal, "signal", lambda *_: None)
    assert lab.main([]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.strip().startswith(sentence)
    assert err.strip().count("\n") == 0


def test_ctrl_c_ends_quietly_and_does_not_count_as_passed(monkeypatch, capsys):
    def interrupt(_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(lab, "act", interrupt)
    monkeypatch.setattr(lab.signal, "signal", lambda *_: None)
    assert lab.main([]) == 130
    assert capsys.readouterr() == ("\nStopped\n", "")


# ---------------------------------------------------------------------------- ports and variables


def test_a_taken_port_is_refused_if_asked_for_and_passed_over_otherwise():
    with contextlib.ExitStack() as stack:
        taken = stack.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(lab.Stop, match=f"Port {port} is taken: choose another with --port"):
            lab.free_port(port)
        with contextlib.suppress(OSError):  # somebody else may hold it
            eights = stack.enter_context(socket.socket())
            eights.bind(("127.0.0.1", 8888))
            eights.listen()
        assert lab.free_port(None) > 8888


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "", "८८८८८"])
def test_a_port_is_a_number_that_exists(text):
    with pytest.raises(lab.argparse.ArgumentTypeError, match="choose a number from 1024 to 65535"):
        lab.port_number(text)


def test_programs_get_the_venvs_path_and_nothing_of_the_learners_own_jupyter(kit, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "/home/learner/.jupyter")
    monkeypatch.setenv("JUPYTER_PATH", "/home/learner/share")
    monkeypatch.setenv("PYTHONPATH", "/home/learner/lib")
    monkeypatch.delenv("VPCLAB_PROGRESS_DIR")
    variables = lab.environment(kit, tmp_path)
    assert variables["PATH"].split(os.pathsep)[0] == str(kit.scripts)
    assert variables["VPCLAB_PROGRESS_DIR"] == str(tmp_path)
    assert "PYTHONPATH" not in variables
    assert not [value for value in variables.values() if value.startswith("/home/learner")]


# ---------------------------------------------------------------------------- the tests of the kit

REPORT = (
    '<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2"/>'
    '<testsuite tests="1" failures="0" errors="0" skipped="0"/></testsuites>'
)


@pytest.mark.parametrize(
    ("report", "counts"),
    [(REPORT, (6, 2, 2)), ("<testsuites", (0, 0, 0)), (None, (0, 0, 0))],
    ids=["a report", "half a report", "no report"],
)
def test_counts_come_from_pytests_report(tmp_path, report, counts):
    if report is not None:
        (tmp_path / "r.xml").write_text(report, encoding="utf-8")
    assert lab.tally(tmp_path / "r.xml") == counts


@pytest.mark.parametrize(
    ("command", "code", "report", "counts"),
    [
        pytest.param(["mypy"], 0, None, (1, 0, 0), id="a check that passes counts as one"),
        pytest.param(["mypy"], 2, None, (0, 1, 0), id="a check that fails counts as one"),
        pytest.param(["pytest"], 1, REPORT, (6, 2, 2), id="pytest counts its tests"),
        pytest.param(["pytest"], 4, None, (0, 1, 0), id="pytest that cannot begin has failed"),
    ],
)
def test_a_step_is_counted(kit, tmp_path, monkeypatch, command, code, report, counts):
    def call(_command, **_):
        if report:
            (tmp_path / "report.xml").write_text(report, encoding="utf-8")
        return code

    monkeypatch.setattr(lab.subprocess, "call", call)
    assert lab.run_step(command, kit, {}, tmp_path) == counts


@pytest.mark.parametrize(
    ("failing", "browser", "last", "code"),
    [
        (None, "/usr/bin/chromium", "7 passed, 0 failed, 0 skipped", 0),
        ("mypy", "/usr/bin/chromium", "6 passed, 1 failed, 0 skipped", 1),
        (None, None, "6 passed, 0 failed, 1 skipped", 0),
    ],
    ids=["all pass", "a failure hides no other step", "without a browser its tests are skipped"],
)
def test_every_step_runs_and_the_last_line_sums_them_up(
    kit, monkeypatch, capsys, failing, browser, last, code
):
    def step(command, *_):
        return (0, 1, 0) if failing in command else (1, 0, 0)

    monkeypatch.setattr(lab, "find_browser", lambda: browser)
    monkeypatch.setattr(lab, "why_no_nbval", lambda *_: "")
    monkeypatch.setattr(lab, "run_step", step)
    assert lab.test(kit) == code
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == last
    assert len([line for line in out if line.startswith("== ")]) == 8
    assert any("no Chromium, Chrome or Edge was found" in line for line in out) is (browser is None)


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        (b"graphviz-pure\n", ""),
        (b"dot\n", "graphviz-pure drew the stored pictures"),
        (b"", "graphviz-pure drew"),
    ],
    ids=["graphviz-pure", "dot", "none"],
)
def test_stored_pictures_are_compared_only_with_the_program_that_drew_them(kit, monkeypatch, engine, said):
    monkeypatch.setattr(lab.subprocess, "run", lambda *_, **__: types.SimpleNamespace(stdout=engine))
    assert lab.why_no_nbval(kit, ["a.ipynb"], {}).startswith(said)
    assert bool(lab.why_no_nbval(kit, ["a.ipynb"], {})) is bool(said)


def test_a_browser_is_installed_only_where_that_is_allowed(kit, monkeypatch):
    monkeypatch.setattr(lab, "find_browser", lambda: None)
    monkeypatch.setattr(lab, "run_quietly", lambda *_: pytest.fail("nothing may be installed"))
    monkeypatch.delenv("CI", raising=False)
    lab.install_browser(kit, asked=False)
    monkeypatch.setattr(lab.shutil, "which", lambda _: None)
    with pytest.raises(lab.Stop, match="install Chrome or Chromium yourself"):
        lab.install_browser(kit, asked=True)


@pytest.mark.parametrize(
    ("ci", "asked"), [("true", False), (None, True)], ids=["CI=true", "--install-browser"]
)
def test_root_on_debian_asks_once_for_the_packages_and_installs_the_browser(kit, monkeypatch, ci, asked):
    ran = []
    monkeypatch.setattr(lab, "find_browser", lambda: None)
    monkeypatch.setattr(lab, "run_quietly", lambda _sentence, command, _kit: ran.append(command) or 0)
    monkeypatch.setattr(lab.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(lab.os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setenv("CI", ci) if ci else monkeypatch.delenv("CI", raising=False)
    lab.install_browser(kit, asked=asked)
    assert [command[2] for command in ran] == ["update", "install"]
    assert ran[1][-3:] == ["chromium", "fonts-liberation", "fonts-noto-cjk"]


# ---------------------------------------------------------------------------- for real


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a program is stopped in another way on Windows")
def test_jupyterlab_answers_on_the_start_page_and_ctrl_c_ends_it(tmp_path):
    if lab.what_to_do(lab.Kit(ROOT), set()) != "nothing":
        pytest.skip("lab.py has not installed the course in this checkout")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        str(ROOT / "lab.py"),
        "--no-browser",
        "--port",
        str(port),
        "--course",
        str(tmp_path / "my course"),
    ]
    # Nothing here may reach out: a proxy where nobody listens would make that fail.
    variables = {**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables
    )
    try:
        said, end = "", time.monotonic() + 60
        while "JupyterLab answers" not in said and process.poll() is None and time.monotonic() < end:
            said += process.stdout.readline()
        page = re.search(rf"http://127\.0\.0\.1:{port}/lab/tree/00_start_here\.ipynb\?token=\w+", said)
        assert page, said
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            page[0], timeout=20
        ) as response:
            assert response.status == 200
    finally:
        process.send_signal(lab.signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
    assert rest.splitlines()[-1] == "JupyterLab has stopped"
    assert process.returncode == 0
    assert lab.free_port(port) == port
