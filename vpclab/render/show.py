"""How each value shows itself in a notebook: the same words as text and as HTML."""

from __future__ import annotations

from html import escape
from typing import Any

from vpclab.evaluate.results import Trace
from vpclab.render.figure import draw


def mimebundle(value: Any) -> dict[str, str]:
    """Return text/plain and text/html for a value; an error while showing is shown, not hidden."""
    try:
        return _bundle(value)
    except Exception as error:  # a repr that fails is silent in Jupyter, so the reason becomes the output
        words = f"{type(error).__name__} while showing {type(value).__name__}: {error}"
        return {"text/plain": words, "text/html": f"<pre>{escape(words)}</pre>"}


def _bundle(value: Any) -> dict[str, str]:
    if isinstance(value, Trace) or hasattr(value, "snapshot"):
        return draw(value)._repr_mimebundle_()
    return {"text/plain": str(value), "text/html": f"<pre>{escape(str(value))}</pre>"}
