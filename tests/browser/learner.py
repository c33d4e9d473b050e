"""A learner in front of JupyterLab: `lab.py` started in a folder of its own, and Chromium on its page.

Nothing here sleeps. The page says itself when it is ready: JupyterLab is asked through
`window.jupyterapp`, which `--expose-app-in-browser` gives, and the kernel through its status.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect, sync_playwright

FLAGS = (
    "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
    "--disable-sync", "--no-first-run", "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # whatever asks for another host gets none
)  # fmt: skip
SIZE = {"width": 1280, "height": 1000}
PANEL = "jupyterapp.shell.currentWidget"
# What JupyterLab or a widget shows where something went wrong.
COMPLAINTS = (
    "untrusted SVG", "Error displaying widget", "Loading widget", "widget model not found",
    "This step could not be shown", "(this part could not be shown",
)  # fmt: skip

OUTPUTS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"
# JupyterLab's body has no height and hides what overflows, and cells out of sight are not laid out: without
# these styles axe-core takes all outputs for hidden and judges no colours.
UNROLLED = """
    body, body * { content-visibility: visible !important; }
    body, .jp-LabShell { overflow: visible !important; }
    #jp-bottom-panel { display: none; }
"""

# Where in a line of an editor a word stands.
MIDDLE_OF_WORD = """(line, word) => {
    const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    while (!texts.nextNode().data.includes(word));
    const range = document.createRange(), start = texts.currentNode.data.indexOf(word);
    range.setStart(texts.currentNode, start);
    range.setEnd(texts.currentNode, start + word.length);
    const [box, whole] = [range, line].map(thing => thing.getBoundingClientRect());
    return { x: box.x - whole.x + box.width / 2, y: box.y - whole.y + box.height / 2 };
}"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: the address that lab.py printed, and the folder with the learner's copies."""

    address: str
    course: Path

    @property
    def origin(self) -> str:
        return self.address.split("/lab", 1)[0]

    def events(self) -> list[dict[str, Any]]:
        """Return what is recorded in the learner's progress file."""
        file = self.course / "progress.jsonl"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return [json.loads(line) for line in text.splitlines() if line]


@contextmanager
def running_lab(root: Path, course: Path, *words: str) -> Iterator[Lab]:
    """Start `lab.py --no-browser --port N` as people do, but for a course folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {name: value for name, value in os.environ.items() if name != "VPCLAB_PROGRESS_DIR"}
    command = [sys.executable, str(root / "lab.py"), "--no-browser", "--port", str(port)]
    command += ["--course", str(course), *words, "--", "--expose-app-in-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables
    ) as process:
        assert process.stdout
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("JupyterLab answers at "):
                    yield Lab(line.split()[-1], course)
                    break
            else:
                raise AssertionError("lab.py ended before JupyterLab answered:\n" + "".join(said))
        finally:
            process.terminate()
            process.communicate()


@contextmanager
def browsing(browser: str) -> Iterator[tuple[Page, list[str]]]:
    """Open Chromium; give its page and the list to which it adds what it asks for and what fails in it."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser, args=[*FLAGS, *(["--no-sandbox"] if root else [])]
        )
        context = chromium.new_context(viewport=SIZE)
        context.set_default_timeout(30_000)
        page = context.new_page()
        log: list[str] = []
        context.on("request", lambda request: log.append(f"request {request.url}"))
        page.on("websocket", lambda socket: log.append(f"request {socket.url}"))
        page.on("pageerror", lambda error: log.append(f"error {error}"))
        yield page, log
        chromium.close()


class Notebook:
    """The notebook in front; cells are found by what stands in them."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    def open(cls, page: Page, address: str) -> Notebook:
        """Go to a notebook's address, with the workspace as at the very first start."""
        page.goto(f"{address}&reset")
        return cls.arrived(page, address.split("?")[0].rsplit("/", 1)[1])

    @classmethod
    def arrived(cls, page: Page, name: str) -> Notebook:
        """Wait until the notebook whose name begins so stands in front, whole, with a kernel."""
        page.wait_for_function(
            f"""name => {{
                const panel = window.jupyterapp && {PANEL};
                return panel && panel.context && panel.context.path.startsWith(name)
                    && panel.context.isReady && panel.content.widgets.every(cell => !cell.isPlaceholder())
                    && panel.sessionContext.session?.kernel?.status === 'idle';
            }}""",
            arg=name,
        )
        return cls(page)

    def ask(self, expression: str, argument: Any = None) -> Any:
        """Return what a JavaScript function says of the notebook's panel."""
        return self.page.evaluate(f"argument => ({expression})({PANEL}, argument)", argument)

    def wait_until(self, expression: str, argument: Any = None) -> None:
        """Wait until a JavaScript function says yes of the notebook's panel."""
        self.page.wait_for_function(f"argument => ({expression})({PANEL}, argument)", arg=argument)

    def settled(self) -> None:
        """Wait until every cell is drawn and the kernel has nothing to do."""
        self.wait_until(
            """panel => panel.content.widgets.every(cell => !cell.isPlaceholder())
                && panel.sessionContext.session.kernel.status === 'idle'"""
        )

    def run_all(self) -> None:
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.settled()

    def restart_and_run_all(self) -> None:
        """Press the toolbar's button, and say yes where JupyterLab asks."""
        self.page.evaluate("window.ran = jupyterapp.commands.execute('notebook:restart-run-all'), null")
        self.page.get_by_role("button", name="Confirm Kernel Restart").click()
        self.page.evaluate("window.ran")
        self.settled()

    def place(self, text: str) -> int:
        """Return the place of the first code cell that holds the text."""
        found = self.ask(
            """(panel, text) => panel.content.widgets.findIndex(
                cell => cell.model.type === 'code' && cell.model.sharedModel.source.includes(text))""",
            text,
        )
        assert found >= 0, f"no cell holds {text}"
        return int(found)

    def at(self, place: int) -> Locator:
        return self.page.locator(
            f'.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell[data-windowed-list-index="{place}"]'
        )

    def cell(self, text: str) -> Locator:
        return self.at(self.place(text))

    def go_to(self, text: str) -> Locator:
        """Make the cell that holds the text the active one, as the arrow keys do, and return it."""
        place = self.place(text)
        self.ask(
            """async (panel, place) => {
                panel.content.activeCellIndex = place;
                panel.content.mode = 'command';
                await panel.content.scrollToItem(place, 'start');
                panel.content.activeCell.node.focus();
            }""",
            place,
        )
        return self.at(place)

    def click_run(self, text: str) -> Locator:
        """Run a cell with the mouse alone: click beside it, then on the toolbar's button."""
        place = self.place(text)
        count = self.count(place)
        self.at(place).locator(".jp-InputPrompt").click()
        button = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-NotebookPanel-toolbar [data-command*='run-cell']"
        self.page.locator(button).first.click()
        return self.ran(place, count)

    def press_run(self, place: int) -> Locator:
        """Run the cell in which the cursor is with the keyboard."""
        count = self.count(place)
        self.page.keyboard.press("Shift+Enter")
        return self.ran(place, count)

    def count(self, place: int) -> int:
        """Return the number beside a cell, which grows with each run, or 0."""
        return int(
            self.ask("(panel, place) => panel.content.widgets[place].model.executionCount", place) or 0
        )

    def ran(self, place: int, before: int) -> Locator:
        """Wait until a cell has run again, and return its output."""
        self.wait_until(
            """(panel, [place, before]) => panel.content.widgets[place].model.executionCount > before
                && panel.sessionContext.session.kernel.status === 'idle'""",
            [place, before],
        )
        return self.at(place).locator(".jp-OutputArea")

    def call(self, code: str) -> Locator:
        """Type code into a new cell below the last one, run it with the keyboard, and return its output."""
        last = int(self.ask("panel => panel.content.widgets.length - 1"))
        self.ask("(panel, last) => { panel.content.activeCellIndex = last; panel.content.activate(); }", last)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self.wait_until("(panel, place) => panel.content.activeCellIndex === place", last + 1)
        self.page.keyboard.press("Enter")
        self.wait_until("panel => panel.content.mode === 'edit'")
        self.page.keyboard.insert_text(code)
        return self.press_run(last + 1)

    def replace(self, text: str, old: str, new: str) -> Locator:
        """Select a word in a cell with the mouse, type another over it, and run the cell."""
        place = self.place(text)
        line = self.at(place).locator(".cm-line").filter(has_text=old).first
        line.dblclick(position=line.evaluate(MIDDLE_OF_WORD, old))
        self.page.keyboard.insert_text(new)
        return self.press_run(place)

    def tab_to(self, target: Locator, most: int = 30) -> None:
        """Press Tab until the target has the focus."""
        for _ in range(most):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{most} times Tab do not lead to {target}")

    def errors(self) -> list[str]:
        """Return each error and each line on stderr in the outputs, but for cells that are there to fail."""
        found: list[str] = self.ask(
            """panel => panel.content.widgets.filter(cell => cell.model.type === 'code'
                && !(cell.model.getMetadata('tags') ?? []).includes('raises-exception'))
                .flatMap(cell => cell.model.outputs.toJSON()
                    .filter(output => output.output_type === 'error' || output.name === 'stderr')
                    .map(output => cell.model.sharedModel.source + ': ' + (output.evalue ?? output.text)))"""
        )
        shown = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook").text_content()
        return found + [text for text in COMPLAINTS if text in (shown or "")]

    def pictures(self) -> list[dict[str, Any]]:
        """Return every picture of the notebook: cell, alternative text, size, smallest text as it is seen."""
        pictures: list[dict[str, Any]] = self.ask(
            """panel => Promise.all(panel.content.widgets.flatMap((cell, place) =>
                [...cell.node.querySelectorAll('.jp-OutputArea img, .jp-MarkdownOutput img')].map(
                async image => {
                    await image.decode().catch(() => null);
                    const box = image.getBoundingClientRect();
                    const [head, data] = image.src.split(',');
                    const svg = head.endsWith('svg+xml;base64') ? atob(data) : '';
                    const sizes = [...svg.matchAll(/font-size="([\\d.]+)"/g)].map(match => +match[1]);
                    return {
                        cell: cell.model.sharedModel.source.split('\\n')[0], alt: image.alt,
                        drawn: image.naturalWidth, width: box.width, height: box.height,
                        text: Math.min(...sizes) * box.width / image.naturalWidth,
                    };
                })))"""
        )
        return pictures

    def scrolled(self) -> list[str]:
        """Return the cells in whose outputs something is wider than its place."""
        found: list[str] = self.ask(
            """panel => panel.content.widgets.flatMap((cell, place) =>
                [...cell.node.querySelectorAll('.jp-OutputArea-output, .jp-OutputArea-output *')]
                .filter(element => element.scrollWidth > element.clientWidth + 1
                    && (element.classList.contains('jp-OutputArea-output')
                        || ['auto', 'scroll'].includes(getComputedStyle(element).overflowX)))
                .map(element => `${cell.model.sharedModel.source.split('\\n')[0]}: `
                    + `${element.scrollWidth} in ${element.clientWidth} pixels`))"""
        )
        return found

    def squeezed(self) -> list[str]:
        """Return the choices of radio buttons that are higher than their place."""
        labels = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .widget-radio-box label")
        found: list[str] = labels.evaluate_all(
            "all => all.filter(one => one.scrollHeight > one.clientHeight + 1).map(one => one.innerText)"
        )
        return found

    def look(self, width: int, theme: str) -> None:
        """Give the window a width and JupyterLab a theme; in a narrow window the file browser is closed."""
        self.page.set_viewport_size({"width": width, "height": SIZE["height"]})
        self.page.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", f"JupyterLab {theme}"
        )
        wide = width >= SIZE["width"]
        closed = "jupyterapp.shell.leftCollapsed"
        self.page.evaluate(
            f"wide => {closed} === wide ? jupyterapp.commands.execute('application:toggle-left-area') : null",
            wide,
        )
        self.page.wait_for_function(
            f"""([wide, theme]) => {closed} !== wide
                && document.body.dataset.jpThemeName === theme""",
            arg=[wide, f"JupyterLab {theme}"],
        )
        # Two frames, and the layout has followed.
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )


class Stepper:
    """The packet stepper in a cell."""

    def __init__(self, cell: Locator) -> None:
        self.back = cell.get_by_role("button", name="Previous", exact=True)
        self.on = cell.get_by_role("button", name="Next", exact=True)
        self.number = cell.get_by_role("spinbutton", name="Step", exact=True)
        self.skip = cell.get_by_role("button", name="Skip", exact=True)
        self.page = cell.locator(".widget-html-content").last
        self.picture = cell.locator(".jp-OutputArea img")

    @property
    def last(self) -> int:
        return int(self.number.get_attribute("max") or 0)

    def heading(self, step: int) -> Locator:
        return self.page.get_by_text(f"Step {step} of {self.last},")

    def shows(self, step: int) -> str:
        """Wait for a step, and return its heading."""
        expect(self.heading(step)).to_be_visible()
        self.picture.evaluate("image => image.decode()")
        return self.heading(step).inner_text()

    def go_on(self, step: int) -> str:
        """Press Next, skip the question if there is one, and return the heading of the next step."""
        self.on.click()
        expect(self.heading(step).or_(self.skip)).to_be_visible()
        if self.skip.is_visible():
            self.skip.click()
        return self.shows(step)


def serious(page: Page) -> list[str]:
    """Return what axe-core finds serious in the outputs; a fault put there proves that it has looked."""
    style = page.add_style_tag(content=UNROLLED)
    canary = page.locator(OUTPUTS).last.evaluate_handle(
        "output => output.appendChild(Object.assign(document.createElement('p'), {"
        " textContent: 'canary', style: 'color: #ccc; background: #fff' }))"
    )
    canary.as_element().scroll_into_view_if_needed()  # axe judges no colour that is covered
    found = Axe().run(page, {"include": [[OUTPUTS]]}).response["violations"]
    for added in (style, canary):
        added.evaluate("element => element.remove()")
    texts = [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert any("canary" in text for text in texts), "axe-core has not looked at everything"
    return [text for text in texts if "canary" not in text]
