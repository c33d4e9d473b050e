"""The ticket as controls: choices for a probe and a diagnosis, a button for each. They only call the ticket.

Radio buttons, because JupyterLab takes the letters and arrow keys that a drop-down list would need.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vpclab.course import words
from vpclab.course.cards import Card, prose
from vpclab.course.controls import button, live, shell
from vpclab.course.widgets import guarded

if TYPE_CHECKING:
    from vpclab.course.tickets.ticket import Ticket

__all__ = ["desk"]


def desk(ticket: Ticket) -> Any:
    """Return the lists and buttons; nothing is chosen to begin with."""
    traffic = {
        words.OVER_IPV6.format(traffic=kind) if version == 6 else str(kind): (kind, version)
        for kind, version in ticket.traffic
    }
    ends = {str(end): end for end in ticket.ends}
    probing = [
        _list(words.DESK_SRC, ends), _list(words.DESK_DST, ends), _list(words.DESK_TRAFFIC, traffic)
    ]  # fmt: skip
    naming = [_list(words.DESK_COMPONENT, ticket.components), _list(words.DESK_CODE, ticket.codes)]

    def probe() -> Card:
        src, dst, (kind, version) = (control.value for control in probing)
        return ticket.probe(src, dst, kind, ip_version=version)

    def diagnose() -> Card:
        return ticket.diagnose(*(control.value for control in naming))

    return shell(
        [
            *_row(ticket, probing, words.DESK_PROBE, probe),
            *_row(ticket, naming, words.DESK_DIAGNOSE, diagnose),
            _html(prose(words.DESK_FIX)),
        ],
        ticket.card,
    )


def _list(label: str, options: Any) -> Any:
    from ipywidgets import RadioButtons

    pairs = list(options.items()) if isinstance(options, dict) else [(text, text) for text in options]
    return RadioButtons(
        options=pairs, value=None, description=label,
        layout={"width": "auto"}, style={"description_width": "initial"},
    )  # fmt: skip


def _row(ticket: Ticket, controls: list[Any], word: str, action: Callable[[], Card]) -> list[Any]:
    """Return lists beside each other with their button, and a place for the answer."""
    from ipywidgets import HBox

    said = _html(live(""))

    def press() -> None:
        chosen = all(control.value is not None for control in controls)
        missing = Card(words.NOT_YET, ticket.title, "open", (words.DESK_CHOOSE,))
        guarded(said, lambda: live((action() if chosen else missing).html()))

    return [
        HBox(controls, layout={"flex_flow": "row wrap", "grid_gap": "4px 24px"}),
        button(word, press),
        said,
    ]


def _html(text: str) -> Any:
    from ipywidgets import HTML

    return HTML(text)
