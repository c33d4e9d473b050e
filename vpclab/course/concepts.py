"""The map of the concepts on one page: the course's words, and how they hang together.

The words and the links stand in `data/concepts.json`; every word has its entry in the glossary.
"""

from __future__ import annotations

import json
from textwrap import wrap
from typing import Any

from vpclab.course import words
from vpclab.course.reference import glossary
from vpclab.data import data_path
from vpclab.render import theme
from vpclab.render.figure import Figure

__all__ = ["concept_map"]

_LETTERS = 14  # in a line of a label
_LOOKS = {
    "places": (theme.PUBLIC, theme.PUBLIC_FILL, "box"),
    "lists": (theme.DENIED, theme.DENIED_FILL, "octagon"),
    "ways out and across": (theme.FRAME, theme.SHADE, "component"),
    "outside": (theme.PRIVATE, theme.PRIVATE_FILL, "ellipse"),
    "addresses and records": (theme.REPLY, theme.REPLY_FILL, "note"),
}


def concept_map() -> Figure:
    """Return the picture of the course's words; each says the chapter that explains it.

    >>> "network interface" in concept_map().outline
    True
    """
    found: dict[str, Any] = json.loads(data_path("concepts.json").read_text(encoding="utf-8"))
    chapters = {entry["term"]: entry["chapter"] for entry in glossary()}
    lines = [
        "digraph concepts {",
        'graph [rankdir=TB, nodesep=0.12, ranksep=0.4, pad=0.15, bgcolor="#ffffff", newrank=true]',
        f'node [fontname="Arial", fontsize=13, style="filled", margin="0.09,0.05", fontcolor="{theme.INK}"]',
        f'edge [fontname="Arial", fontsize=11, color="{theme.QUIET}", fontcolor="{theme.INK}"]',
    ]
    for group in found["groups"]:
        ink, fill, shape = _LOOKS[group["name"]]
        for term in group["terms"]:
            label = json.dumps(f"{_broken(term)}\\n{chapters[term]}").replace("\\\\n", "\\n")
            lines.append(
                f'{json.dumps(term)} [label={label}, shape={shape}, color="{ink}", fillcolor="{fill}"]'
            )
    for tail, verb, head in found["links"]:
        label = json.dumps(f"  {_broken(verb)}  ").replace("\\\\n", "\\n")
        lines.append(f"{json.dumps(tail)} -> {json.dumps(head)} [label={label}]")
    told = [f"{tail} {verb} {head}" for tail, verb, head in found["links"]]
    outline = "\n".join([words.CONCEPTS, *(f"- {line}" for line in told)])
    alt = words.CONCEPTS_ALT.format(terms=sum(len(g["terms"]) for g in found["groups"]), links=len(told))
    return Figure(alt, outline, "\n".join([*lines, "}"]))


def _broken(text: str) -> str:
    """Return text on short lines, with DOT's line breaks; no word is cut."""
    return "\\n".join(wrap(text, _LETTERS, break_long_words=False, break_on_hyphens=False))
