"""What the widgets share: a box that can speak for itself, fields with labels, a place that is read out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from typing import Any

from vpclab.course.cards import bundle
from vpclab.render import theme

__all__ = ["GRID", "button", "field", "line", "live", "sheet", "shell"]

# Two columns where there is room for both, one below the other in a narrow window.
GRID = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:4px 16px"


@cache
def _shell() -> Any:
    from ipywidgets import VBox

    class Shell(VBox):  # type: ignore[misc]  # ipywidgets carries no types
        """A box of controls that says in words and tables what it shows, where no controls can be shown."""

        def __init__(self, children: Sequence[Any], view: Callable[[], Any]) -> None:
            super().__init__(children)
            self._said = view

        def __repr__(self) -> str:
            return bundle(self._said())["text/plain"]

        def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
            return {**super()._repr_mimebundle_(**kwargs), **bundle(self._said())}

    return Shell


def shell(children: Sequence[Any], view: Callable[[], Any]) -> Any:
    """Return controls in a box; `view` gives what to show where there are no controls."""
    return _shell()(children, view)


def field(label: str, value: str = "", placeholder: str = "", width: str = "26em") -> Any:
    """Return a field to type in, which counts once Enter is pressed or the field is left."""
    from ipywidgets import Text

    return Text(
        value=value, description=label, placeholder=placeholder, continuous_update=False,
        layout={"width": "auto", "max_width": width}, style={"description_width": "initial"},
    )  # fmt: skip


def button(word: str, action: Callable[[], object], tooltip: str = "") -> Any:
    """Return a button as wide as its word."""
    from ipywidgets import Button

    made = Button(description=word, tooltip=tooltip or word, layout={"width": "auto"})
    made.on_click(lambda _: action())
    return made


def live(html: str) -> str:
    """Return HTML that a screen reader reads out when it changes."""
    return f'<div role="status" aria-live="polite">{html}</div>'


def line(text: str, strong: bool = False) -> str:
    """Return a line of text, escaped."""
    weight = ";font-weight:bold" if strong else ""
    return f'<p style="margin:0 0 5px{weight}">{escape(text)}</p>'


def sheet(*parts: str) -> str:
    """Return parts on one light sheet, the same in a dark theme; it asks for no width and fills its place."""
    fill = "box-sizing:border-box;width:0;min-width:100%"
    return f'<div style="{theme.CARD};{fill};padding:8px 14px;line-height:1.45">{"".join(parts)}</div>'
