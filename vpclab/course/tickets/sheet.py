"""What a ticket's card shows: the complaint, the table, the plan in full, and what may have happened."""

from __future__ import annotations

from vpclab.course import words
from vpclab.course.cards import Fold, Table
from vpclab.course.tickets.faults import KINDS
from vpclab.course.tickets.lines import Case
from vpclab.topology.model import (
    Connection,
    NetworkAcl,
    NetworkInterface,
    Resource,
    RouteTable,
    SecurityGroup,
    Site,
    Vpc,
)

__all__ = ["complaint", "plan_table", "row_table", "suspect_table"]


def complaint(case: Case, number: int) -> str:
    """Return what users say while a row does not hold, in their own words."""
    row = case.intents.rows[number]
    src, dst = str(row.src).removeprefix("site "), str(row.dst).removeprefix("site ")
    form = words.COMPLAINT_INSIDE
    if src.startswith("internet"):
        form = words.COMPLAINT_CUSTOMER_6 if row.ip_version == 6 else words.COMPLAINT_CUSTOMER
    elif dst.startswith("internet"):
        form, dst = words.COMPLAINT_OUTSIDE, dst.removeprefix("internet ")
    elif src in {site.name for site in case.sound.values(Site)}:
        form = words.COMPLAINT_SITE
    return f"{form.format(src=src, dst=dst)} {words.COMPLAINT_ROW.format(row=number + 1)}"


def row_table(case: Case) -> Table:
    """Return the intent table with numbered rows."""
    rows = tuple(
        (
            str(number), str(row.src), str(row.dst),
            words.OVER_IPV6.format(traffic=row.traffic) if row.ip_version == 6 else str(row.traffic),
            words.MUST if row.must else words.MUST_NOT,
        )
        for number, row in enumerate(case.intents, 1)
    )  # fmt: skip
    return Table(words.TICKET_ROWS_HEADER, rows)


def plan_table(case: Case) -> Fold:
    """Return what the map has no room for: a line for every part that decides something."""
    sound = case.sound
    names = {value.id: value.name for value in sound.snapshot()}
    lines: list[tuple[Resource, list[str]]] = []
    for table in sound.values(RouteTable):
        texts = [
            f"{route.destination} → {names.get(route.target, route.target)}"
            + (words.PLAN_PROPAGATED if route.propagated else "")
            for route in table.routes
        ]
        lines.append((table, texts))
    lines += [(group, [*map(str, group.rules)]) for group in sound.values(SecurityGroup)]
    lines += [(acl, [*map(str, acl.entries)]) for acl in sound.values(NetworkAcl)]
    unchecked = (eni for eni in sound.values(NetworkInterface) if not eni.source_dest_check)
    lines += [(eni, [words.PLAN_UNCHECKED]) for eni in unchecked]
    for vpn in sound.values(Connection):
        ends = {"gateway": names.get(vpn.gateway_id), "site": names.get(vpn.site_id or "")}
        lines.append((vpn, [words.PLAN_VPN.format(count=vpn.tunnels_up, **ends)]))
    several = len(sound.values(Vpc)) > 1
    rows = tuple(
        (
            f"{part.kind.replace('_', ' ').replace('acl', 'ACL')} "
            + (sound.qualified(part) if several else part.name),
            "; ".join(texts),
        )
        for part, texts in lines
    )
    return Fold(words.TICKET_PLAN, Table(words.TICKET_PLAN_HEADER, rows))


def suspect_table(case: Case) -> Fold:
    """Return the kinds of faults that this network has room for, with what to name."""
    kinds = dict.fromkeys(suspect.fault.kind for suspect in case.suspects)
    rows = tuple((words.FAULTS[k].may, f"{words.FAULTS[k].name}, {KINDS[k].code}") for k in kinds)
    return Fold(words.TICKET_MAY, Table(words.TICKET_MAY_HEADER, rows))
