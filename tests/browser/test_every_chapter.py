"""Every chapter runs from top to bottom in a browser, fits a wide and a narrow window, passes axe-core."""

from pathlib import Path

import pytest
from learner import Lab, Notebook, serious
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
SMALLEST = 6.5  # pixels, for text in a map of four VPCs in a window of 800; other maps have larger text
WIDTHS = (1280, 800)


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_runs_fits_and_can_be_read(lab: Lab, page: Page, screenshots: Path, name: str) -> None:
    page.set_viewport_size({"width": WIDTHS[0], "height": 1000})
    notebook = Notebook.open(page, lab.address.replace("00_start_here.ipynb", name))
    notebook.run_all()
    assert notebook.errors() == []
    for width, theme in zip(WIDTHS, ("Light", "Dark"), strict=True):
        notebook.look(width, theme)
        assert notebook.scrolled() == [], width
        assert notebook.squeezed() == [], width
        pictures = notebook.pictures()
        assert [picture["cell"] for picture in pictures if not picture["drawn"]] == [], width
        assert [(p["cell"], round(p["text"], 1)) for p in pictures if p["text"] < SMALLEST] == [], width
    assert serious(page) == []
    notebook.look(WIDTHS[0], "Light")
