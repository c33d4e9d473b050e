"""What a lesson looks up: a chapter's words, the facts behind codes, prices, the kinds of subnets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from vpclab.course import words
from vpclab.course.cards import Card, Fold, Table
from vpclab.render.words import name_of
from vpclab.topology.errors import NotFound
from vpclab.topology.model import LOCAL, InternetGateway, PrefixList, Route, Snapshot, Subnet

if TYPE_CHECKING:
    from vpclab import Topology

__all__ = ["fact", "glossary", "misconceptions", "price", "prices", "subnets", "terms", "training"]


@cache
def glossary() -> tuple[dict[str, Any], ...]:
    """Return the entries of data/glossary.json: term, meaning, chapter, facts."""
    return tuple(_read("glossary.json"))


def _read(name: str) -> Any:
    from vpclab.data import data_path

    return json.loads(data_path(name).read_text(encoding="utf-8"))


def terms(*chapters: str, folded: bool = False) -> Card:
    """Return the words that these chapters bring, with their meanings; `folded`, to be opened when wanted.

    Without chapters: every word of the course in the order of the alphabet, with the chapter that brings it.
    """
    if not chapters:
        every = sorted(glossary(), key=lambda entry: entry["term"].casefold())
        rows = ((entry["term"], entry["meaning"], _linked(entry["chapter"])) for entry in every)
        return Card(words.TERMS, words.TERMS_ALL, parts=(_rows(words.TERMS_ALL_HEADER, rows),))
    entries = [entry for entry in glossary() if entry["chapter"] in chapters]
    if not entries:
        raise NotFound(f"no words of chapter {', '.join(chapters)}", {e["chapter"] for e in glossary()})
    table = Table(words.TERMS_HEADER, tuple((entry["term"], entry["meaning"]) for entry in entries))
    if not folded:
        title = words.TERMS_OF.format(chapters=", ".join(chapters))
        return Card(words.TERMS, title, parts=(table,), next=words.TERMS_MORE)
    names = ", ".join(entry["term"] for entry in entries)
    return Card(words.TERMS, parts=(Fold(words.TERMS_EARLIER.format(words=names), table),))


def misconceptions() -> Card:
    """Return what people commonly believe, by subject, and where each belief is put to the test."""
    from vpclab.course.declarations import misconceptions as known

    trained = training()
    rows = (
        (id, belief, ", ".join(f"[{what}]({_notebook(what[:2])})" for what in trained.get(id, ())))
        for id, belief in known().items()
    )
    return Card(words.BELIEFS, words.BELIEFS_TITLE, parts=(_rows(words.BELIEFS_HEADER, rows),))


def training() -> dict[str, tuple[str, ...]]:
    """Return the ids of the exercises, predictions and questions that train each misconception."""
    from vpclab.course.declarations import beliefs_behind, catalogue
    from vpclab.course.quiz import all_questions

    found: dict[str, list[str]] = {}
    for id, item in catalogue().items():
        for belief in beliefs_behind(item):
            found.setdefault(belief, []).append(id)
    for question in all_questions():
        if question.misconception:
            found.setdefault(question.misconception, []).append(question.id)
    return {belief: tuple(sorted(ids)) for belief, ids in found.items()}


def _rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown, whose cells may hold links."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _notebook(number: str) -> str:
    """Return the name of a chapter's notebook."""
    from vpclab.data import data_path

    found = (data_path("quizzes").parents[1] / "notebooks" / "source").glob(f"{number}_*.md")
    return next((f"{path.stem}.ipynb" for path in found), "")


def _linked(number: str) -> str:
    name = _notebook(number)
    return f"[{number}]({name})" if name else number


def fact(code: str) -> Card:
    """Return what a code in brackets stands for: a fact about AWS, how sure it is, and where AWS says so.

    >>> print(fact("sub-1").parts[0])
    A subnet lives in exactly one AZ and cannot span two.
    """
    known, wanted = _read("facts.json"), str(code).strip("() ").upper()
    if wanted not in known:
        family = wanted.partition("-")[0]
        near = [name for name in known if name.startswith(f"{family}-")]
        raise NotFound(
            words.NO_FACT.format(code=repr(code)), near or {name.partition("-")[0] for name in known}
        )
    entry = known[wanted]
    where = ": " + ", ".join(entry["source"]) if entry["source"] else "."
    return Card(words.FACT, wanted, parts=(entry["fact"], words.FACT_BASIS[entry["basis"]] + where))


def prices() -> dict[str, dict[str, Any]]:
    """Return the entries of data/prices.json by id.

    Where an entry has numbers (`usd`, by what is paid for), the text that is shown is made from them.
    """
    found = {}
    for entry in _read("prices.json"):
        per = entry.get("usd", {})
        told = words.PRICE_AND.join(
            words.PRICE_PER.format(usd=usd, unit=unit) for unit, usd in per.items() if usd
        )
        found[entry["id"]] = {**entry, "price": told or words.PRICE_NONE} if per else entry
    return found


def price(*ids: str) -> Card:
    """Return prices of data/prices.json, each with its Region, its date and its source."""
    known = prices()
    for id in ids:
        if id not in known:
            raise NotFound(f"no price {id!r}", known)
    found = [known[id] for id in ids]
    rows = tuple((entry["item"], entry["price"], entry["region"], entry["date"]) for entry in found)
    notes = tuple(dict.fromkeys(entry["note"] for entry in found if entry.get("note")))
    return Card(words.PRICES, parts=(Table(words.PRICES_HEADER, rows), *notes))


def subnets(network: Topology) -> Card:
    """Return which subnets are public, private, VPN-only or isolated, for each address family, and why.

    AWS stores no such kind: it follows from the route table that serves a subnet (SUB-7, RT-5).
    """
    snapshot = network.snapshot()
    rows = []
    for subnet in snapshot.all(Subnet):
        for version, block in ((4, subnet.cidr), (6, subnet.ipv6_cidr)):
            if block:
                rows.append((subnet.name, str(block), *_kind(snapshot, subnet, version)))
    title = words.SUBNETS.format(name=network.name)
    return Card(words.SUBNETS_WORD, title, parts=(Table(words.SUBNETS_HEADER, tuple(rows)),))


def _kind(snapshot: Snapshot, subnet: Subnet, version: int) -> tuple[str, str]:
    table = snapshot.route_table_of(subnet)
    if table is None:
        return words.KIND_UNKNOWN, words.BECAUSE_NO_TABLE
    ways = [route for route in table.routes if route.target != LOCAL and _family(snapshot, route) == version]
    if snapshot.is_public(subnet, version):
        attached = {gate.id for gate in snapshot.all(InternetGateway) if gate.vpc_id == subnet.vpc_id}
        kind, ways = words.KIND_PUBLIC, [route for route in ways if route.target in attached]
    elif any(route.target.startswith("vgw-") for route in ways):
        kind = words.KIND_VPN
    else:
        kind = words.KIND_PRIVATE if ways else words.KIND_ISOLATED
    if not ways:
        return kind, words.BECAUSE_NOTHING.format(table=table.name)
    said = "; ".join(_route(snapshot, route) for route in ways)
    return kind, words.BECAUSE_ROUTE.format(table=table.name, routes=said)


def _family(snapshot: Snapshot, route: Route) -> int:
    """Return 4 or 6: the addresses that a route's destination holds (RT-5, RT-19)."""
    if not isinstance(route.destination, str):
        return route.destination.version
    entries = snapshot.get(PrefixList, route.destination)
    return entries.cidrs[0].version if entries and entries.cidrs else 4


def _route(snapshot: Snapshot, route: Route) -> str:
    gate = snapshot.get(InternetGateway, route.target)
    state = words.NOT_ATTACHED if gate and gate.vpc_id is None else words.GONE * (route.state == "blackhole")
    return f"{name_of(snapshot, str(route.destination))} → {name_of(snapshot, route.target)}{state}"
