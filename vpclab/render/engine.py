"""From DOT to a picture: the one place that starts a program.

`run` tries graphviz-pure, then Graphviz's own ``dot``; without either there is no drawing and the
figure shows its outline. A build for the browser replaces this one function.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path

from vpclab.render import theme

PROGRAMS = ("graphviz-pure", "dot")
TEXT = "text"
_SECONDS = 20


def find(name: str) -> str | None:
    """Return the path of a program: beside this Python, where pip puts it, or on the PATH."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def run(dot: str, form: str = "svg") -> tuple[bytes, str]:
    """Return the picture and the name of the program that drew it, or ``(b"", "text")`` if none could."""
    for name in PROGRAMS:
        program = find(name)
        if program is None:
            continue
        try:
            done = subprocess.run(
                [program, f"-T{form}"], input=dot.encode(), capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.SubprocessError):
            continue
        if done.returncode == 0 and (form != "svg" or b"</svg>" in done.stdout):
            return done.stdout, name
    return b"", TEXT


def tidy(svg: str, alt: str) -> str:
    """Return the SVG element alone, in pixels, with a font for every machine and its words inside."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(
        r'^<svg width="([\d.]+)pt" height="([\d.]+)pt"', r'<svg role="img" width="\1" height="\2"', svg
    )
    svg = svg.replace('font-family="Arial Bold"', 'font-family="Arial" font-weight="bold"')
    svg = svg.replace('font-family="Arial"', f'font-family="{theme.FONT}"')
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<title>.*?</title>\n?", "", svg, flags=re.DOTALL)
    head, body = svg.split(">", 1)
    return f"{head}><title>{escape(alt)}</title>{body}"
