"""What a log says about the rules of a network: which were never used, and which its traffic needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import collapse_addresses, ip_network
from typing import Any

from vpclab.evaluate.network import Interface, LinkedNetwork, linked
from vpclab.evaluate.packets import Header, address, reply
from vpclab.flowlogs.answers import Answer, counted
from vpclab.flowlogs.conversations import Called, as_log, conversations, rows_of
from vpclab.flowlogs.log import Log
from vpclab.flowlogs.plots import bars
from vpclab.topology.errors import BadInput
from vpclab.topology.model import (
    ICMP,
    ICMPV6,
    INBOUND,
    OUTBOUND,
    PORTED,
    TCP,
    Address,
    NetworkAcl,
    NetworkInterface,
    SecurityGroup,
    Subnet,
    protocol_name,
)
from vpclab.topology.rules import is_public, read_address

_ECHOES = (ICMP, ICMPV6)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One conversation at an interface: the request as a header, and who this interface is in it."""

    interface: Interface | None
    place: NetworkInterface
    header: Header
    row: Any
    is_client: bool
    is_server: bool
    one_subnet: bool

    def ways(self) -> Iterator[tuple[str, str, Header, int, int]]:
        """Yield request and reply with the direction in which each crosses the interface, and its records."""
        for way, header, yes, no in (
            ("request", self.header, self.row.asked_yes, self.row.asked_no),
            ("reply", reply(self.header), self.row.answered_yes, self.row.answered_no),
        ):
            leaves, comes = (self.is_client, self.is_server)[:: 1 if way == "request" else -1]
            if leaves or not comes:
                yield way, OUTBOUND, header, yes, no
            if comes or not leaves:
                yield way, INBOUND, header, yes, no


def _seen(log: Any, topology: object) -> tuple[Log, Called, list[_Seen], list[_Seen]]:
    """Return the conversations of a log at the interfaces of its topology.

    Those of which it cannot be told who began come once more, the other way round, in a list of their own.
    """
    found = as_log(log, topology)
    if found.snapshot is None:
        raise BadInput("this asks about rules: give the topology, as in rules_never_used(log, topology=shop)")
    called, network = Called(found), linked(found.snapshot)
    names, seen, turned_round = called.names, [], []
    table = conversations(found)
    flagged = bool(table.attrs["flagged"])
    for row in rows_of(table):
        place = names.interfaces.get(row.interface) if names is not None else None
        if place is None:
            continue
        ends = [read_address(row.client), read_address(row.server)]
        own = {str(e.address) for e in place.addresses} | set(map(str, place.ipv6_addresses))
        places = [called.subnet(end, row.interface) for end in (row.client, row.server)]
        numbers = (ends[0].version, int(ends[0]), int(ends[1]), row.protocol)
        ports = (row.client_port, row.client_port, row.port, row.port)
        one = _Seen(
            network.interfaces.get(place.id), place, (*numbers, *ports), row, row.client in own,
            row.server in own, bool(places[0]) and places[0] == places[1],
        )  # fmt: skip
        seen.append(one)
        if _unclear(row, flagged):
            turned = row._replace(
                asked_yes=row.answered_yes, asked_no=row.answered_no, answered_yes=row.asked_yes,
                answered_no=row.asked_no,
            )  # fmt: skip
            back = reply((*numbers, *ports))
            turned_round.append(
                _Seen(one.interface, place, back, turned, one.is_server, one.is_client, one.one_subnet)
            )
    return found, called, seen, turned_round


def _unclear(row: Any, flagged: bool) -> bool:
    """Return whether neither flags nor ports nor time tell who began a conversation."""
    if flagged and row.protocol == TCP:
        return False
    bands = [0 if port < 1024 else 1 if port < 32768 else 2 for port in (row.client_port, row.port)]
    first = [min(row.asked_yes_first, row.asked_no_first), min(row.answered_yes_first, row.answered_no_first)]
    return bands[0] == bands[1] and first[0] == first[1]


def _fits(row: Any, header: Header, direction: str) -> bool:
    """Return whether a rule or entry may be the one that a packet met; a log tells no ICMP type (FL-5)."""
    number, low, high, version, net, mask = row[:6]
    members = row[6] if isinstance(row[6], frozenset) else None
    peer = header[1] if direction == INBOUND else header[2]
    if number not in (-1, header[3]):
        return False
    if version:
        if version != header[0] or peer & mask != net:
            return False
    elif members is None or (header[0], peer) not in members:
        return False
    return number not in PORTED or low == -1 or bool(low <= header[6] <= high)


def _entries(rows: Any, header: Header, direction: str) -> Iterator[Any]:
    """Yield the entries that may have decided: the first that fits, and before it some of ICMP."""
    for row in rows:
        if _fits(row, header, direction):
            yield row
            if header[3] not in _ECHOES or row[0] not in _ECHOES or row[1] == -1:
                return


# -- never used ----------------------------------------------------------------------------------------


def rules_never_used(log: Any, *, topology: object = None) -> Answer:
    """Return the rules of security groups and network ACLs that no traffic of the log met.

    A group's rule is used if it admits a request that was accepted; all rules that do are. A network ACL's
    entry is used if it is the first to fit. Only groups and ACLs all of whose interfaces are in the log are
    judged, and only for the time of the log.
    """
    found, _, seen, turned_round = _seen(log, topology)
    snapshot = found.snapshot
    assert snapshot is not None
    network = linked(snapshot)
    used: set[tuple[str, str, Any]] = set()
    for one in (*seen, *turned_round):
        acl = network.subnets[one.place.subnet_id].acl if one.place.subnet_id in network.subnets else None
        for way, direction, header, yes, no in one.ways():
            if way == "request" and yes and one.interface is not None:
                rules = one.interface.inbound if direction == INBOUND else one.interface.outbound
                for row in rules.rows:
                    if _fits(row, header, direction):
                        used |= {(group.id, direction, row[-1]) for group in rules.groups}
            if acl is not None and not one.one_subnet and (yes or no):
                for row in _entries(acl.rows[direction], header, direction):
                    if row[6] if yes else not row[6]:
                        used.add((acl.value.id, direction, row[-1]))
    frame = found.table()
    present = set(frame["interface-id"].dropna())
    rows, unjudged = [], 0
    for component, worn_by in _components(network):
        if not worn_by <= present or not worn_by:
            unjudged += bool(component.rules if isinstance(component, SecurityGroup) else component.entries)
            continue
        for direction in (INBOUND, OUTBOUND):
            rows += [
                (component.kind.replace("_", " "), component.name, direction, str(rule))
                for rule in component.side(direction)
                if (component.id, direction, rule) not in used
            ]
    import pandas as pd

    table = pd.DataFrame(rows, columns=["kind", "name", "direction", "rule"])
    accepted = bool((frame["action"] == "ACCEPT").any())
    if not accepted:
        table, said = table.head(0), "The log holds no accepted traffic, so it does not tell what is used."
    else:
        said = f"{counted(len(table), 'rule')} met no traffic in this log."
    if "log-status" in frame and (skipped := int((frame["log-status"] == "SKIPDATA").sum())):
        said += f" {counted(skipped, 'line')} say that records were skipped, so a rule may have been used."
    if unjudged:
        what = counted(unjudged, "group or ACL", "groups and ACLs")
        said += f" Not judged: {what} that guard interfaces outside it, or none."
    count: dict[str, int] = {}
    for row in rows_of(table):
        name = f"{row.kind} {row.name}, {row.direction}"
        count[name] = count.get(name, 0) + 1
    words = [counted(number, "rule") for number in count.values()]
    return Answer("Rules never used", said, table, bars(list(count), list(count.values()), words))


def _components(network: LinkedNetwork) -> Iterator[tuple[SecurityGroup | NetworkAcl, set[str]]]:
    """Yield groups and network ACLs with the ids of the interfaces that they guard."""
    snapshot = network.snapshot
    enis = list(snapshot.all(NetworkInterface))
    for group in snapshot.all(SecurityGroup):
        yield group, {eni.id for eni in enis if group.id in eni.group_ids}
    acls = {s.id: a for s in snapshot.all(Subnet) if (a := snapshot.network_acl_of(s)) is not None}
    for acl in snapshot.all(NetworkAcl):
        yield acl, {eni.id for eni in enis if acls.get(eni.subnet_id) == acl}


# -- least permissive ----------------------------------------------------------------------------------


def least_rules(log: Any, *, topology: object = None, most: int = 10) -> Answer:
    """Return the least permissive security group rules that the observed traffic needs.

    Each rule admits accepted requests of the log and nothing else: single ports and addresses, put together
    only where that adds nothing. A group stands for its members where every one of them was seen. More than
    `most` strangers from the internet at one port become 0.0.0.0/0 (or ::/0), as a public service needs. ICMP
    comes without types, because a log tells none. Replies need no rule (SG-12). `now` says whether the group
    has this very rule today.
    """
    found, called, seen, turned_round = _seen(log, topology)
    assert found.snapshot is not None
    network = linked(found.snapshot)
    needs: dict[tuple[str, str, int, int], dict[Address, int]] = {}
    groups: dict[str, SecurityGroup] = {}
    for one in seen:
        if one.interface is None or not one.row.asked_yes:
            continue
        for way, direction, header, _, _ in one.ways():
            rules = one.interface.inbound if direction == INBOUND else one.interface.outbound
            if way != "request" or not rules.groups:
                continue
            admitting = [row[-1] for row in rules.rows if _fits(row, header, direction)]
            group = next((g for g in rules.groups if any(r in g.rules for r in admitting)), rules.groups[0])
            groups[group.id] = group
            port = header[6] if header[3] in PORTED else -1
            peers = needs.setdefault((group.id, direction, header[3], port), {})
            peer = read_address(one.row.client if direction == INBOUND else one.row.server)
            peers[peer] = peers.get(peer, 0) + 1
    rows = []
    for (id, direction, protocol), ports in _by_protocol(needs).items():
        group = groups[id]
        today = {str(rule) for rule in group.side(direction)}
        for first, last, who, count, because in _merged(ports, group, network, called, most):
            what = protocol_name(protocol)
            if protocol in PORTED:
                what += f" {first}" if first == last else f" {first}-{last}"
            rule = f"{what} {'from' if direction == INBOUND else 'to'} {who}"
            rows.append((group.name, direction, rule, count, because, "yes" if rule in today else "no"))
    import pandas as pd

    columns = ["group", "direction", "rule", "conversations", "because", "now"]
    table = pd.DataFrame(sorted(rows), columns=columns)
    said = f"{counted(len(table), 'rule')} of {counted(len(groups), 'group')} would admit what was seen."
    if turned_round:
        unsure = counted(len(turned_round), "conversation")
        said += f" In {unsure} the log does not tell who began; the first line is taken for the request."
    if "log-status" in found.table() and (found.table()["log-status"] == "SKIPDATA").any():
        said += " Records were skipped, so there may be traffic that these rules would stop."
    labels = [f"{row.group}: {row.rule}" for row in rows_of(table)]
    seen_by_rule = table["conversations"].tolist()
    words = [counted(number, "conversation") for number in seen_by_rule]
    return Answer("Least permissive rules", said, table, bars(labels, seen_by_rule, words))


def _by_protocol(needs: Any) -> dict[tuple[str, str, int], dict[int, dict[Address, int]]]:
    found: dict[tuple[str, str, int], dict[int, dict[Address, int]]] = {}
    for (group, direction, protocol, port), peers in sorted(needs.items(), key=lambda item: item[0]):
        found.setdefault((group, direction, protocol), {})[port] = peers
    return found


def _merged(
    ports: dict[int, dict[Address, int]], group: SecurityGroup, network: LinkedNetwork, called: Called,
    most: int,
) -> Iterator[tuple[int, int, str, int, str]]:  # fmt: skip
    """Yield rules as first port, last port, peer, how many and why; neighbours together."""
    open_: dict[str, list[Any]] = {}
    for port in sorted(ports):
        for peer, count, because in _peers(ports[port], group, network, called, most):
            rule = open_.get(peer)
            if rule is not None and rule[1] == port - 1:
                rule[1], rule[2] = port, rule[2] + count
                continue
            if rule is not None:
                yield rule[0], rule[1], peer, rule[2], rule[3]
            open_[peer] = [port, port, count, because]
    for peer, rule in open_.items():
        yield rule[0], rule[1], peer, rule[2], rule[3]


def _peers(
    peers: dict[Address, int], group: SecurityGroup, network: LinkedNetwork, called: Called, most: int
) -> Iterator[tuple[str, int, str]]:
    """Yield who has to be admitted: groups all of whose members were seen, then exactly the rest."""
    left = dict(peers)
    members: list[tuple[str, set[Address]]] = []
    for other in network.snapshot.all(SecurityGroup):
        found = network.members(other.id, group) if other.vpc_id == group.vpc_id else None
        members.append((other.name, {address(*key) for key in found or ()}))
    for name, whole in sorted(members, key=lambda pair: (-len(pair[1]), pair[0])):
        if whole and whole <= left.keys():
            yield name, sum(left.pop(one) for one in whole), f"every member of {name} was seen"
    for version, everyone in ((4, "0.0.0.0/0"), (6, "::/0")):
        mine = {a: n for a, n in left.items() if a.version == version}
        strangers = {a: n for a, n in mine.items() if is_public(a) and not called.inside(str(a))}
        if len(strangers) > most:
            yield everyone, sum(strangers.values()), f"{len(strangers)} addresses of the internet"
            mine = {a: n for a, n in mine.items() if a not in strangers}
        for block in collapse_addresses(ip_network(a) for a in mine):  # type: ignore[type-var]
            inside = [a for a in mine if a in block]
            names = ", ".join(dict.fromkeys(called.end(str(a), "") for a in inside))
            yield str(block), sum(mine[a] for a in inside), names if names != str(inside[0]) else ""
