"""How each value shows itself in a notebook: the same words as text and as HTML."""

from __future__ import annotations

from html import escape
from typing import Any

from vpclab.evaluate.results import Decision, Trace
from vpclab.render import theme
from vpclab.render.figure import draw
from vpclab.render.tables import tables
from vpclab.topology.model import Snapshot
from vpclab.topology.store import Handle, Store


def mimebundle(value: Any) -> dict[str, str]:
    """Return text/plain and text/html for a value; an error while showing is shown, not hidden."""
    try:
        text, html = _pair(value)
    except Exception as error:  # a repr that fails is silent in Jupyter, so the reason becomes the output
        text = f"{type(error).__name__} while showing {type(value).__name__}: {error}"
        html = f"<pre>{escape(text)}</pre>"
    return {"text/plain": text, "text/html": html}


def _pair(value: Any) -> tuple[str, str]:
    if isinstance(value, (Store, Snapshot)):
        figure = draw(value)
        return figure.text, figure.html
    if isinstance(value, Trace):
        return str(value), _verdict(value) + draw(value).picture + _details("Hop by hop", value)
    if isinstance(value, Decision):
        mark = theme.MARKS[value.allowed]
        said = f"{mark.sign} {mark.word}: {value.because}"
        return said, f"<p>{escape(said)}</p>{_all(value)}"
    if isinstance(value, Handle):
        return "\n\n".join(map(str, tables(value))), _all(value)
    return str(value), f"<pre>{escape(str(value))}</pre>"


def _verdict(trace: Trace) -> str:
    mark = theme.MARKS[theme.OUTCOMES[trace.outcome]]
    said = (
        f"<strong>{mark.sign} {escape(trace.outcome)}</strong> {escape(trace.flow)}. {escape(trace.because)}"
    )
    notes = "".join(f"<br><small>{escape(note)}</small>" for note in (*trace.notes, *trace.assumed))
    return (
        f'<p style="{theme.CARD};border-left:6px {mark.line} {mark.ink};padding:6px 12px">{said}{notes}</p>'
    )


def _all(value: Any) -> str:
    return "".join(table.html() for table in tables(value))


def _details(title: str, value: Any) -> str:
    return f"<details><summary>{title}</summary>{_all(value)}</details>"
