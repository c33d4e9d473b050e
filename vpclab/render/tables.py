"""Values as tables: rules, entries, routes, subnets, a trace hop by hop.

A table is text first; its HTML says the same with a caption and headers, and what decided is marked by
a sign and a word before it is bold. `frame` gives the same rows to pandas, with numbers and blocks as
values, for those who want to compute.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import singledispatch
from html import escape
from typing import Any

from vpclab.evaluate.results import Decision, Trace
from vpclab.render import theme, words
from vpclab.topology.model import (
    INBOUND,
    LOCAL,
    OUTBOUND,
    Instance,
    NetworkAcl,
    NetworkInterface,
    PrefixList,
    Resource,
    RouteTable,
    SecurityGroup,
    Snapshot,
    Subnet,
    Vpc,
    VpcEndpoint,
    ports_text,
    protocol_name,
)
from vpclab.topology.store import Handle, Store

DECIDES = "▶ decides"


@dataclass(frozen=True)
class Table:
    """Rows of values under headers; the row numbered `decides` is marked."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    decides: int | None = None

    def texts(self) -> list[tuple[str, ...]]:
        """Return headers and rows as text, without empty columns, with one for the mark if a row has it."""
        rows = [self.head, *(tuple("" if c is None else theme.clean(c) for c in row) for row in self.rows)]
        used = [n for n in range(len(self.head)) if any(row[n] for row in rows[1:]) or not self.rows]
        table = [tuple(row[n] for n in used) for row in rows]
        if self.decides is None:
            return table
        return [(DECIDES if n == self.decides + 1 else "", *row) for n, row in enumerate(table)]

    def __str__(self) -> str:
        table = self.texts()
        wide = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, wide, strict=True)).rstrip() for row in table]
        return "\n".join([theme.clean(self.caption), *(f"  {line}" for line in lines)])

    __repr__ = __str__

    def html(self) -> str:
        """Return the table as HTML."""
        head, *rows = self.texts()
        shade = f"{theme.CELL};background-color:{theme.SHADE}"
        lines = ["".join(f'<th scope="col" style="{shade}">{escape(text)}</th>' for text in head)]
        for number, row in enumerate(rows):
            look = theme.CELL + (";font-weight:bold" if number == self.decides else "")
            lines.append("".join(f'<td style="{look}">{escape(text)}</td>' for text in row))
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        title = escape(theme.clean(self.caption))
        title = f'<caption style="text-align:left;font-weight:bold">{title}</caption>'
        look = f"border-collapse:collapse;margin:6px 0;background-color:{theme.PAPER}"
        return f'<table style="{look}">{title}{body}</table>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def tables(what: Any) -> tuple[Table, ...]:
    """Return the tables that show a topology, a handle, a trace or a decision."""
    if isinstance(what, Handle):
        return tuple(_tables(what.value, what.topology.snapshot()))
    if isinstance(what, Store):
        return tuple(_tables(what.snapshot(), what.snapshot()))
    return tuple(_tables(what, getattr(what, "snapshot", None)))


def frame(what: Any) -> Any:
    """Return the first table of a value as a pandas DataFrame.

    >>> from vpclab import Topology
    >>> frame(Topology("shop").vpc("prod", "10.0.0.0/16").main_route_table)
       destination target   state
    0  10.0.0.0/16  local  active
    """
    from pandas import DataFrame

    first = what if isinstance(what, Table) else tables(what)[0]
    return DataFrame(list(first.rows), columns=list(first.head), dtype=object)


@singledispatch
def _tables(value: Any, snapshot: Any) -> Iterable[Table]:
    """Yield the attributes of a resource that has no table of its own."""
    if not isinstance(value, Resource):
        raise TypeError(f"{value!r} has no table")
    rows = []
    for name in (field.name for field in fields(value) if field.name not in ("name", "tags")):
        found = getattr(value, name)
        found = words.name_of(snapshot, found) if name.endswith("_id") and found else found
        found = ", ".join(map(str, found)) if isinstance(found, tuple) else found
        rows.append((words.plain(name.removesuffix("_id")), found))
    yield Table(f"{words.plain(value.kind)} {value.name}", ("attribute", "value"), tuple(rows))


@_tables.register
def _(value: SecurityGroup, snapshot: Snapshot) -> Iterable[Table]:
    rows = []
    for rule in (*value.side(INBOUND), *value.side(OUTBOUND)):
        ports = ports_text(rule.protocol, rule.from_port, rule.to_port) or "all"
        peer = (rule.peer_name or rule.peer) if isinstance(rule.peer, str) else rule.peer
        rows.append((rule.direction, protocol_name(rule.protocol), ports, peer, rule.description))
    head = ("direction", "protocol", "ports", "source or destination", "description")
    yield Table(f"security group {value.name}: what it allows", head, tuple(rows))


@_tables.register
def _(value: NetworkAcl, snapshot: Snapshot) -> Iterable[Table]:
    rows: list[tuple[Any, ...]] = []
    for side in (INBOUND, OUTBOUND):
        for e in value.side(side):
            ports = ports_text(e.protocol, e.from_port, e.to_port) or "all"
            action = "allow" if e.allow else "deny"
            rows.append((side, e.number, action, protocol_name(e.protocol), ports, e.cidr))
        rows.append((side, "*", "deny", "all", "all", "everything else"))
    head = ("direction", "number", "action", "protocol", "ports", "source or destination")
    yield Table(f"network ACL {value.name}: the lowest number that matches decides", head, tuple(rows))


@_tables.register
def _(value: RouteTable, snapshot: Snapshot) -> Iterable[Table]:
    rows = tuple((r.destination, _target(r.target, snapshot), r.state) for r in value.routes)
    yield Table(f"route table {value.name}", ("destination", "target", "state"), rows)


def _target(id: str, snapshot: Snapshot) -> str:
    kind = next((k.kind for k, table in snapshot.tables.items() if id in table), "")
    return id if id == LOCAL or not kind else f"{words.plain(kind)} {words.name_of(snapshot, id)}"


@_tables.register
def _(value: PrefixList, snapshot: Snapshot) -> Iterable[Table]:
    rows = tuple((block, block[0], block[-1]) for block in value.cidrs)
    yield Table(f"prefix list {value.name}", ("block", "first address", "last address"), rows)


@_tables.register
def _(value: VpcEndpoint, snapshot: Snapshot) -> Iterable[Table]:
    rows = [("VPC", words.name_of(snapshot, value.vpc_id or "")), ("service", value.service)]
    rows.append(("type", value.type))
    if value.type == "Gateway":
        tables = [words.name_of(snapshot, id) for id in value.route_table_ids]
        rows.append(("route tables", ", ".join(tables) or "none"))
    own = [eni for eni in snapshot.all(NetworkInterface) if eni.owner_id == value.id]
    if own:
        rows.append(("private DNS", "on" if value.private_dns else "off"))
    yield Table(f"VPC endpoint {value.name}", ("attribute", "value"), tuple(rows))
    if own:
        yield from _interfaces(f"network interfaces of {value.name}", own, snapshot)


@_tables.register
def _(value: Snapshot, snapshot: Snapshot) -> Iterable[Table]:
    yield _subnets(f"subnets of {value.name}", value.all(Subnet), value)


@_tables.register
def _(value: Vpc, snapshot: Snapshot) -> Iterable[Table]:
    mine = [subnet for subnet in snapshot.all(Subnet) if subnet.vpc_id == value.id]
    yield _subnets(
        f"VPC {value.name} {' '.join(map(str, (*value.cidrs, *value.ipv6_cidrs)))}", mine, snapshot
    )


@_tables.register
def _(value: Subnet, snapshot: Snapshot) -> Iterable[Table]:
    yield _subnets(f"subnet {value.name}", [value], snapshot)
    for part in (snapshot.route_table_of(value), snapshot.network_acl_of(value)):
        yield from _tables(part, snapshot) if part else ()


def _subnets(caption: str, subnets: Iterable[Subnet], snapshot: Snapshot) -> Table:
    head = ("subnet", "Availability Zone", "IPv4", "IPv6", "kind", "route table", "network ACL")
    rows = []
    for s in subnets:
        table, acl = snapshot.route_table_of(s), snapshot.network_acl_of(s)
        rows.append((s.name, s.az, s.cidr, s.ipv6_cidr, words.publicity(snapshot, s), table, acl))
    return Table(caption, head, tuple(rows))


@_tables.register
def _(value: Instance, snapshot: Snapshot) -> Iterable[Table]:
    mine = [eni for eni in snapshot.all(NetworkInterface) if eni.owner_id == value.id]
    state = "" if value.state == "running" else f", {value.state}"
    yield from _interfaces(f"instance {value.name}{state}", mine, snapshot)


@_tables.register
def _(value: NetworkInterface, snapshot: Snapshot) -> Iterable[Table]:
    yield from _interfaces(f"network interface {value.name}", [value], snapshot, alone=True)


def _interfaces(
    caption: str, enis: list[NetworkInterface], snapshot: Snapshot, *, alone: bool = False
) -> Iterable[Table]:
    head = (
        "interface", "subnet", "private", "public", "IPv6", "security groups", "source/destination check",
    )  # fmt: skip
    ids = dict.fromkeys(id for eni in enis for id in eni.group_ids)
    rows = []
    for eni in enis:
        six, names = (
            " ".join(map(str, eni.ipv6_addresses)),
            [words.name_of(snapshot, g) for g in eni.group_ids],
        )
        where = words.name_of(snapshot, eni.subnet_id)
        pairs: list[tuple[Any, Any]] = [(a.address, a.public_ip) for a in eni.addresses] or [(None, None)]
        check = ("on" if eni.source_dest_check else "off") if alone else ""
        rows += [(eni.name, where, *pair, six, ", ".join(names), check) for pair in pairs]
    yield Table(caption, head, tuple(rows))
    for group in (snapshot.get(SecurityGroup, id) for id in ids):
        yield from _tables(group, snapshot) if group else ()


@_tables.register
def _(value: Trace, snapshot: Snapshot) -> Iterable[Table]:
    legs = [("request", hop) for hop in value.forward] + [("reply", hop) for hop in value.reply]
    rows, decides = [], None
    for number, (leg, hop) in enumerate(legs):
        mark = theme.MARKS[hop.allowed]
        if hop.allowed is not True and decides is None:
            decides = number
        where = f"{words.kind_of(hop)} {getattr(hop.component, 'name', '')}".strip()
        why = " ".join(words.short(decision) for decision in hop.decisions)
        after = "the same" if hop.packet_out == hop.packet_in else hop.packet_out or "ends here"
        would = "would be " if hop.allowed and decides is not None else ""
        answer = f"{mark.sign} {would}{mark.word}" if hop.decisions else ""
        rows.append((number + 1, leg, where, answer, why, hop.packet_in, after))
    head = ("step", "leg", "where", "answer", "what decides", "packet comes", "packet leaves")
    yield Table(f"{words.question(value)}: {value.outcome}", head, tuple(rows), decides)


@_tables.register
def _(value: Decision, snapshot: Any) -> Iterable[Table]:
    rules = [*value.passed_over, *([value.rule] if value.rule is not None else [])]
    where = f"{words.plain(value.kind)} {getattr(value.component, 'name', '')}".strip()
    word = theme.MARKS[value.allowed].word
    rows = tuple((_rule_text(r, value), word if r is value.rule else "passed over") for r in rules)
    yield Table(where, ("rule", "answer"), rows, len(rows) - 1 if value.rule is not None else None)


def _rule_text(rule: Any, decision: Decision) -> str:
    if rule is decision.rule and decision.target is not None:
        return f"{rule.destination} → {decision.target.name}"
    return str(rule)
