"""Network ACLs and security groups: what a packet must pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    PrefixList,
    Resource,
    SecurityGroup,
    SecurityGroupRule,
)
from vpclab.topology.store import Associated, Handle
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
            new += value.side(side) if texts is None else [read_entry(text, side) for text in texts]
        self._update(entries=rules.acl_entries(new))

    def remove(self) -> None:
        """Delete the network ACL; refused for the default one and while it guards subnets (ACL-1)."""
        if self.value.is_default:
            refuse("acl-default", acl=self.name)
        self._refuse_use("used-acl", self._served())
        self.topology.drop(self.value)


class SecurityGroupHandle(Handle[SecurityGroup]):
    """A security group: allow rules for network interfaces."""

    def _lookup(self, name: str) -> tuple[str, str] | None:
        """Return id and name of the group or prefix list that a rule names."""
        if name == "self":
            return self.id, self.name
        try:
            found: Resource = self.topology.one(SecurityGroup, name, self.value.vpc_id)
        except NotFound:
            try:
                found = self.topology.one(PrefixList, name)
            except NotFound:
                return None
        if isinstance(found, SecurityGroup) and found.vpc_id != self.value.vpc_id:
            refuse("group-other-vpc", other=self.topology.qualified(found), group=self.name)
        return found.id, found.name

    def read(self, inbound: Iterable[str], outbound: Iterable[str]) -> list[SecurityGroupRule]:
        """Return the rules that these texts stand for."""
        sides = ((inbound, INBOUND), (outbound, OUTBOUND))
        return [read_rule(text, side, self._lookup) for texts, side in sides for text in texts]

    def checked(self, wanted: Iterable[SecurityGroupRule]) -> tuple[SecurityGroupRule, ...]:
        """Return the rules, each once and no more than the quota (SG-26)."""
        unique = tuple(dict.fromkeys(wanted))
        for direction in (INBOUND, OUTBOUND):
            side = [rule for rule in unique if rule.direction == direction]
            for version in (4, 6):
                count = sum(getattr(rule.peer, "version", version) == version for rule in side)
                if count > rules.RULES_PER_GROUP:
                    most = rules.RULES_PER_GROUP
                    refuse("group-rules", count=count, direction=direction, group=self.name, most=most)
        return unique

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
        others = [group for group in self.topology.values(SecurityGroup) if group.id != self.id]
        naming = [group for group in others if any(rule.peer == self.id for rule in group.rules)]
        self._refuse_use("used-group", [*enis, *naming])
        self.topology.drop(self.value)
