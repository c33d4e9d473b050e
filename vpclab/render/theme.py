"""One look for pictures, tables, controls and messages.

Allowed, denied, unknown and not evaluated differ by mark, word and line style, and only then by
colour. The colours stay apart for colour-blind readers; `PAIRS` lists every text colour with each
ground it stands on, and a test holds them to a contrast of 4.5 to 1. Nothing here depends on the
fonts of a machine: widths come from a table, and every text has room to spare.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

PAPER, INK, QUIET = "#ffffff", "#1f2933", "#486581"
LINE, SHADE, FRAME = "#bcccdc", "#f0f4f8", "#334e68"
PUBLIC, PUBLIC_FILL = "#0072b2", "#eaf4fb"
PRIVATE, PRIVATE_FILL = "#5f6c7b", "#f3f4f6"
ALLOWED, ALLOWED_FILL = "#00629b", "#dcecf8"
DENIED, DENIED_FILL = "#a03e00", "#fdeee3"
UNKNOWN, UNKNOWN_FILL = "#7a1f5c", "#f8eaf3"
REPLY, REPLY_FILL = "#0b6157", "#e0f2ef"
CURRENT_FILL = "#fff1b8"
FONT = "Arial, Helvetica, 'Liberation Sans', 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic', sans-serif"

PAIRS = (
    *((text, ground) for text in (INK, QUIET) for ground in (PAPER, SHADE, PUBLIC_FILL, PRIVATE_FILL)),
    *((INK, ground) for ground in (ALLOWED_FILL, DENIED_FILL, UNKNOWN_FILL, REPLY_FILL, CURRENT_FILL)),
    *((ink, PAPER) for ink in (FRAME, PUBLIC, PRIVATE, ALLOWED, DENIED, UNKNOWN, REPLY)),
    *((PAPER, ground) for ground in (FRAME, PUBLIC, PRIVATE, ALLOWED, DENIED, UNKNOWN, REPLY)),
    *((ink, CURRENT_FILL) for ink in (ALLOWED, DENIED, UNKNOWN, REPLY, QUIET)),
    (PUBLIC, PUBLIC_FILL), (PRIVATE, PRIVATE_FILL), (DENIED, DENIED_FILL), (UNKNOWN, UNKNOWN_FILL),
    (ALLOWED, ALLOWED_FILL), (REPLY, REPLY_FILL),
)  # fmt: skip


class Mark(NamedTuple):
    """How an answer looks: its shape, its word, its line, its colours."""

    sign: str
    word: str
    line: str
    ink: str
    fill: str


MARKS: dict[bool | None, Mark] = {
    True: Mark("✔", "allowed", "solid", ALLOWED, ALLOWED_FILL),
    False: Mark("✖", "denied", "dashed", DENIED, DENIED_FILL),
    None: Mark("?", "unknown", "dotted", UNKNOWN, UNKNOWN_FILL),
}
NOT_EVALUATED = Mark("·", "not evaluated", "invis", QUIET, PAPER)
OUTCOMES: dict[str, bool | None] = {
    "delivered": True, "blocked": False, "reply-blocked": False, "no-reply": False, "unknown": None,
}  # fmt: skip

CARD = f"background-color:{PAPER};color:{INK};border:1px solid {LINE};border-radius:8px"
CELL = f"background-color:{PAPER};color:{INK};padding:3px 10px;border:1px solid {LINE};text-align:left"


def contrast(text: str, ground: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` colours, 1 to 21, as WCAG computes it.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    bright, dark = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


_WIDTHS = {
    191: "'", 222: "ijl", 260: "|", 278: " !,./:;I[\\]ft", 333: "()-`r", 334: "{}", 355: '"', 389: "*",
    469: "^", 500: "Jcksvxyz", 584: "+<=>~", 611: "FTZ", 667: "&ABEKPSVXY", 722: "CDHNRUw", 778: "GOQ",
    833: "Mm", 889: "%", 944: "W", 1015: "@",
}  # fmt: skip
_WIDTH = {char: width for width, chars in _WIDTHS.items() for char in chars}


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide a text is at most, in pixels; Japanese letters are as wide as they are high."""
    total = 0.0
    for char in text:
        if char.isascii():
            total += _WIDTH.get(char, 556) * (1.08 if bold else 1.0)
        elif unicodedata.east_asian_width(char) in "WFA":
            total += 1000
        else:
            total += 0 if unicodedata.combining(char) else 720
    return total * size / 1000


def shorten(text: str, width: float, size: float, bold: bool = False) -> str:
    """Return the text, cut with … where it is wider than `width` pixels.

    >>> shorten("a very long name of a server", 90, 12)
    'a very long na…'
    """
    if text_width(text, size, bold) <= width:
        return text
    keep, used = 0, text_width("…", size, bold)
    for char in text:
        used += text_width(char, size, bold)
        if used > width:
            break
        keep += 1
    return text[:keep].rstrip() + "…"


def clean(text: object) -> str:
    """Return text that SVG and HTML can hold on one line: control and private characters become spaces."""
    cut = str(text)[:400]
    return " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in cut).split())


def wrap(text: str, width: float, size: float, bold: bool, lines: int) -> list[str]:
    """Return text in at most `lines` lines of that width; the last may be too long.

    >>> wrap("no inbound rule admits tcp 22", 110, 11, False, 3)
    ['no inbound rule', 'admits tcp 22']
    """
    found: list[str] = []
    while len(found) < lines - 1 and text_width(text, size, bold) > width:
        cut = max(len(shorten(text, width, size, bold)) - 1, 1)
        space = text.rfind(" ", 1, cut + 1)
        cut = space if space > cut // 2 else cut
        found.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*found, text]
