"""One JupyterLab, one Chromium and one opened chapter for all tests of this folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from learner import Lab, Notebook, browsing, running_lab
from playwright.sync_api import Page

from lab import NO_BROWSER, find_browser


@dataclass(frozen=True)
class Opened:
    """The chapter as it was before anything ran, and the notebook to go on with."""

    notebook: Notebook
    headings: list[str]
    errors: list[str]
    pictures: list[dict[str, Any]]
    notices: int


@pytest.fixture(scope="session")
def browser() -> str:
    """Return the path of a browser of the Chromium family, or skip."""
    return find_browser() or pytest.skip(NO_BROWSER)


@pytest.fixture(scope="session")
def lab(browser: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(pytestconfig.rootpath, tmp_path_factory.mktemp("learner") / "my_course") as running:
        yield running


@pytest.fixture(scope="session")
def window(browser: str) -> Iterator[tuple[Page, list[str]]]:
    with browsing(browser) as opened:
        yield opened


@pytest.fixture(scope="session")
def page(window: tuple[Page, list[str]]) -> Page:
    return window[0]


@pytest.fixture(scope="session")
def log(window: tuple[Page, list[str]]) -> list[str]:
    """Return what the browser asked for ("request ...") and what failed on the page ("error ...")."""
    return window[1]


@pytest.fixture(scope="session")
def opened(lab: Lab, page: Page) -> Opened:
    """Open the start page as lab.py's address does, and from there the chapter with a click on its link."""
    Notebook.open(page, lab.address)
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)").get_by_role("link").filter(
        has_text="Public and private subnets"
    ).first.click()
    notebook = Notebook.arrived(page, "04_")
    return Opened(
        notebook,
        page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)").locator("h1, h2").all_text_contents(),
        notebook.errors(),
        notebook.pictures(),
        page.locator(".Toastify__toast").count(),
    )


@pytest.fixture(scope="session")
def chapter(opened: Opened) -> Notebook:
    """Return the chapter after "run all"; where that fails, no other test has to find out slowly."""
    opened.notebook.run_all()
    assert opened.notebook.errors() == []
    return opened.notebook


@pytest.fixture(scope="session")
def screenshots(pytestconfig: pytest.Config) -> Path:
    """Return the folder for screenshots, which git ignores."""
    folder = pytestconfig.rootpath / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
