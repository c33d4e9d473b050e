"""AWS's construction rules: what a VPC, a subnet, an address, a route or a filter may be.

Each function returns the value in AWS's canonical form or raises `Refused` with AWS's error code,
the rule with its fact number, and the way out.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from vpclab.topology.model import (
    DEFAULT_ENTRY,
    LOCAL,
    Address,
    Network,
    NetworkAclEntry,
    RouteTable,
    Subnet,
    Vpc,
)
from vpclab.topology.syntax import read_network
from vpclab.topology.words import bad, refuse

# Default quotas that the builder enforces (SG-26, ACL-13, VPC-6).
GROUPS_PER_INTERFACE = 5
RULES_PER_GROUP = 60
ENTRIES_PER_ACL = 20
BLOCKS_PER_VPC = 5

PRIVATE = tuple(IPv4Network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))  # RFC 1918
SHARED = IPv4Network("100.64.0.0/10")  # RFC 6598
UNIQUE_LOCAL = IPv6Network("fc00::/7")  # RFC 4193
LINK_LOCAL_4 = IPv4Network("169.254.0.0/16")
_LINK_LOCAL = (LINK_LOCAL_4, IPv6Network("fe80::/10"))
_MULTICAST = (IPv4Network("224.0.0.0/4"), IPv6Network("ff00::/8"))
_UNROUTABLE = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("240.0.0.0/4"),
    IPv6Network("::/127"),
)
_NEVER_VPC = tuple(IPv4Network(b) for b in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"))
_RESERVED_ROUTES = (IPv4Network("169.254.168.0/22"), IPv6Network("fd00:ec2::/32"))
NOT_PUBLIC: tuple[Network, ...] = (*PRIVATE, SHARED, UNIQUE_LOCAL, *_LINK_LOCAL, *_MULTICAST, *_UNROUTABLE)
DOCUMENTATION: dict[int, tuple[Network, ...]] = {  # RFC 5737, RFC 9637, RFC 3849: public, and nobody's
    4: tuple(IPv4Network(b) for b in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")),
    6: (IPv6Network("3fff::/20"), IPv6Network("2001:db8::/32")),
}
_AS_NUMBERS = {  # a trace asks often, and numbers compare faster than blocks
    version: tuple((int(b.network_address), int(b.netmask)) for b in NOT_PUBLIC if b.version == version)
    for version in (4, 6)
}

# VPC-8: with a block of the first range present, blocks of the others are refused.
_TEST_NET = IPv4Network("198.19.0.0/16")
_REFUSED_WITH: tuple[tuple[IPv4Network, tuple[IPv4Network, ...]], ...] = (
    (PRIVATE[0], (PRIVATE[1], PRIVATE[2], _TEST_NET)),
    (IPv4Network("10.0.0.0/15"), (IPv4Network("10.0.0.0/16"),)),
    (PRIVATE[1], (PRIVATE[0], PRIVATE[2], IPv4Network("172.31.0.0/16"), _TEST_NET)),
    (PRIVATE[2], (PRIVATE[0], PRIVATE[1], _TEST_NET)),
    (_TEST_NET, PRIVATE),
    (SHARED, (*PRIVATE, _TEST_NET)),
)


def is_public(address: Address) -> bool:
    """Return whether an address can stand on the internet.

    Not RFC 1918, RFC 6598, link-local, unique local, multicast or unroutable. Python's own `is_global`
    also refuses the documentation ranges, which the course uses as public addresses.
    """
    number = int(address)
    return not any(number & mask == net for net, mask in _AS_NUMBERS[address.version])


def read_address(text: object, what: str = "IP address") -> Address:
    """Return an address from text, or say what is wrong with it."""
    if isinstance(text, (IPv4Address, IPv6Address)):
        return text
    try:
        return ip_address(str(text).strip())
    except ValueError:
        bad("address", text=str(text), what=what)


def _fit(block: Network) -> str:
    """Return the nearest block of a size that IPv4 VPCs and subnets may have."""
    return f"{block.network_address}/{16 if block.prefixlen < 16 else 28}"


def vpc_block(text: object, present: Sequence[IPv4Network] = ()) -> IPv4Network:
    """Return an IPv4 block that a VPC may have beside those already present (VPC-2, VPC-3, VPC-6, VPC-8)."""
    block = read_network(text)
    if not isinstance(block, IPv4Network):
        refuse("vpc-ipv6", block=block)
    if not 16 <= block.prefixlen <= 28:
        refuse("vpc-size", block=block, fit=_fit(block))
    if never := next((b for b in _NEVER_VPC if block.overlaps(b)), None):
        refuse("vpc-never", block=block, never=never)
    if other := next((b for b in present if block.overlaps(b)), None):
        refuse("vpc-overlap", block=block, other=other)
    if len(present) >= BLOCKS_PER_VPC:
        refuse("vpc-blocks", block=block, most=BLOCKS_PER_VPC)
    for other in present:
        for range_, refused in _REFUSED_WITH:
            wrong = next((b for b in refused if block.subnet_of(b)), None)
            public = range_ is SHARED and not any(other.subnet_of(b) for b in (*PRIVATE, _TEST_NET))
            if wrong and (other.subnet_of(range_) or public):
                refuse("vpc-beside", block=block, other=other, wrong=wrong)
    return block


def vpc_ipv6_block(text: object) -> IPv6Network:
    """Return an IPv6 block that a VPC may have: /44 to /60 in steps of four bits (VPC-11)."""
    block = read_network(text)
    if not isinstance(block, IPv6Network) or block.prefixlen not in range(44, 61, 4):
        refuse("vpc-ipv6-size", block=block)
    return block


def subnet_block(text: object, vpc: Vpc, siblings: Iterable[Subnet]) -> Network:
    """Return a block that a subnet of this VPC may have (SUB-2, SUB-5)."""
    block = read_network(text)
    version, blocks = block.version, vpc.cidrs if block.version == 4 else vpc.ipv6_cidrs
    if version == 4 and not 16 <= block.prefixlen <= 28:
        refuse("subnet-size", block=block, fit=_fit(block))
    if version == 6 and block.prefixlen not in range(44, 65, 4):
        refuse("subnet-ipv6-size", block=block)
    if not any(block.subnet_of(parent) for parent in blocks):  # type: ignore[arg-type]  # same version
        have = ", ".join(map(str, blocks)) or f"no IPv{version} block"
        refuse("subnet-outside", block=block, have=have)
    for sibling in siblings:
        other = sibling.cidr if version == 4 else sibling.ipv6_cidr
        if other is not None and block.overlaps(other):
            refuse("subnet-overlap", block=block, sibling=sibling.name, other=other)
    return block


def reserved_addresses(block: Network) -> tuple[Address, ...]:
    """Return the five addresses of a subnet that nothing can have (SUB-3, SUB-5).

    >>> [str(a) for a in reserved_addresses(IPv4Network("10.0.0.0/28"))]
    ['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.15']
    """
    return (*(block[i] for i in range(4)), block[-1])


def interface_address(text: object, subnet: Subnet, used: Iterable[Address]) -> Address:
    """Return an address that an interface of this subnet may take (SUB-3)."""
    address = read_address(text)
    block = subnet.cidr if address.version == 4 else subnet.ipv6_cidr
    if block is None or address not in block:
        have = block or f"without IPv{address.version}"
        refuse("address-outside", address=address, subnet=subnet.name, have=have)
    if address in reserved_addresses(block):
        refuse("address-reserved", address=address, first=block[4])
    if address in used:
        refuse("address-taken", address=address, subnet=subnet.name)
    return address


def free_address(subnet: Subnet, version: int, used: Iterable[Address], *, last: bool = False) -> Address:
    """Return a free address, the same in every run: from .10 on for hosts, the last ones for gateways.

    AWS picks any free one; the order here only makes the course repeat.
    """
    block = subnet.cidr if version == 4 else subnet.ipv6_cidr
    if block is None:
        refuse("address-family", subnet=subnet.name, version=version)
    taken, end = set(used), block.num_addresses - 1
    first = 10 if end >= 31 else 4
    order = (range(end - 1, 3, -1),) if last else (range(first, end), range(4, first))
    free = next((offset for offset in itertools.chain(*order) if block[offset] not in taken), None)
    if free is None:
        refuse("subnet-full", subnet=subnet.name, block=block, count=end - 4)
    return block[free]


def route_destination(block: Network, vpc: Vpc, subnets: Iterable[Subnet], target_kind: str) -> None:
    """Refuse a destination that a subnet's table may not route to such a target (RT-11, RT-12, RT-16)."""
    reserved = _RESERVED_ROUTES[block.version == 6]
    if block.subnet_of(reserved):  # type: ignore[arg-type]  # same version
        refuse("route-reserved", block=block, reserved=reserved)
    local = next((b for b in vpc.blocks if within(block, b)), None)
    if local is not None:
        if block != local and not any(block in (subnet.cidr, subnet.ipv6_cidr) for subnet in subnets):
            refuse("route-part-of-subnet", block=block, local=local)
        if target_kind not in ("nat_gateway", "network_interface"):
            refuse("route-inside-target", block=block, local=local)
    if block.version == 6 and target_kind == "nat_gateway" and block != IPv6Network("64:ff9b::/96"):
        refuse("route-nat-ipv6", block=block)
    if block.version == 4 and target_kind == "egress_only_internet_gateway":
        refuse("route-eigw-ipv4", block=block)


def edge_routes(table: RouteTable, vpc: Vpc, subnets: Iterable[Subnet], interfaces: Iterable[str]) -> None:
    """Refuse what the route table of a gateway may not hold (GRT-1, GRT-2)."""
    whole = {*vpc.blocks, *(block for s in subnets for block in (s.cidr, s.ipv6_cidr))}
    if table.propagating:
        refuse("edge-propagation", table=table.name)
    for route in table.routes:
        if isinstance(route.destination, str):
            refuse("edge-prefix-list", table=table.name)
        if route.destination not in whole:
            refuse("edge-destination", table=table.name, block=route.destination)
        if route.target != LOCAL and route.target not in interfaces:
            refuse("edge-target", table=table.name, block=route.destination)


def within(inner: Network, outer: Network) -> bool:
    """Return whether a block is inside another one or equal to it."""
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def one_per_zone(subnets: Sequence[Subnet], what: str) -> None:
    """Refuse two subnets of one Availability Zone, and none at all (VPE-10, TGW-3)."""
    if not subnets:
        refuse("zone-none", what=what)
    for first, second in itertools.combinations(subnets, 2):
        if first.az == second.az:
            refuse("zone-twice", what=what, first=first.name, second=second.name, zone=first.az)


def acl_entries(entries: Sequence[NetworkAclEntry]) -> tuple[NetworkAclEntry, ...]:
    """Return entries that one network ACL may hold: numbers 1 to 32766, each once (ACL-4, ACL-13)."""
    seen: set[tuple[str, int]] = set()
    counted: Counter[tuple[str, int]] = Counter()  # IPv4 and IPv6 apart
    for entry in entries:
        direction, number = key = (entry.direction, entry.number)
        if not 1 <= number < DEFAULT_ENTRY:
            refuse("acl-number", number=number)
        if key in seen:
            refuse("acl-number-twice", direction=direction, number=number)
        seen.add(key)
        counted[direction, entry.cidr.version] += 1
        if counted[direction, entry.cidr.version] > ENTRIES_PER_ACL:
            refuse("acl-entries", direction=direction, number=number, most=ENTRIES_PER_ACL)
    return tuple(entries)
