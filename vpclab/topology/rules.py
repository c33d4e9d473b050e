"""AWS's construction rules: what a VPC, a subnet, an address, a route or a filter may be.

Each function returns the value in AWS's canonical form or raises `Refused` with AWS's error code,
the rule with its fact number, and the way out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from vpclab.topology.errors import BadInput, Refused
from vpclab.topology.model import DEFAULT_ENTRY, Address, Network, NetworkAclEntry, Subnet, Vpc
from vpclab.topology.syntax import read_network

# Default quotas that the builder enforces (SG-26, ACL-13, VPC-6).
GROUPS_PER_INTERFACE = 5
RULES_PER_GROUP = 60
ENTRIES_PER_ACL = 20
BLOCKS_PER_VPC = 5

PRIVATE = tuple(IPv4Network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))  # RFC 1918
SHARED = IPv4Network("100.64.0.0/10")  # RFC 6598
UNIQUE_LOCAL = IPv6Network("fc00::/7")  # RFC 4193
_LINK_LOCAL = (IPv4Network("169.254.0.0/16"), IPv6Network("fe80::/10"))
_MULTICAST = (IPv4Network("224.0.0.0/4"), IPv6Network("ff00::/8"))
_UNROUTABLE = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("240.0.0.0/4"),
    IPv6Network("::/127"),
)
_NEVER_VPC = tuple(IPv4Network(b) for b in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"))
_RESERVED_ROUTES = (IPv4Network("169.254.168.0/22"), IPv6Network("fd00:ec2::/32"))
_NOT_PUBLIC: tuple[Network, ...] = (*PRIVATE, SHARED, UNIQUE_LOCAL, *_LINK_LOCAL, *_MULTICAST, *_UNROUTABLE)

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
    return not any(address in block for block in _NOT_PUBLIC if block.version == address.version)


def read_address(text: object, what: str = "IP address") -> Address:
    """Return an address from text, or say what is wrong with it."""
    if isinstance(text, (IPv4Address, IPv6Address)):
        return text
    try:
        return ip_address(str(text).strip())
    except ValueError as error:
        raise BadInput(f"{str(text)!r} is not an {what}: write e.g. 10.0.0.10 or 2001:db8::10") from error


def vpc_block(text: object, present: Sequence[IPv4Network] = ()) -> IPv4Network:
    """Return an IPv4 block that a VPC may have beside those already present (VPC-2, VPC-3, VPC-6, VPC-8)."""
    block = read_network(text)
    if not isinstance(block, IPv4Network):
        raise Refused(
            "InvalidVpc.Range",
            str(block),
            "the main blocks of a VPC are IPv4 (VPC-2)",
            "give an IPv4 block here and the IPv6 block as ipv6=",
        )
    if not 16 <= block.prefixlen <= 28:
        raise Refused(
            "InvalidVpc.Range",
            str(block),
            "an IPv4 block of a VPC is /16 to /28 (VPC-2)",
            f"take {block.network_address}/{16 if block.prefixlen < 16 else 28}",
        )
    for never in _NEVER_VPC:
        if block.overlaps(never):
            raise Refused(
                "InvalidVpc.Range",
                str(block),
                f"{never} can never be a VPC's block (VPC-3)",
                "take a block of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
            )
    for other in present:
        if block.overlaps(other):
            raise Refused(
                "InvalidVpc.Range",
                str(block),
                f"it overlaps {other}, which the VPC has already (VPC-6)",
                "take a block beside it",
            )
    if len(present) >= BLOCKS_PER_VPC:
        raise Refused(
            "CidrLimitExceeded",
            str(block),
            f"a VPC has at most {BLOCKS_PER_VPC} IPv4 blocks by default (VPC-6)",
            "remove a secondary block first",
        )
    for other in present:
        for range_, refused in _REFUSED_WITH:
            wrong = next((bad for bad in refused if block.subnet_of(bad)), None)
            public = range_ is SHARED and not any(other.subnet_of(b) for b in (*PRIVATE, _TEST_NET))
            if wrong and (other.subnet_of(range_) or public):
                raise Refused(
                    "InvalidVpc.Range",
                    str(block),
                    f"beside {other} AWS accepts nothing from {wrong} (VPC-8)",
                    "take a block of the same private range, or of 100.64.0.0/10",
                )
    return block


def vpc_ipv6_block(text: object) -> IPv6Network:
    """Return an IPv6 block that a VPC may have: /44 to /60 in steps of four bits (VPC-11)."""
    block = read_network(text)
    if not isinstance(block, IPv6Network) or block.prefixlen not in range(44, 61, 4):
        raise Refused(
            "InvalidVpc.Range",
            str(block),
            "an IPv6 block of a VPC is /44 to /60 in steps of 4 (VPC-11)",
            "take a /56, or ipv6=True for one that Amazon provides",
        )
    return block


def subnet_block(text: object, vpc: Vpc, siblings: Iterable[Subnet]) -> Network:
    """Return a block that a subnet of this VPC may have (SUB-2, SUB-5)."""
    block = read_network(text)
    version, blocks = block.version, vpc.cidrs if block.version == 4 else vpc.ipv6_cidrs
    if version == 4 and not 16 <= block.prefixlen <= 28:
        raise Refused(
            "InvalidSubnet.Range",
            str(block),
            "an IPv4 subnet is /16 to /28 (SUB-2)",
            f"take {block.network_address}/{16 if block.prefixlen < 16 else 28}",
        )
    if version == 6 and block.prefixlen not in range(44, 65, 4):
        raise Refused(
            "InvalidSubnet.Range",
            str(block),
            "an IPv6 subnet is /44 to /64 in steps of 4 (SUB-5)",
            "take a /64 of the VPC's block",
        )
    if not any(block.subnet_of(parent) for parent in blocks):  # type: ignore[arg-type]  # same version
        have = ", ".join(map(str, blocks)) or f"no IPv{version} block"
        raise Refused(
            "InvalidSubnet.Range",
            str(block),
            f"it is not inside the VPC, which has {have} (SUB-2)",
            "take a part of the VPC's block",
        )
    for sibling in siblings:
        other = sibling.cidr if version == 4 else sibling.ipv6_cidr
        if other is not None and block.overlaps(other):
            raise Refused(
                "InvalidSubnet.Conflict",
                str(block),
                f"it overlaps subnet {sibling.name} ({other}); subnets of a VPC must not overlap (SUB-2)",
                "take a free block of the VPC",
            )
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
        raise Refused(
            "InvalidParameterValue",
            str(address),
            f"subnet {subnet.name} is {block or f'without IPv{address.version}'}, so the address is not in it (SUB-2)",
            "take an address of the subnet",
        )
    if address in reserved_addresses(block):
        raise Refused(
            "InvalidParameterValue",
            str(address),
            "AWS reserves the first four addresses and the last one of every subnet (SUB-3)",
            f"take {block[4]} or a later one",
        )
    if address in used:
        raise Refused(
            "InvalidIPAddress.InUse",
            str(address),
            f"another interface of subnet {subnet.name} has it",
            "take a free address, or none to get one",
        )
    return address


def free_address(subnet: Subnet, version: int, used: Iterable[Address], *, last: bool = False) -> Address:
    """Return a free address, the same in every run: from .10 on for hosts, the last ones for gateways.

    AWS picks any free one; the order here only makes the course repeat.
    """
    block = subnet.cidr if version == 4 else subnet.ipv6_cidr
    if block is None:
        raise Refused(
            "InvalidParameterCombination",
            f"subnet {subnet.name}",
            f"it has no IPv{version} block (SUB-6)",
            "give the subnet one",
        )
    taken, end = set(used), block.num_addresses - 1
    first = 10 if end >= 31 else 4
    order = (range(end - 1, 3, -1),) if last else (range(first, end), range(4, first))
    for offset in itertools.chain(*order):
        if (address := block[offset]) not in taken:
            return address
    raise Refused(
        "InsufficientFreeAddressesInSubnet",
        f"subnet {subnet.name} ({block})",
        f"all {end - 4} usable addresses are taken (SUB-3)",
        "use another subnet",
    )


def route_destination(text: object, vpc: Vpc, subnets: Iterable[Subnet], target_kind: str) -> Network:
    """Return a destination that a subnet's route table may route to such a target (RT-11, RT-12, RT-16)."""
    block = read_network(text, "destination")
    reserved = _RESERVED_ROUTES[block.version == 6]
    if block.subnet_of(reserved):  # type: ignore[arg-type]  # same version
        raise Refused(
            "InvalidParameterValue",
            str(block),
            f"nothing inside {reserved} can be routed (RT-12)",
            "leave the route out: these services need none",
        )
    blocks: tuple[Network, ...] = vpc.cidrs if block.version == 4 else vpc.ipv6_cidrs
    local = next((b for b in blocks if block.subnet_of(b)), None)  # type: ignore[arg-type]
    if local is not None:
        whole = block == local or any(block in (subnet.cidr, subnet.ipv6_cidr) for subnet in subnets)
        if not whole or target_kind not in ("nat_gateway", "network_interface"):
            why = (
                f"inside the VPC ({local}) a route may only name a whole subnet's block (RT-11)"
                if not whole
                else f"inside the VPC ({local}) the target must be a NAT gateway or a network interface (RT-11)"
            )
            raise Refused(
                "InvalidParameterValue",
                str(block),
                why,
                "the local route already reaches every subnet; leave this route out",
            )
    if block.version == 6 and target_kind == "nat_gateway" and block != IPv6Network("64:ff9b::/96"):
        raise Refused(
            "InvalidParameterValue",
            str(block),
            "a NAT gateway takes IPv6 only for NAT64, 64:ff9b::/96 (RT-16)",
            "use an egress-only internet gateway for IPv6",
        )
    return block


def acl_entries(entries: Sequence[NetworkAclEntry]) -> tuple[NetworkAclEntry, ...]:
    """Return entries that one network ACL may hold: numbers 1 to 32766, each once (ACL-4, ACL-13)."""
    seen: set[tuple[str, int]] = set()
    for entry in entries:
        if not 1 <= entry.number < DEFAULT_ENTRY:
            raise Refused(
                "InvalidParameterValue",
                f"rule number {entry.number}",
                "numbers go from 1 to 32766; 32767 is the * rule (ACL-4)",
                "take a number such as 100",
            )
        key = (entry.direction, entry.number)
        if key in seen:
            raise Refused(
                "NetworkAclEntryAlreadyExists",
                f"{entry.direction} rule {entry.number}",
                "each number stands once per direction (ACL-4)",
                "give one of the two another number",
            )
        seen.add(key)
        if sum(direction == entry.direction for direction, _ in seen) > ENTRIES_PER_ACL:
            raise Refused(
                "NetworkAclEntryLimitExceeded",
                f"{entry.direction} rule {entry.number}",
                f"a network ACL has {ENTRIES_PER_ACL} rules per direction by default (ACL-13)",
                "join rules into larger blocks",
            )
    return tuple(entries)
