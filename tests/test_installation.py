"""The self-check says what is missing and what to do, and reads the same on every machine that is ready."""

from pathlib import Path

import pytest

from vpclab.course import installation, self_check
from vpclab.render import engine


def test_a_ready_machine_is_told_so_without_versions_or_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))
    said = str(self_check())
    assert "everything is ready" in said
    assert str(tmp_path) not in said
    assert "3.1" not in said.replace("3.11 or newer", "")
    assert not list(tmp_path.iterdir())


def test_a_missing_drawing_program_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find", lambda name: None)
    said = str(self_check())
    assert "something is missing" in said
    assert "✖ missing" in said
    assert "python3 lab.py" in said


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path / "file"))
    assert "not kept" in str(self_check())


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "find_spec", lambda name: None if name == "pandas" else object())
    assert "pandas" in str(self_check())
