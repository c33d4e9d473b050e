"""How long a step takes on the page, from the click to the new picture, in a bare slider's echoes.

Both go the same way: page, kernel, page. The echo is what that way costs when the kernel does nothing but
answer; the ratio is what the stepper adds. `python tests/browser/latency.py` prints it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import nbformat
from learner import Notebook, browsing, running_lab
from nbformat.v4 import new_code_cell, new_notebook

STEPPER = """\
from vpclab import internet, tcp, trace
from vpclab.course import stepper
from vpclab.course.chapters.c04 import shop

stepper(trace(shop(), internet, "web", tcp(443)), ask=False)"""
SLIDER = """\
from ipywidgets import HTML, IntSlider, VBox

slider, echo = IntSlider(), HTML()
slider.observe(lambda change: setattr(echo, "value", f"<b>{change.new}</b>"), "value")
VBox([slider, echo])"""
# Milliseconds from an event until its answer stands in the page, its pictures ready to be painted.
TIMED = """async (cell, act) => {
    const answer = [...cell.querySelectorAll('.widget-html-content')].at(-1);
    const begin = performance.now();
    await new Promise(done => {
        new MutationObserver((_, observer) => { observer.disconnect(); done(); })
            .observe(answer, { childList: true, subtree: true });
        act();
    });
    await Promise.all([...answer.querySelectorAll('img')].map(image => image.decode()));
    return performance.now() - begin;
}"""
STEP = f"""cell => ({TIMED})(cell, () => [...cell.querySelectorAll('button')].at(-1).click())"""
MOVE = f"""cell => ({TIMED})(cell, () => cell.querySelector('.noUi-handle').dispatchEvent(
    new KeyboardEvent('keydown', {{ key: 'ArrowRight', bubbles: true }})))"""


@dataclass(frozen=True)
class Latency:
    """Milliseconds on one page: of every step of the stepper, and of as many echoes of a bare slider."""

    steps: tuple[float, ...]
    echoes: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Return the best step in best echoes."""
        return min(self.steps) / min(self.echoes)

    def __str__(self) -> str:
        return (
            f"a step {min(self.steps):.0f} ms (median {median(self.steps):.0f}), "
            f"a slider's echo {min(self.echoes):.0f} ms (median {median(self.echoes):.0f}), "
            f"ratio {self.ratio:.1f} (of the medians {median(self.steps) / median(self.echoes):.1f})"
        )


def measure(root: Path, browser: str) -> Latency:
    """Start JupyterLab from the checkout `root`, open both on one page, and time them in turn, warm."""
    with TemporaryDirectory() as folder, running_lab(root, Path(folder) / "my_course") as lab:
        lesson = new_notebook(cells=[new_code_cell(STEPPER), new_code_cell(SLIDER)])
        lesson.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
        nbformat.write(lesson, lab.course / "latency.ipynb")
        with browsing(browser) as (page, _):
            notebook = Notebook.open(page, lab.address.replace("00_start_here", "latency"))
            notebook.run_all()
            stepper, slider = notebook.cell("stepper("), notebook.cell("IntSlider(")
            last = int(stepper.get_by_role("spinbutton").get_attribute("max") or 0)
            steps, echoes = [], []
            for _ in range(last - 1):
                for cell, act, times in ((stepper, STEP, steps), (slider, MOVE, echoes)):
                    notebook.settled()  # the kernel has nothing left to do of the one before
                    times.append(cell.evaluate(act))
            return Latency(tuple(steps[1:]), tuple(echoes[1:]))


def main() -> str:
    """Return the figures in one line."""
    root = Path(__file__).absolute().parents[2]
    sys.path.insert(0, str(root))
    from lab import NO_BROWSER, find_browser

    browser = find_browser()
    return str(measure(root, browser)) if browser else NO_BROWSER


if __name__ == "__main__":
    sys.stdout.write(f"{main()}\n")
