"""The book of ports: services by number, name or use, and whether what they send can be read on the way.

`PortsView` is a page of the book, as text and as HTML; `ports` opens it, and `port_finder` is a thin shell
around it. The services stand in `data/ports.json` (PORT-2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from vpclab.course import words
from vpclab.course.cards import Table
from vpclab.course.controls import button, complaint, field, line, live, row, sheet, shell, trying
from vpclab.course.kinds import plain, quoted
from vpclab.data import data_path
from vpclab.topology.errors import BadInput

__all__ = ["PortsView", "port_finder", "ports"]

LAST, WELL_KNOWN, REGISTERED = 65535, 1023, 49151  # PORT-3
_FEW = 3  # so many services are shown with their sources
_SEARCHED = ("name", "full_name", "transport", "use")


@cache
def services() -> tuple[Mapping[str, Any], ...]:
    """Return the entries of data/ports.json, by port."""
    return tuple(json.loads(data_path("ports.json").read_text(encoding="utf-8")))


def band(port: int) -> str:
    """Return the name of the band that a port lies in (PORT-3).

    >>> band(443), band(3306), band(51514)
    ('well-known', 'registered', 'dynamic')
    """
    return words.PORTS_BANDS[(port > WELL_KNOWN) + (port > REGISTERED)]


@dataclass(frozen=True)
class PortsView:
    """The services that fit: `what` is a number or words, `encrypted` asks for those always so, or not."""

    what: str = ""
    encrypted: bool | None = None

    @classmethod
    def of(cls, what: object = None, encrypted: object = None) -> PortsView:
        """Return the page for what somebody typed, or raise BadInput with what is wrong with it."""
        if what is not None and (isinstance(what, bool) or not isinstance(what, int | str)):
            raise BadInput(words.PORTS_WHAT.format(value=quoted(what)))
        if encrypted is not None and not isinstance(encrypted, bool):
            raise BadInput(words.PORTS_ENCRYPTED.format(value=quoted(encrypted)))
        text = "" if what is None else plain(what).strip("'\"`“”’‘.:;()[] ")
        if re.fullmatch(r"-\d+|\d+", text) and not re.fullmatch(r"0*\d{1,5}", text):
            raise BadInput(words.PORTS_RANGE.format(value=quoted(what)))
        view = cls(text, encrypted)
        if view.number is not None and view.number > LAST:
            raise BadInput(words.PORTS_RANGE.format(value=quoted(what)))
        return view

    @property
    def number(self) -> int | None:
        """Return the port that is asked for, if one is: 443, "443", "tcp 443"."""
        match = re.fullmatch(r"(?:(?:tcp|udp|port)[ /:]*)?(\d+)", self.what, re.ASCII)
        return int(match[1]) if match else None

    @cached_property
    def found(self) -> tuple[Mapping[str, Any], ...]:
        """Return the services that fit."""
        wanted = {None: ("yes", "can be", "no"), True: ("yes",), False: ("can be", "no")}[self.encrypted]
        return tuple(s for s in services() if s["encrypted"] in wanted and self._fits(s))

    def _fits(self, service: Mapping[str, Any]) -> bool:
        text = plain(" ".join(service[key] for key in _SEARCHED))
        return all(
            int(word) == service["port"] if word.isascii() and word.isdigit() else word in text
            for word in re.split(r"[\s,/:]+", self.what)
            if word not in ("", "port")
        )

    @property
    def said(self) -> str:
        """Return how many fit; of a port without a service, what kind of number it is."""
        count, every = len(self.found), len(services())
        if count:
            which = words.PORTS_WHICH[self.encrypted]
            told = words.PORTS_ALL if count == every else words.PORTS_ONE if count == 1 else words.PORTS_SOME
            return told.format(count=count, all=every, which=which).replace("  ", " ")
        if self.number is None:
            left = self.encrypted is not None and PortsView(self.what).found
            return (words.PORTS_NONE_LEFT if left else words.PORTS_NONE).format(what=self.what)
        for service in services():
            if service["port"] == self.number:
                other = PortsView(self.what).found == ()  # "udp 22"
                said = words.PORTS_OTHER if other else words.PORTS_FILTERED
                return said.format(number=self.number, **service, typed=self.what.split()[0])
        said = words.PORTS_UNKNOWN.format(number=self.number, band=band(self.number))
        return f"{said} {words.PORTS_PICKED}" if self.number > WELL_KNOWN else said

    @property
    def sources(self) -> str:
        """Return where the services are written down, for a few; for many it would be too long."""
        few = self.found if len(self.found) <= _FEW else ()
        told = "; ".join(f"{service['port']}: {service['source']}" for service in few)
        return words.PORTS_SOURCES.format(sources=told) if told else ""

    def rows(self) -> Table:
        """Return the services as a table."""
        keys = ("port", "name", "full_name", "transport", "use")
        rows = ((*(str(s[k]) for k in keys), words.PORTS_SAID[s["encrypted"]]) for s in self.found)
        return Table(words.PORTS_HEADER, tuple(rows))

    def __str__(self) -> str:
        table = [str(self.rows())] if self.found else []
        return "\n".join((self.said, *table, *filter(None, [self.sources])))

    __repr__ = __str__

    def html(self) -> str:
        """Return the sentence, the table and its sources."""
        table = self.rows().html() if self.found else ""
        return sheet(live(line(self.said)), table, line(self.sources) if self.sources else "")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def ports(what: object = None, *, encrypted: bool | None = None) -> PortsView:
    """Return the services that have a port, or that words describe; without either, all of the book.

    `encrypted=True` leaves those that are always encrypted, `encrypted=False` those that are not always.

    >>> [service["port"] for service in ports("mysql").found]
    [3306]
    >>> [service["port"] for service in ports(encrypted=True).found]
    [22, 443]
    """
    return PortsView.of(what, encrypted)


def port_finder(what: object = None, *, encrypted: bool | None = None) -> Any:
    """Return a field to look services up by number, name or use, and a choice by encryption."""
    from ipywidgets import HTML, RadioButtons

    from vpclab.course.widgets import guarded

    view = PortsView.of(what, encrypted)
    typed = field(words.PORTS_FIELD, view.what, words.PORTS_LIKE)
    options = [(text, key) for key, text in words.PORTS_CHOICES.items()]
    which = RadioButtons(
        options=options, value=encrypted, description=words.PORTS_CHOICE, layout={"width": "auto"},
        style={"description_width": "initial"},
    )  # fmt: skip
    message, page = HTML(), HTML()

    def show() -> None:
        guarded(page, lambda: view.html())

    def look_up(_: object = None) -> None:
        def attempt() -> None:
            nonlocal view
            view = PortsView.of(typed.value, which.value)

        message.value = complaint(trying(attempt))
        show()

    for control in (typed, which):
        control.observe(look_up, names="value")
    show()
    return shell([row(typed, button(words.LOOK_UP, look_up)), which, message, page], lambda: view)
