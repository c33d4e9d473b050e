"""Network ACLs and security groups: what a packet must pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Network, IPv6Network

from vpclab.topology import rules
from vpclab.topology.errors import NotFound
from vpclab.topology.model import (
    ALL,
    INBOUND,
    OUTBOUND,
    NetworkAcl,
    NetworkAclEntry,
    NetworkInterface,
    PeeringConnection,
    PrefixList,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    TransitGatewayAttachment,
)
from vpclab.topology.store import Associated, Handle, several
from vpclab.topology.syntax import read_entry, read_rule
from vpclab.topology.words import missing, refuse

ANY4, ANY6 = IPv4Network("0.0.0.0/0"), IPv6Network("::/0")


def allow_all(version: int) -> tuple[NetworkAclEntry, ...]:
    """Return the entries of a default network ACL for one address family (ACL-2)."""
    number, block = (100, ANY4) if version == 4 else (101, ANY6)
    return tuple(NetworkAclEntry(side, number, True, ALL, block) for side in (INBOUND, OUTBOUND))


def open_outbound(ipv6: bool) -> tuple[SecurityGroupRule, ...]:
    """Return the outbound rules of a new group: everything, IPv6 too if the VPC has it (SG-1, SG-2)."""
    return tuple(SecurityGroupRule(OUTBOUND, ALL, None, None, b) for b in ((ANY4, ANY6) if ipv6 else (ANY4,)))


class NetworkAclHandle(Associated):
    """A network ACL: numbered rules at the subnet's edge."""

    def entries(self, *, inbound: Sequence[str] | None = None, outbound: Sequence[str] | None = None) -> None:
        """Set the entries of one direction or both; a direction left out stays as it is."""
        value: NetworkAcl = self.value
        new: list[NetworkAclEntry] = []
        for texts, side in ((inbound, INBOUND), (outbound, OUTBOUND)):
            new += value.side(side) if texts is None else [read_entry(text, side) for text in several(texts)]
        self._update(entries=rules.acl_entries(new))

    def remove(self) -> None:
        """Delete the network ACL; refused for the default one and while it guards subnets (ACL-1)."""
        if self.value.is_default:
            refuse("acl-default", acl=self.name)
        self._refuse_use("used-acl", self._served())
        self.topology.drop(self.value)


class SecurityGroupHandle(Handle[SecurityGroup]):
    """A security group: allow rules for network interfaces."""

    def _lookup(self, direction: str, name: str) -> tuple[str, str] | None:
        """Return id and name of the group or prefix list that a rule names."""
        if name == "self":
            return self.id, self.name
        try:
            group = self.topology.one(SecurityGroup, name, self.value.vpc_id)
        except NotFound:
            try:
                found = self.topology.one(PrefixList, name)
            except NotFound:
                return None
            return found.id, found.name
        if group.vpc_id == self.value.vpc_id:
            return group.id, group.name
        self._check_reference(group, direction)
        return group.id, self.topology.qualified(group)

    def _check_reference(self, other: SecurityGroup, direction: str) -> None:
        """Refuse a group that a rule here cannot name (PCX-9, SG-21)."""
        pair = {self.value.vpc_id, other.vpc_id}
        name = self.topology.qualified(other)
        for pcx in self.topology.values(PeeringConnection):
            if pcx.status == "active" and {pcx.requester.vpc_id, pcx.accepter.vpc_id} == pair:
                if pcx.requester.region != pcx.accepter.region:
                    refuse("group-cross-region", other=name, group=self.name)
                return
        joined = self.topology.values(TransitGatewayAttachment)
        mine, theirs = ({a.transit_gateway_id for a in joined if a.resource_id == id} for id in sorted(pair))
        if not mine & theirs:
            refuse("group-other-vpc", other=name, group=self.name)
        if direction == OUTBOUND:
            refuse("group-transit-outbound", other=name)

    def read(self, inbound: Iterable[str], outbound: Iterable[str]) -> list[SecurityGroupRule]:
        """Return the rules that these texts stand for; one that is there may have gone stale (PCX-9)."""
        there = {(rule.direction, str(rule)): rule for rule in self.value.rules}
        sides = ((inbound, INBOUND), (outbound, OUTBOUND))
        return [
            there.get((side, text)) or read_rule(text, side, partial(self._lookup, side))
            for texts, side in sides
            for text in several(texts)
        ]

    def checked(self, wanted: Iterable[SecurityGroupRule]) -> tuple[SecurityGroupRule, ...]:
        """Return the rules, each once and no more than the quota (SG-26)."""
        unique = tuple(dict.fromkeys(wanted))
        for direction in (INBOUND, OUTBOUND):
            side = [rule for rule in unique if rule.direction == direction]
            for version in (4, 6):
                count = sum(self._weight(rule, version) for rule in side)
                if count > rules.RULES_PER_GROUP:
                    most = rules.RULES_PER_GROUP
                    refuse("group-rules", count=count, direction=direction, group=self.name, most=most)
        return unique

    def _weight(self, rule: SecurityGroupRule, version: int) -> int:
        """Return how many rules of one address family a rule counts as: a list by its entries (SG-26)."""
        found = self.topology.get(PrefixList, rule.peer) if isinstance(rule.peer, str) else None
        if found is None:
            return int(getattr(rule.peer, "version", version) == version)
        of_aws = found.name.startswith("com.amazonaws.")  # S3's and DynamoDB's weigh one
        return 1 if of_aws else sum(block.version == version for block in found.cidrs)

    def allow(self, *, inbound: Sequence[str] = (), outbound: Sequence[str] = ()) -> None:
        """Add rules (AWS: authorize)."""
        self._update(rules=self.checked((*self.value.rules, *self.read(inbound, outbound))))

    def revoke(self, *, inbound: Sequence[str] = (), outbound: Sequence[str] = ()) -> None:
        """Remove rules, written as they were added."""
        gone, there = self.read(inbound, outbound), self.value.rules
        wrong = next((rule for rule in gone if rule not in there), None)
        if wrong is not None:
            missing("rule", map(str, there), direction=wrong.direction, rule=str(wrong), group=self.name)
        self._update(rules=tuple(rule for rule in there if rule not in gone))

    def remove(self) -> None:
        """Delete the group; refused for the default one and while it is used or named by others."""
        if self.name == "default":
            refuse("group-default")
        enis = [e for e in self.topology.values(NetworkInterface) if self.id in e.group_ids]
        mates = self.topology.children(SecurityGroup, self.value.vpc_id)  # a peer's rule goes stale (PCX-9)
        others = [group for group in mates if group.id != self.id]
        naming = [group for group in others if any(rule.peer == self.id for rule in group.rules)]
        self._refuse_use("used-group", [*enis, *naming])
        for group in self.topology.values(SecurityGroup):
            kept = tuple(replace(r, stale=r.stale or r.peer == self.id) for r in group.rules)
            if kept != group.rules:
                self.topology.put(replace(group, rules=kept))
        self.topology.drop(self.value)


class PrefixListHandle(Handle[PrefixList]):
    """A prefix list: blocks under one name, for route tables and security groups (RT-19)."""

    def remove(self) -> None:
        """Delete it; refused while a route or a rule names it."""
        tables = [t for t in self.topology.values(RouteTable) if self.id in {r.destination for r in t.routes}]
        groups = [g for g in self.topology.values(SecurityGroup) if self.id in {r.peer for r in g.rules}]
        self._refuse_use("used-prefix-list", [*tables, *groups])
        self.topology.drop(self.value)
