"""What the widgets share: a box that can speak for itself, fields with labels, a place that is read out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from typing import Any

from vpclab.course.cards import bundle
from vpclab.render import theme
from vpclab.topology.errors import VpclabError

__all__ = [
    "CHOICES",
    "GRID",
    "button",
    "columns",
    "complaint",
    "field",
    "line",
    "live",
    "row",
    "sheet",
    "shell",
    "trying",
]

# A choice of several lines needs their height, and not that of one.
CHOICES = (
    "<style>.widget-radio .widget-radio-box label, .jupyter-widget-radio .jupyter-widget-radio-box label"
    "{height:auto;line-height:1.4;padding-bottom:2px}</style>"
)
# Two columns where there is room for both, one below the other in a narrow window.
GRID = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:4px 16px"


@cache
def _shell() -> Any:
    from ipywidgets import VBox

    class Shell(VBox):  # type: ignore[misc]  # ipywidgets carries no types
        """A box of controls that says in words and tables what it shows, where no controls can be shown."""

        def __init__(self, children: Sequence[Any], view: Callable[[], Any]) -> None:
            super().__init__(children)
            self._view = view

        @property
        def still(self) -> Any:
            return self._view()

        def __repr__(self) -> str:
            return bundle(self.still)["text/plain"]

        def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
            return {**super()._repr_mimebundle_(**kwargs), **bundle(self.still)}

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

    look = {"width": "auto", "align_self": "flex-start"}
    made = Button(description=word, tooltip=tooltip or word, layout=look)
    made.on_click(lambda _: action())
    return made


def row(*children: Any) -> Any:
    """Return controls beside each other, on more lines where there is no room."""
    from ipywidgets import Box

    return Box(children, layout={"flex_flow": "row wrap", "align_items": "center", "grid_gap": "0 8px"})


def columns(left: Any, right: Any, widths: tuple[int, int]) -> Any:
    """Return controls beside what they change, where there is room for both widths, or else above it."""
    from ipywidgets import Box

    left.layout.flex, right.layout.flex = f"1 1 {widths[0]}px", f"3 1 {widths[1]}px"
    return Box([left, right], layout={"flex_flow": "row wrap"})


def trying(action: Callable[[], object]) -> str:
    """Do something; return what the builder says against it, or nothing."""
    try:
        action()
    except VpclabError as error:
        return str(error)
    return ""


def live(html: str) -> str:
    """Return HTML that a screen reader reads out when it changes."""
    return f'{CHOICES}<div role="status" aria-live="polite">{html}</div>'


def line(text: str, strong: str = "") -> str:
    """Return a line of text, escaped, after words that stand out."""
    first = f"<strong>{escape(strong)}</strong> " if strong else ""
    return f'<p style="margin:0 0 5px">{first}{escape(text)}</p>'


def complaint(text: str) -> str:
    """Return what is wrong, to be read out beside the control that it concerns; nothing for no text."""
    return live(sheet(line(f"✖ {text}"))) if text else ""


def sheet(*parts: str) -> str:
    """Return parts on one light sheet, the same in a dark theme; it asks for no width and fills its place."""
    fill = "box-sizing:border-box;width:0;min-width:100%"
    return f'<div style="{theme.CARD};{fill};padding:8px 14px;line-height:1.45">{"".join(parts)}</div>'
