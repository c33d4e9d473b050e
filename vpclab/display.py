"""The one hook by which values show themselves.

`Shown` gives a value `_repr_mimebundle_`; what it shows comes from `vpclab.render`, which is
imported when something is shown for the first time. Without graphviz and pandas, and in a place
that cannot import them, the value shows its text.
"""

from __future__ import annotations

from typing import Any
from unicodedata import category


class Shown:
    """Mix in the Jupyter display of a value: text/plain always, text/html where `vpclab.render` can."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return text/plain and text/html that say the same in words."""
        try:
            from vpclab import render
        except ImportError:
            return {"text/plain": str(self)}
        shown: dict[str, str] = render.mimebundle(self)
        return shown


def plain(text: object) -> str:
    r"""Return text as one line that cannot steer a terminal: names from outside may hold anything.

    >>> print(plain("web\n✔ all is well"))
    web\n✔ all is well
    """
    words = str(text)
    if words.isprintable():
        return words
    shown = (c if c.isprintable() or category(c) == "Zs" else ascii(c)[1:-1] for c in words)
    return "".join(shown)


def say(sentence: str) -> None:
    """Tell the person at the keyboard what a cell just changed; one line, printed."""
    print(plain(sentence))  # noqa: T201  # the one place that prints in a lesson
