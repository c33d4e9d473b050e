"""Everything works without a network and without a drawing program: from top to bottom, twice, in any order.

The cells of the built notebooks run in a process of their own in which no socket can be made. Cells that
build a network keep their order, as each needs what those before it made.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(
    path
    for folder in ("", "solutions", "instructor")
    for path in (ROOT / "notebooks" / folder).glob("[0-9][0-9]_*.ipynb")
)
LEARNERS = [path for path in NOTEBOOKS if path.parent.name == "notebooks"]
RUN = """
import json, random, re, socket, sys, traceback
from pathlib import Path


def refuse(*args, **kwargs):
    raise AssertionError("something asked for the network")


class NoSocket:
    __init__ = refuse


for name in ("socket", "create_connection", "create_server", "getaddrinfo", "gethostbyname", "socketpair"):
    setattr(socket, name, NoSocket if name == "socket" else refuse)

if "undrawn" in sys.argv:
    import vpclab.render.engine

    vpclab.render.engine.find = lambda name: None

folder, number = sys.argv[2], Path(sys.argv[1]).name[:2]
notebook = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
names = {"__name__": "__main__"}


def run(order):
    for cell in order:
        code = "".join(cell["source"])
        try:
            tree = compile(code, "<cell>", "exec", flags=0x400)  # the syntax tree
            value = tree.body.pop() if tree.body and type(tree.body[-1]).__name__ == "Expr" else None
            exec(compile(tree, "<cell>", "exec"), names)
            if value is not None:
                shown = eval(compile(__import__("ast").Expression(value.value), "<cell>", "eval"), names)
                if hasattr(shown, "_repr_mimebundle_"):
                    shown._repr_mimebundle_()
        except Exception as error:
            meant = "raises-exception" in cell["metadata"].get("tags", [])
            if not meant or isinstance(error, AssertionError):
                sys.exit("".join(traceback.format_exception(error)) + code)


run(cells)  # restart and run all, twice
names = {"__name__": "__main__"}
run(cells)
verbs = re.compile(r"\\b(show|check|predict|reveal|recall|explain|probe|stepper|terms|price|renew)[(]")
lesson = [cell for cell in cells if verbs.search("".join(cell["source"]))]
if "learner" in sys.argv:
    run(lesson[::-1])
    random.Random(4).shuffle(lesson)
    run(lesson)

from vpclab.course import catalogue, check, export_progress, fact, hint, progress, recall, renew, reset, show
from vpclab.course import predict, reveal, self_check, solution
from vpclab.course.exercises import Exercise, Prediction
from vpclab.course.room import main

mine = {id: item for id, item in catalogue().items() if id.startswith(number)}
for id, item in mine.items() if "learner" in sys.argv else ():
    show(id)._repr_mimebundle_()
    if isinstance(item, Exercise):
        check(id, None), hint(id), solution(id)
    if isinstance(item, Prediction):
        predict(id), predict(id, next(iter(item.choices))), reveal(id)._repr_mimebundle_()
show(f"{number}-recall"), recall(number), fact("IGW-5"), renew(), self_check(), progress()
export_progress(f"{folder}/mine.csv")
assert not mine or main([folder]) == 0  # the reference has nothing to export
reset()
print("ran", len(cells), len(lesson))
"""


def run_all(path, folder, *how):
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "VPCLAB_PROGRESS_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, str(path), str(folder), *how],
        env=variables, cwd=path.parent, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.splitlines()[-1].startswith("ran ")


def named(path):
    return str(path.relative_to(ROOT / "notebooks"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_every_cell_runs_without_a_network_twice_and_the_lesson_in_any_order(path, tmp_path):
    run_all(path, tmp_path, *(["learner"] if path in LEARNERS else []))


@pytest.mark.parametrize("path", LEARNERS, ids=named)
def test_every_cell_runs_where_no_program_draws(path, tmp_path):
    run_all(path, tmp_path, "undrawn")
