"""The start page's control: how the copies stand, renewing them, and what a notebook says that is too old."""

import json
from datetime import date
from pathlib import Path

import ipywidgets
import pytest
from test_course_widgets import inside

from vpclab import NotFound
from vpclab.course import check, copies, hint, predict, renew, words

CHAPTER = "04_public_and_private_subnets.ipynb"
MEMORY = ".vpclab-copies.json"
lab = copies._lab()
KIT = copies._kit()


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return a course folder as lab.py lays it down, in which the notebooks of this test live."""
    folder = tmp_path / "my_course"
    lab.lay_copies(KIT, folder)
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(folder))
    copies.outdated.cache_clear()
    return folder


def of_an_older_kit(course: Path, changed: bool) -> Path:
    """Make a chapter's copy one that an older kit laid down; `changed`, one that the learner worked in."""
    copy = course / CHAPTER
    notebook = json.loads(copy.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = "# An older edition"
    copy.write_text(json.dumps(notebook), encoding="utf-8")
    laid = json.loads((course / MEMORY).read_text(encoding="utf-8"))
    laid[CHAPTER] = lab.fingerprint(copy.read_bytes())
    (course / MEMORY).write_text(json.dumps(laid), encoding="utf-8")
    if changed:
        notebook["cells"].append({**notebook["cells"][0], "id": "mine", "source": "My own notes."})
        copy.write_text(json.dumps(notebook), encoding="utf-8")
    return copy


def buttons(box):
    return {button.description: button for button in inside(box, ipywidgets.Button)}


@pytest.mark.parametrize(
    ("changed", "said"),
    [(False, words.NOTEBOOK_OLDER), (True, words.NOTEBOOK_YOURS_OLDER.format(number="04"))],
    ids=["an untouched one", "one with work in it"],
)
def test_a_notebook_that_is_older_than_the_package_says_so_once(course, changed, said):
    of_an_older_kit(course, changed)
    first, second = check("04-public", "a"), check("04-public", "a")
    assert first.note == said
    assert second.note == ""


@pytest.mark.parametrize("verb", [lambda: hint("04-public"), lambda: predict("04-p1", "blocked")])
def test_any_verb_tells_it(course, verb):
    of_an_older_kit(course, False)
    assert verb().note == words.NOTEBOOK_OLDER


def test_a_notebook_of_today_and_one_outside_a_course_folder_say_nothing(course, tmp_path, monkeypatch):
    assert check("04-public", "a").note == ""
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path / "elsewhere"))
    assert check("04-public", "a").note == ""


def test_an_id_that_this_package_does_not_have_asks_whether_the_notebook_is_older():
    with pytest.raises(
        NotFound, match=r"Is this notebook older or newer than the course\? .*there are: 04-data-block"
    ):
        check("04-removed", "a")


def test_the_button_renews_what_is_untouched_and_leaves_work_alone(course):
    copy = of_an_older_kit(course, changed=False)
    (course / "00_start_here.ipynb").write_text("my own work", encoding="utf-8")
    box = renew()
    assert words.COPY_OLDER in box.children[0].value
    assert words.COPY_YOURS in box.children[0].value
    buttons(box)[words.RENEW].click()
    assert f"Renewed in my_course/: {CHAPTER}" in box.children[0].value
    assert copy.read_bytes() == lab.fresh(KIT.notebooks / CHAPTER)
    assert (course / "00_start_here.ipynb").read_text(encoding="utf-8") == "my own work"
    buttons(box)[words.RENEW].click()
    assert words.COPIES_NOTHING in box.children[0].value


def test_a_chapter_is_laid_anew_with_a_dated_backup(course):
    copy = of_an_older_kit(course, changed=True)
    mine = copy.read_bytes()
    box = renew()
    (which,) = inside(box, ipywidgets.Text)
    assert which.value == ""
    buttons(box)[words.RENEW_ONE].click()
    assert words.RENEW_CHOOSE in box.children[0].value
    assert copy.read_bytes() == mine
    which.value = " 4 "
    buttons(box)[words.RENEW_ONE].click()
    (backup,) = (course / "backups").iterdir()
    assert backup.read_bytes() == mine
    assert str(date.today()) in backup.name
    assert backup.name in box.children[0].value
    assert copy.read_bytes() == lab.fresh(KIT.notebooks / CHAPTER)


def test_the_same_from_code(course):
    of_an_older_kit(course, changed=True)
    assert "Kept yours as" in str(renew("04"))
    assert "There is no chapter 17" in str(renew("17"))
    assert renew("17").word == words.TRY_AGAIN


def test_outside_a_course_folder_there_is_nothing_to_renew(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))
    assert words.COPIES_NONE in str(renew())
    assert words.COPIES_NONE in str(renew("04"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(course, monkeypatch):
    of_an_older_kit(course, changed=True)

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied", str(course))

    monkeypatch.setattr(lab.Path, "replace", refuse)
    assert "No permission to write" in str(renew("04"))


def test_every_control_has_a_label(course):
    kinds = ipywidgets.Button | ipywidgets.Text
    assert all(control.description for control in inside(renew(), kinds))
