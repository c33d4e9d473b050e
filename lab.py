#!/usr/bin/env python3
"""Start the course with `python3 lab.py`; run its tests with `python3 lab.py test`.

The first start makes a virtual environment in .venv and installs the versions that constraints.txt names.
Every start lays the learner's copies of the notebooks into my_course/ and opens JupyterLab there. What is
done already is not done again, so only the first start needs the network.

Only the standard library is used, and the file keeps to the grammar of Python 3.6: an old Python can read
it, and says in one sentence that it is too old.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        f"The course needs Python 3.11 or newer, and this is {sys.version.split()[0]}: install a newer one "
        f"and use it, for example: {'py -3.12' if sys.platform == 'win32' else 'python3.12'} lab.py"
    )

import argparse
import datetime
import errno
import hashlib
import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import webbrowser
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START = "/lab/tree/00_start_here.ipynb"
WINDOWS = os.name == "nt"
AGAIN = f"then run `{'py' if WINDOWS else 'python3'} lab.py` again"


class Stop(Exception):  # noqa: N818 - it is not always an error
    """End the program with one sentence that says what to do."""


def say(text: str) -> None:
    """Print one line at once, also when the output is a file."""
    print(text, flush=True)


# ---------------------------------------------------------------------------- the virtual environment


@dataclass(frozen=True)
class Kit:
    """A checkout of the course and the places in it that this program uses; `edition` is a folder's name."""

    root: Path
    edition: str = ""

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def scripts(self) -> Path:
        return self.venv / ("Scripts" if WINDOWS else "bin")

    @property
    def python(self) -> Path:
        return self.scripts / ("python.exe" if WINDOWS else "python")

    @property
    def stamp(self) -> Path:
        """Return the file that says what is installed; while something is being installed it says nothing."""
        return self.venv / "vpclab-installed.json"

    @property
    def log(self) -> Path:
        return self.venv / "vpclab-install.log"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks" / self.edition

    def fingerprint(self) -> str:
        """Return what an installation depends on: the requirements, their versions, where the checkout is."""
        parts = [(self.root / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
        return hashlib.sha256(b"\0".join([os.fsencode(self.root), *parts])).hexdigest()


def this_python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def read_json(path: Path) -> dict[str, Any] | None:
    """Return what a small file of ours holds: None if it is not there, nothing if it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write so that a reader, or a power cut, sees the old file or the new one and nothing between."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)


def what_to_do(kit: Kit, extras: set[str]) -> str:
    """Return "nothing", "install" (into the .venv that is there) or "make" (a new .venv, then install)."""
    installed = read_json(kit.stamp)
    if not kit.python.exists():
        return "make"
    if installed is None:  # made by somebody else: good enough if it is of the same Python
        config = kit.venv / "pyvenv.cfg"
        made_by = re.search(
            r"version\w* *= *(\d+\.\d+)", config.read_text(encoding="utf-8") if config.exists() else ""
        )
        return "install" if made_by and made_by[1] == this_python() else "make"
    if installed.get("python") != this_python():  # also when an installation was interrupted
        return "make"
    if installed.get("fingerprint") == kit.fingerprint() and extras <= set(installed.get("extras", ())):
        return "nothing"
    return "install"


def prepare(kit: Kit, extras: Iterable[str] = ()) -> None:
    """Bring .venv to what pyproject.toml and constraints.txt ask for; do nothing if it is there already."""
    wanted = set(extras)
    todo = what_to_do(kit, wanted)
    if todo == "nothing":
        return
    before = read_json(kit.stamp)
    if todo == "make":
        make_venv(kit)
    else:
        wanted |= set((before or {}).get("extras", ()))
    write_json(kit.stamp, {})
    try:
        install(kit, sorted(wanted))
    except Stop:
        # pip downloads everything before it changes anything, so what was there still works.
        if todo == "install":
            kit.stamp.unlink() if before is None else write_json(kit.stamp, before)
        raise
    done = {"python": this_python(), "fingerprint": kit.fingerprint(), "extras": sorted(wanted)}
    write_json(kit.stamp, done)


def make_venv(kit: Kit) -> None:
    """Make .venv, without what an interrupted first start left."""
    if any(importlib.util.find_spec(module) is None for module in ("venv", "ensurepip")):
        raise Stop(
            "This Python cannot make a virtual environment because ensurepip is missing: "
            f"on Debian and Ubuntu run `apt install python3-venv` (with sudo), {AGAIN}"
        )
    if Path(sys.prefix).resolve() == kit.venv.resolve():
        raise Stop("The folder .venv must be made anew, and this Python lives in it: use another Python")
    if kit.venv.exists():
        say("The folder .venv is incomplete or belongs to another Python: making it anew")
        shutil.rmtree(kit.venv)
    kit.venv.mkdir()
    write_json(kit.stamp, {})
    command = [sys.executable, "-m", "venv", str(kit.venv)]
    if run_quietly("Making a virtual environment in .venv", command, kit):
        raise Stop(f"The virtual environment could not be made: {kit.log} says why; mend that, {AGAIN}")


def install(kit: Kit, extras: Sequence[str]) -> None:
    """Install the pinned packages, then the course itself, which by then needs no network."""
    import tomllib

    project = tomllib.loads((kit.root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for extra in extras:
        wanted += project["project"]["optional-dependencies"][extra]
    pip = [str(kit.python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    what = "what the tests need" if "dev" in extras else "the course, about 85 MB the first time"
    steps = (
        ("Installing " + what, [*pip, "-c", "constraints.txt", *wanted]),
        ("Adding vpclab", [*pip, "--no-deps", "--no-build-isolation", "-e", "."]),
    )
    for sentence, command in steps:
        if run_quietly(sentence, command, kit):
            raise Stop(why_pip_failed(kit.log.read_text(encoding="utf-8", errors="replace")))


def why_pip_failed(output: str) -> str:
    """Return the one sentence for what pip printed at length."""
    if "No space left on device" in output or "[Errno 28]" in output:
        return f"The disk is full: free about 1 GB, {AGAIN}"
    if "No module named pip" in output:
        return f"The folder .venv has no pip: delete that folder, {AGAIN}"
    if "CERTIFICATE_VERIFY_FAILED" in output:
        return (
            "The download failed because a certificate is not trusted: ask who runs your network for its "
            f"certificate file, name it in the variable PIP_CERT, {AGAIN}"
        )
    missing = re.search(
        r"find a version that satisfies the requirement (\S+).*\(from versions: (\w+)", output
    )
    if missing and missing[2] != "none":
        return (
            f"{missing[1]} is not to be had for Python {this_python()} on this machine: "
            f"use Python 3.11, 3.12 or 3.13, {AGAIN}"
        )
    signs = ("connection", "max retries", "name resolution", "timed out", "proxyerror", "http error")
    if missing or any(sign in output.lower() for sign in signs):
        return f"The download failed: check the network (and the proxy, if there is one), {AGAIN}"
    errors = [line[6:].strip() for line in output.splitlines() if line.lower().startswith("error:")]
    return (
        f"pip could not install the course ({errors[-1] if errors else 'it did not say why'}): "
        f"look into .venv/vpclab-install.log, mend that, {AGAIN}"
    )


def run_quietly(sentence: str, command: Sequence[str], kit: Kit) -> int:
    """Run a program on one line of ours: the sentence, the seconds; what it prints goes to the log."""
    began, terminal = time.monotonic(), sys.stdout.isatty()
    print(f"{sentence} ...", end="", flush=True)
    with kit.log.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=kit.root, env=environment(kit)
        )
        with stopping(process):
            while process.poll() is None:
                try:
                    process.wait(1)
                except subprocess.TimeoutExpired:
                    if terminal:
                        print(f"\r{sentence} ... {time.monotonic() - began:.0f} s", end="", flush=True)
    word = "failed" if process.returncode else "done"
    line = f" {word} in {time.monotonic() - began:.0f} s"
    say(f"\r{sentence} ...{line}" if terminal else line)
    return process.returncode


@contextmanager
def stopping(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let no program outlive us, however this ends."""
    try:
        yield
    finally:
        try:
            if WINDOWS:  # where terminating is killing, and Ctrl-C has reached the program as well
                process.wait(10)
            process.terminate()
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment(kit: Kit, course: Path | None = None) -> dict[str, str]:
    """Return the variables for programs of .venv; with a course folder, Jupyter keeps its files in there.

    The learner's own Jupyter settings, extensions and kernels stay out: the course is the same everywhere.
    """
    ours = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    ours["PATH"] = os.pathsep.join([str(kit.scripts), ours.get("PATH", "")])
    ours.update(VIRTUAL_ENV=str(kit.venv), PYTHONUTF8="1", PIP_USER="0")
    if course:
        for name in [name for name in ours if name.startswith("JUPYTER") and name != "JUPYTER_TOKEN"]:
            del ours[name]
        home = course / ".jupyter"
        ours.update(
            JUPYTER_CONFIG_DIR=str(home / "config"),
            JUPYTER_DATA_DIR=str(home / "data"),
            JUPYTERLAB_SETTINGS_DIR=str(home / "settings"),
            JUPYTERLAB_WORKSPACES_DIR=str(home / "workspaces"),
            JUPYTER_PREFER_ENV_PATH="1",
            IPYTHONDIR=str(home / "ipython"),
        )
        ours.setdefault("VPCLAB_PROGRESS_DIR", str(course))
    return ours


# ---------------------------------------------------------------------------- the learner's copies


def cells(data: bytes) -> list[dict[str, Any]] | None:
    """Return the cells of a notebook, or None for what cannot be read as one."""
    try:
        found = json.loads(data)["cells"]
        return found if all(isinstance(cell, dict) for cell in found) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def fingerprint(data: bytes) -> str:
    """Return what tells one text of a chapter from another; running cells and saving change nothing."""
    found = cells(data)
    if found is not None:
        data = json.dumps(
            [(cell.get("cell_type"), "".join(cell.get("source", ""))) for cell in found]
        ).encode()
    return hashlib.sha256(data).hexdigest()


def fresh(source: Path) -> bytes:
    """Return a chapter as a learner gets it: nothing in it looks as if it had been run.

    The stored outputs are for readers of the checkout and for the tests.
    """
    data = source.read_bytes()
    if cells(data) is None:
        return data
    notebook = json.loads(data)
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "code":
            cell.update(outputs=[], execution_count=None)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def chapters(kit: Kit) -> list[Path]:
    found = sorted(kit.notebooks.glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise Stop(
            f"There are no chapters in {kit.notebooks}: get the course again, this copy is not complete"
        )
    return found


def lay(data: bytes, target: Path) -> None:
    """Write one file so that nobody ever sees half of it."""
    part = target.with_name("." + target.name + ".part")
    part.write_bytes(data)
    part.replace(target)


MEMORY = ".vpclab-copies.json"
MISSING, NEWEST, OLDER, YOURS, YOURS_OLDER = "missing", "newest", "older", "yours", "yours, older"


def standings(kit: Kit, course: Path) -> dict[str, str]:
    """Return how each chapter's copy stands to the kit.

    A hidden file remembers which text was laid down. A copy with that text belongs to the kit: it is the
    newest or an older one. Any other copy belongs to the learner.
    """
    laid = read_json(course / MEMORY) or {}
    found = {}
    for source in chapters(kit):
        name, target, wanted = source.name, course / source.name, fingerprint(source.read_bytes())
        there = fingerprint(target.read_bytes()) if target.exists() else None
        if there in (None, wanted):
            found[name] = NEWEST if there else MISSING
        elif there == laid.get(name):
            found[name] = OLDER
        else:
            found[name] = YOURS if laid.get(name, wanted) == wanted else YOURS_OLDER
    return found


def lay_copies(kit: Kit, course: Path) -> list[str]:
    """Bring the learner's copies up to the kit and return what was done, in sentences.

    What belongs to the kit is renewed. What belongs to the learner is never touched; `reset` brings the new
    one. A copy that was deleted is laid down again: deleting is how many people ask for a fresh one.
    """
    sources = chapters(kit)
    course.mkdir(parents=True, exist_ok=True)
    manifest = course / MEMORY
    before = read_json(manifest) or {}
    laid = dict(before)
    now = standings(kit, course)
    for source in sources:
        name, wanted = source.name, fingerprint(source.read_bytes())
        if now[name] in (MISSING, OLDER):
            lay(fresh(source), course / name)
        if now[name] in (MISSING, OLDER, NEWEST):
            laid[name] = wanted
        else:
            laid.setdefault(name, wanted)
    for name in [name for name in laid if not (kit.notebooks / name).exists()]:
        # The kit has dropped or renamed this chapter; a copy with the learner's work in it stays.
        target = course / name
        if target.exists() and fingerprint(target.read_bytes()) == laid[name]:
            target.unlink()
        del laid[name]
    if laid != before:
        write_json(manifest, laid)
    sentences = {
        MISSING: f"Put into {course.name}/: {{names}}",
        OLDER: f"Renewed in {course.name}/: {{names}}",
        YOURS_OLDER: "Left with your changes, though the course has newer ones: {names} "
        "(`lab.py reset NN` brings the newer one and keeps yours as a backup)",
    }
    return [
        sentence.format(names=listed([name for name in now if now[name] == standing]))
        for standing, sentence in sentences.items()
        if standing in now.values()
    ]


def listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{len(names)} notebooks"


def chosen(kit: Kit, word: str) -> Path:
    """Return the chapter that is meant by its number or its name."""
    sources, named = chapters(kit), (word, f"{word}.ipynb")
    found = next((s for s in sources if s.name in named or s.name.startswith(f"{word.zfill(2)}_")), None)
    if found is None:
        raise Stop(f"There is no chapter {word}: choose from {', '.join(s.name[:2] for s in sources)}")
    return found


def reset(kit: Kit, course: Path, wanted: Sequence[str], now: datetime.datetime) -> list[str]:
    """Lay chapters anew, each as its number or its name, and keep what was there as dated backups."""
    done = []
    for word in wanted:
        source = chosen(kit, word)
        target = course / source.name
        if target.exists() and target.read_bytes() == fresh(source):
            done.append(f"{source.name} is as new already")
        elif target.exists():
            backup = course / "backups" / f"{source.stem}_{now:%Y-%m-%d_%H%M%S}.ipynb"
            backup.parent.mkdir(exist_ok=True)
            while backup.exists():
                backup = backup.with_name(f"{backup.stem}+.ipynb")
            target.replace(backup)
            done.append(f"Kept yours as {course.name}/backups/{backup.name}")
    return done + lay_copies(kit, course)


# ---------------------------------------------------------------------------- JupyterLab


def free_port(asked: int | None) -> int:
    """Return the port that was asked for, or the first free one from 8888 on."""
    for port in [asked] if asked else range(8888, 8988):
        with socket.socket() as probe:
            if not WINDOWS:  # where the option would allow two programs on one port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    if asked:
        raise Stop(f"Port {asked} is taken: choose another with --port, or leave it out to get a free one")
    raise Stop("The ports 8888 to 8987 are all taken: choose another with --port")


def port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: choose a number from 1024 to 65535")
    return int(text)


def answers(url: str) -> bool:
    """Return whether a server answers there, asking it directly and never through a proxy."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (OSError, ValueError):
        return False


def start(
    kit: Kit, course: Path, port: int | None, browser: bool, extra: Sequence[str], page: str = START
) -> None:
    """Start JupyterLab on a page, say where it answers, and stay until it ends."""
    home = course / ".jupyter"
    home.mkdir(mode=0o700, exist_ok=True)  # it holds the token
    # The plugin that asks about news and looks for updates, both from outside.
    (home / "config" / "labconfig").mkdir(parents=True, exist_ok=True)
    switched_off = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    write_json(home / "config" / "labconfig" / "page_config.json", switched_off)
    running = read_json(home / "running.json") or {}
    if port in (None, running.get("port")) and answers(str(running.get("status"))):
        say(f"JupyterLab runs already: {running['page']}")
        if browser:
            webbrowser.open(running["page"])
        return
    port = free_port(port)
    variables = environment(kit, course)
    token = variables.setdefault("JUPYTER_TOKEN", secrets.token_hex(24))
    command = [
        str(kit.python), "-m", "jupyterlab",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={course}", f"--LabApp.default_url={page}",
        "--ServerApp.answer_yes=True",  # Ctrl-C stops it without a question
        "--LabApp.extension_manager=readonly",  # a list of extensions would be fetched from outside
    ]  # fmt: skip
    command += [] if browser else ["--no-browser"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    server = f"http://127.0.0.1:{port}"
    address = f"{server}{page}?token={token}"
    log = home / "jupyterlab.log"
    # The connection files must be in a private folder, which not every disk can promise: a temporary one.
    with scratch_folder() as runtime, log.open("wb") as out:
        variables["JUPYTER_RUNTIME_DIR"] = str(runtime)
        process = subprocess.Popen(
            [*command, *extra], stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=course, env=variables
        )
        with stopping(process):
            wait_for(process, f"{server}/api", log)
            status = f"{server}/api/status?token={token}"
            write_json(home / "running.json", {"port": port, "page": address, "status": status})
            say(f"JupyterLab answers at {address}")
            say(f"Your work is saved in {course}; press Ctrl-C here to stop")
            with suppress(KeyboardInterrupt):
                if process.wait():
                    raise Stop(f"JupyterLab ended with an error: {log} says why")
    say("\nJupyterLab has stopped")


# On a projector everything is larger, pictures and tables too, and the notebook has the page for itself.
LARGE = {
    "theme-scrollbars": False,
    "overrides": {"code-font-size": "18px", "content-font-size1": "19px", "ui-font-size1": "15px"},
}
LARGE_OUTPUTS = """\
/* Made by `lab.py demo`; change it as you like. */
.jp-OutputArea-output { zoom: 1.3; }
.jp-OutputArea-output div[style*="max-width:60em"] { max-width: none !important; }
"""


def demo(kit: Kit, course: Path, wanted: str) -> tuple[list[str], str]:
    """Lay the instructor's chapters into a folder of their own; return what was done, and the page to open.

    Settings that are there already stay: they may be the instructor's.
    """
    taught = Kit(kit.root, "instructor")
    done = lay_copies(taught, course)
    source = chosen(taught, wanted)
    settings = course / ".jupyter" / "settings" / "@jupyterlab" / "apputils-extension"
    style = course / ".jupyter" / "config" / "custom" / "custom.css"
    for path, text in (
        (settings / "themes.jupyterlab-settings", json.dumps(LARGE, indent=1)),
        (style, LARGE_OUTPUTS),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(text, encoding="utf-8")
    done.append("Slides: the button “Start Deck” above the notebook; the arrow keys go on, Escape ends them")
    return done, f"/doc/tree/{source.name}"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a temporary folder that Windows may keep if a program still looks into it."""
    with tempfile.TemporaryDirectory(prefix="vpclab-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def wait_for(process: subprocess.Popen[bytes], url: str, log: Path, seconds: int = 120) -> None:
    """Wait until JupyterLab answers."""
    end = time.monotonic() + seconds
    while not answers(url):
        if process.poll() is not None or time.monotonic() > end:
            raise Stop(f"JupyterLab did not start: {log} says why")
        time.sleep(0.05)


# ---------------------------------------------------------------------------- the tests

EDITIONS = ("notebooks", "solutions", "instructor")
BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)  # fmt: skip


# Chromium, letters as wide as those that pictures reckon with, and letters for Japanese names.
BROWSER_PACKAGES = ("chromium", "fonts-liberation", "fonts-noto-cjk")


def find_browser() -> str | None:
    """Return an installed browser of the Chromium family; VPCLAB_BROWSER names another."""
    named = os.environ.get("VPCLAB_BROWSER")
    return next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)


def install_browser(kit: Kit, asked: bool) -> None:
    """Install Chromium and letters from Debian, where that is allowed and needed."""
    if find_browser() or not (asked or os.environ.get("CI") == "true"):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        if asked:
            raise Stop(
                "Only root can install Chromium, and only with apt: install Chrome or Chromium yourself"
            )
        return
    for sentence, words in (
        ("Asking Debian for its packages", ["update"]),
        ("Installing Chromium", ["install", "-y", "--no-install-recommends", *BROWSER_PACKAGES]),
    ):
        if run_quietly(sentence, ["apt-get", "-q", *words], kit):
            say("Chromium could not be installed; .venv/vpclab-install.log says why")
            return


def tally(report: Path) -> tuple[int, int, int]:
    """Return how many tests passed, failed and were skipped, from pytest's report."""
    try:
        suites = list(ElementTree.parse(report).iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        return 0, 0, 0
    names = ("tests", "failures", "errors", "skipped")
    ran, failures, errors, skipped = (sum(int(suite.get(name, 0)) for suite in suites) for name in names)
    return ran - failures - errors - skipped, failures + errors, skipped


def test(kit: Kit) -> int:
    """Run every check, each to its end, and say how many passed; return 1 if any did not."""
    python, browser = str(kit.python), find_browser()
    built = [str(p) for p in sorted(kit.notebooks.rglob("*.ipynb")) if ".ipynb_checkpoints" not in p.parts]
    pytest = [python, "-m", "pytest", "-q"]
    two = ["-n", "2", "--dist", "loadfile"]  # a file is not split: its tests share what they set up
    nbval = [*pytest, *two, "--nbval", "--nbval-current-env"]
    folders = {name: [path for path in built if Path(path).parent.name == name] for name in EDITIONS}
    editions = {name: paths for name, paths in folders.items() if paths or not built}
    passed, failed, skipped = 0, 0, 0
    summary: list[str] = []
    with scratch_folder() as scratch:
        (scratch / ".jupyter").mkdir()  # IPython warns if it cannot write there
        variables = environment(kit, scratch)
        variables["VPCLAB_BROWSER"] = browser or ""
        no_nbval = why_no_nbval(kit, built, variables)
        for name, command, obstacle in (
            ("ruff check", [python, "-m", "ruff", "check", "."], ""),
            ("ruff format", [python, "-m", "ruff", "format", "--check", "."], ""),
            ("mypy", [python, "-m", "mypy"], ""),
            ("pytest and doctests", [*pytest, *two], ""),
            *((f"nbval over {name}/", [*nbval, *paths], no_nbval) for name, paths in editions.items()),
            ("sources and built notebooks agree", [python, "-m", "vpclab.authoring", "check"], ""),
            ("browser", [*pytest, "tests/browser"], "" if browser else NO_BROWSER),
        ):
            say(f"\n== {name}")
            began = time.monotonic()
            # Each edition has a progress of its own: predictions that one commits are not another's.
            variables["VPCLAB_PROGRESS_DIR"] = str(scratch / f"progress-{len(summary)}")
            if obstacle:
                say(obstacle)
                counts = (0, 0, 1) if obstacle == NO_BROWSER else (0, 1, 0)
            else:
                counts = run_step(command, kit, variables, scratch)
            passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
            word = "failed" if counts[1] else "passed" if counts[0] else "skipped"
            seconds = f"{time.monotonic() - began:.0f} s"
            summary.append(f"{word:8} {name}, {obstacle or seconds}")
    say("\n== summary")
    for line in summary:
        say(line)
    say(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def run_step(
    command: Sequence[str], kit: Kit, variables: Mapping[str, str], scratch: Path
) -> tuple[int, int, int]:
    """Run one check and return how much passed, failed and was skipped; what is not pytest counts as one."""
    report = scratch / "report.xml"
    report.unlink(missing_ok=True)
    counted = "pytest" in command
    words = [*command, f"--junitxml={report}"] if counted else command
    code = subprocess.call(words, cwd=kit.root, env=variables)
    passed, failed, skipped = tally(report) if counted else (int(not code), int(bool(code)), 0)
    return passed, failed or int(bool(code)), skipped  # a run that ends before it can count has failed


NO_BROWSER = (
    "the browser tests were skipped because no Chromium, Chrome or Edge was found "
    "(on Debian, as root, --install-browser brings one)"
)


def why_no_nbval(kit: Kit, built: Sequence[str], variables: Mapping[str, str]) -> str:
    """Return why comparing the stored outputs makes no sense here, in one sentence, or nothing."""
    if not built:
        return "there are no built notebooks: run `python3 lab.py build` and commit what it writes"
    ask = "from vpclab.render.engine import run; print(run('digraph {}')[1])"
    engine = subprocess.run([str(kit.python), "-c", ask], cwd=kit.root, env=variables, stdout=subprocess.PIPE)
    if engine.stdout.strip() == b"graphviz-pure":
        return ""
    return (
        "graphviz-pure drew the stored pictures but does not draw here, so that every picture would differ: "
        "install the version that constraints.txt names"
    )


# ---------------------------------------------------------------------------- the command line


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks; whatever goes wrong ends in one sentence."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP, and under nohup it stays ignored
        if number and (name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN):
            signal.signal(number, interrupted)
    try:
        return act(arguments)
    except KeyboardInterrupt:
        say("\nStopped")
        return 130  # what is unfinished must not count as passed
    except (Stop, OSError) as problem:
        print(f"\n{problem if isinstance(problem, Stop) else sentence_for(problem)}", file=sys.stderr)
        return 1


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def sentence_for(error: OSError) -> str:
    """Return the one sentence for what the operating system refused."""
    if isinstance(error, PermissionError):
        return f"No permission to write {error.filename}: move the course to a folder of your own, {AGAIN}"
    if error.errno == errno.ENOSPC:
        return f"The disk is full: free about 1 GB, {AGAIN}"
    return f"{error.strerror or error} ({error.filename}): put that right, {AGAIN}"


def act(arguments: Sequence[str]) -> int:
    """Read the command line and do what it asks."""
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(
        prog="lab.py",
        description="Start the course in JupyterLab. What stands after -- is handed to JupyterLab.",
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--port", type=port_number, metavar="N", help="default: the first free from 8888 on")
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="where your copies live (my_course)")
    commands = parser.add_subparsers(dest="command", title="instead of starting")
    tests = commands.add_parser("test", help="run every test of the kit")
    tests.add_argument("--install-browser", action="store_true", help="install Chromium (Debian, as root)")
    commands.add_parser("copies", help="bring your copies up to the course, and nothing else")
    anew = commands.add_parser("reset", help="lay chapters anew; yours are kept as dated backups")
    anew.add_argument("chapters", nargs="+", metavar="NN")
    room = commands.add_parser("collect", help="for instructors: merge learners' exports into one table")
    room.add_argument("folder", type=Path, metavar="FOLDER", help="where the CSV files are, also in folders")
    showing = commands.add_parser("demo", help="for instructors: a chapter with notes, large text and slides")
    showing.add_argument("chapter", metavar="NN")
    building = commands.add_parser("build", help="for authors: build the notebooks from their sources")
    building.add_argument("chapters", nargs="*", metavar="NN")
    options = parser.parse_args(words[:end])

    kit = Kit(Path(__file__).resolve().parent)
    course = (options.course or kit.root / "my_course").resolve()
    if options.command == "reset":
        for line in reset(kit, course, options.chapters, datetime.datetime.now()):
            say(line)
        return 0
    if options.command != "copies":
        prepare(kit, {"test": ["demo", "dev"], "build": ["dev"], "demo": ["demo"]}.get(options.command, []))
    if options.command == "test":
        install_browser(kit, options.install_browser)
        return test(kit)
    if options.command == "build":
        build = [str(kit.python), "-m", "vpclab.authoring", "build", *options.chapters]
        return subprocess.call(build, cwd=kit.root, env=environment(kit))
    if options.command == "collect":
        merge = [str(kit.python), "-m", "vpclab.course.room", str(options.folder.resolve())]
        return subprocess.call(merge, cwd=kit.root, env=environment(kit))
    page, handed = START, words[end + 1 :]
    if options.command == "demo":
        course = course / "demo"
        done, page = demo(kit, course, options.chapter)
        handed = ["--LabApp.custom_css=True", *handed]
    else:
        done = lay_copies(kit, course)
    for line in done:
        say(line)
    if options.command != "copies":
        start(kit, course, options.port, not options.no_browser, handed, page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
