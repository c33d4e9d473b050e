"""What internet, egress-only and NAT gateways do with a packet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpclab.evaluate import routes
from vpclab.evaluate.ends import INTERNET
from vpclab.evaluate.network import Interface, LinkedSubnet, LinkedVpc
from vpclab.evaluate.packets import NAT_PORTS, Header, address, reply
from vpclab.evaluate.results import FORWARD, REPLY, Target
from vpclab.topology.model import (
    ICMP,
    ICMPV6,
    INBOUND,
    OUTBOUND,
    PORTED,
    EgressOnlyInternetGateway,
    InternetGateway,
    NatGateway,
    RouteTable,
)
from vpclab.topology.rules import PRIVATE, SHARED, is_public

if TYPE_CHECKING:
    from vpclab.evaluate.walk import Walk

ECHO = ((ICMP, 8), (ICMPV6, 128))
Gateway = InternetGateway | EgressOnlyInternetGateway


def leave_by_internet_gateway(walk: Walk, target: Target, header: Header, subnet: LinkedSubnet) -> None:
    """Translate the private source to its public address and go out (IGW-3, IGW-5, IGW-6, IGW-9)."""
    vpc = subnet.vpc
    igw = vpc.igw
    if igw is None or _blocked_account_wide(walk, igw, header):
        return
    version, src, dst = header[:3]
    source = address(version, src)
    refusals = refuses_destination(version, dst)
    public = _public_of(vpc, src) if version == 4 else src
    if public is None:
        words = f"{source} has no public address, so the gateway drops the packet (IGW-5)"
        refusals.append(("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", words))
    if version == 6 and not is_public(source):
        words = f"{source} is a private IPv6 address, which ends at the gateway (IGW-9)"
        refusals.append(("vpclab:IGW_PRIVATE_IPV6", words))
    appliance = _redirected(walk, igw, header)
    if appliance:
        words = (
            f"its table sends what comes in for {source} to {appliance}, so nothing leaves past that (GRT-3)"
        )
        refusals.append(("INGRESS_RTB_TRAFFIC_REDIRECTION", words))
    if _refused(walk, igw, header, OUTBOUND, refusals) or public is None:
        return
    after: Header = (version, public, *header[2:])
    walk.step(igw, igw.kind, header, after, OUTBOUND)
    _on_the_internet(walk, after)


def leave_by_egress_only_gateway(walk: Walk, target: Target, header: Header, subnet: LinkedSubnet) -> None:
    """Go out over IPv6 and be remembered, so that replies come back (EIGW-1, PATH-13)."""
    eigw = subnet.vpc.eigw
    if eigw is None or _blocked_account_wide(walk, eigw, header):
        return
    version, src, dst = header[:3]
    refusals = refuses_destination(version, dst)
    if version == 4:
        refusals.append(("PROTOCOL_RESTRICTION", "it carries IPv6 only (EIGW-1)"))
    if version == 6 and not is_public(address(version, src)):
        words = f"{address(version, src)} is a private IPv6 address (IGW-9)"
        refusals.append(("vpclab:IGW_PRIVATE_IPV6", words))
    if walk.leg == REPLY:
        words = "a connection must start inside the VPC, and this reply belongs to none that did (EIGW-1)"
        refusals.append(("vpclab:EIGW_OUTBOUND_ONLY", words))
    if _refused(walk, eigw, header, OUTBOUND, refusals):
        return
    walk.step(eigw, eigw.kind, header, header, OUTBOUND)
    walk.left_by = eigw.id
    _on_the_internet(walk, header)


def _redirected(walk: Walk, igw: InternetGateway, header: Header) -> str:
    """Return the appliance that the gateway's table puts before a sender, if it was bypassed (GRT-3)."""
    version, src = header[:2]
    table = walk.network.edge_tables.get(igw.id)
    chosen = routes.best(table, version, src) if table else None
    target = walk.network.interfaces.get(chosen[1].id) if chosen and chosen[1] else None
    if target is None or target in walk.through[walk.leg] or (version, src) in target.addresses:
        return ""
    return target.component.name


def _blocked_account_wide(walk: Walk, gateway: Gateway, header: Header) -> bool:
    """Say that Block Public Access is on and not modelled (BPA-1); return whether it is."""
    mode = walk.network.snapshot.settings.block_public_access
    if mode in ("", "off"):
        return False
    because = f"VPC Block Public Access is on ({mode}), and vpclab does not model it yet (BPA-1)."
    walk.stop_unknown(gateway, header, because)
    return True


def refuses_destination(version: int, dst: int) -> list[tuple[str, str]]:
    """Return why a gateway does not send to an address: private and shared ranges stay inside (IGW-6)."""
    to = address(version, dst)
    if is_public(to):
        return []
    code = "NO_POSSIBLE_DESTINATION"
    if any(to in block for block in PRIVATE if version == 4):
        code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"
    elif version == 4 and to in SHARED:
        code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"
    return [(code, f"{to} is not a public address, and the gateway does not send there (IGW-6)")]


def _refused(
    walk: Walk, gateway: Gateway, header: Header, direction: str, refusals: list[tuple[str, str]]
) -> bool:
    """Note why a gateway refuses a packet; return whether it does."""
    from vpclab.evaluate.walk import no

    label = f"{getattr(gateway, 'spoken', gateway.kind.replace('_', ' '))} {gateway.name}"
    checks = [no(gateway, code, f"{label}: {words}.", direction) for code, words in refusals]
    if checks:
        walk.step(gateway, gateway.kind, header, None, direction, *checks)
    return bool(checks)


def _public_of(vpc: LinkedVpc, private: int) -> int | None:
    """Return the public address mapped to a private one of this VPC (IGW-3)."""
    owner = vpc.owners.get((4, private))
    if isinstance(owner, Interface):
        return owner.public_of.get(private)
    if isinstance(owner, NatGateway) and owner.public_ip is not None and owner.connectivity == "public":
        return int(owner.public_ip)
    return None


def _on_the_internet(walk: Walk, header: Header) -> None:
    """Go on from a gateway's public side: to a host, a service, or another public address of the topology."""
    version, src, dst = header[:3]
    network = walk.network
    announced = network.vpc_at(6, dst) if version == 6 else None
    if announced is not None or (version == 4 and dst in network.public):
        enter_from_internet(walk, header)
        return
    to = address(version, dst)
    meant = walk.destination
    asked_service = meant.component.kind == "service" and meant.address == to
    place = meant.component if asked_service else network.service_at(to) or INTERNET
    if walk.leg == REPLY:
        asked = walk.header[2]
        if src != asked:
            because = (
                f"the internet: the reply comes from {address(version, src)}, but "
                f"{address(version, asked)} was asked."
            )
            walk.stop(INTERNET, header, "vpclab:REPLY_FROM_ANOTHER_ADDRESS", because)
        else:
            walk.step(walk.source.component, walk.source.component.kind, header, None)
    elif network.vpc_at(version, dst) is not None:
        because = f"the internet: {to} belongs to a VPC's private range, which is never announced (VPC-3)."
        walk.stop(INTERNET, header, "NO_POSSIBLE_DESTINATION", because)
    else:
        if place is not INTERNET:
            walk.note("Traffic to a public address of an AWS service stays on AWS's network (IGW-11).")
        walk.step(place, place.kind, header, None)
        walk.reached(place, header)


def enter_from_internet(walk: Walk, header: Header) -> None:
    """Come in by the gateway of the VPC that has the public address (IGW-5, IGW-6, PATH-4)."""
    version, src, dst = header[:3]
    source, to = address(version, src), address(version, dst)
    mapped = walk.network.public.get(dst) if version == 4 else None
    if mapped is not None:
        vpc, private = mapped
    else:
        meant = getattr(walk.destination.component, "vpc_id", None) if walk.leg == FORWARD else None
        found = walk.network.vpcs.get(meant or "") or walk.network.vpc_at(version, dst)
        if found is None:
            because = f"the internet: nothing in this topology has the public address {to}."
            walk.nobody(INTERNET, header, because)
            return
        vpc, private = found, dst
    gateway: Gateway | None = vpc.igw
    if version == 6 and vpc.eigw is not None:
        gateway = _ipv6_gateway(walk, vpc, header)
    lost = _lost_gateway(walk, vpc) if gateway is None else ""
    if lost:
        walk.stop_unknown(
            vpc.value, header, f"internet gateway {lost} of VPC {vpc.value.name} is not in the data."
        )
        return
    if gateway is None:
        because = (
            f"VPC {vpc.value.name}: it has no internet gateway, so nothing comes in from the "
            "internet (IGW-2)."
        )
        walk.stop(vpc.value, header, "NO_POSSIBLE_DESTINATION", because)
        return
    if _blocked_account_wide(walk, gateway, header):
        return
    refusals = []
    if any(source in block for block in PRIVATE if version == 4):
        refusals.append(
            ("IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS", f"{source} is a private address (IGW-6)")
        )
    elif version == 4 and source in SHARED:
        refusals.append(
            ("IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS", f"{source} is a shared address (IGW-6)")
        )
    if version == 4 and mapped is None:
        words = f"{to} is not the public address of an interface here (IGW-5)"
        refusals.append(("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", words))
    if version == 6 and not (is_public(to) and is_public(source)):
        refusals.append(("vpclab:IGW_PRIVATE_IPV6", f"{to} is a private IPv6 address (IGW-9)"))
    if gateway is vpc.eigw and walk.left_by != gateway.id:
        words = "it lets nothing in that was not asked for from inside (EIGW-1)"
        refusals.append(("vpclab:EIGW_OUTBOUND_ONLY", words))
    if _refused(walk, gateway, header, INBOUND, refusals):
        return
    after: Header = (version, src, private, *header[3:])
    walk.step(gateway, gateway.kind, header, after, INBOUND)
    walk.enter_vpc(vpc, gateway, after)


def _lost_gateway(walk: Walk, vpc: LinkedVpc) -> str:
    """Return the id of an internet gateway that a route of the VPC leads to and no file holds."""
    tables = (table for table in walk.network.snapshot.all(RouteTable) if table.vpc_id == vpc.value.id)
    targets = (r.target for t in tables for r in t.routes if r.state == "active")
    known = walk.network.snapshot.get
    return next((id for id in targets if id.startswith("igw-") and not known(InternetGateway, id)), "")


def _ipv6_gateway(walk: Walk, vpc: LinkedVpc, header: Header) -> Gateway | None:
    """Return the gateway by which IPv6 reaches an address: the one its subnet answers through (PATH-13)."""
    if walk.leg == REPLY and vpc.eigw is not None and walk.left_by == vpc.eigw.id:
        return vpc.eigw
    subnet = vpc.subnet_at(6, header[2])
    chosen = routes.best(subnet.table, 6, header[1]) if subnet is not None and subnet.table else None
    answers_by = chosen[1] if chosen else None
    if vpc.igw is None or (answers_by is not None and answers_by.kind == EgressOnlyInternetGateway.kind):
        return vpc.eigw
    return vpc.igw


def through_nat_gateway(walk: Walk, target: Target, header: Header, came_from: LinkedSubnet) -> None:
    """Go to the NAT gateway a route points at, be rewritten, and leave its subnet (PATH-5, NGW-3)."""
    nat = walk.network.snapshot.get(NatGateway, target.id)
    subnet = walk.network.nat_subnets.get(target.id)
    if nat is None:
        return
    label = f"NAT gateway {nat.name}"
    if subnet is None or nat.private_ip is None:
        regional = nat.availability != "zonal"
        what = (
            "regional NAT gateways are not modelled yet"
            if regional
            else "its subnet or address is not in the data"
        )
        walk.stop_unknown(nat, header, f"{label}: {what}.")
        return
    if subnet is not came_from:
        walk.pass_acl(subnet, header, INBOUND)
    version, src, dst, protocol = header[:4]
    if nat.state != "available":
        walk.stop(
            nat, header, "BAD_STATE", f"{label} is {nat.state}, and only an available one forwards (NGW-15)."
        )
    elif version == 6:
        walk.stop_unknown(nat, header, f"{label}: NAT64 is not modelled yet (NGW-13).")
    elif protocol not in (*PORTED, ICMP):
        walk.stop(nat, header, "PROTOCOL_RESTRICTION", f"{label}: it carries TCP, UDP and ICMP only (NGW-5).")
    elif not subnet.vpc.holds(version, src) and walk.via != "transit_gateway":
        because = (
            f"{label}: {address(version, src)} is not in its VPC, and it serves its own VPC only (NGW-11)."
        )
        walk.stop(nat, header, "NGW_REQUIRES_SOURCE_IN_VPC", because)
    elif walk.leg == REPLY:
        because = f"{label}: it saw no request that this reply belongs to, and drops it (NGW-4)."
        walk.stop(nat, header, "vpclab:NAT_WITHOUT_CONNECTION", because)
    else:
        ports = NAT_PORTS if protocol in PORTED else header[4:6]
        after: Header = (version, int(nat.private_ip), dst, protocol, *ports, *header[6:])
        walk.translated[nat.id] = (header, after)
        walk.step(nat, nat.kind, header, after)
        _leave_nat_gateway(walk, subnet, after)


def _leave_nat_gateway(walk: Walk, subnet: LinkedSubnet, header: Header) -> None:
    """Leave the NAT gateway's subnet: its network ACL and its route table (NGW-14)."""
    if subnet.vpc.subnet_at(header[0], header[2]) is subnet:
        walk.arrive(subnet, header)
    else:
        walk.leave_subnet(subnet, header)


def at_nat_gateway_address(walk: Walk, nat: NatGateway, header: Header) -> None:
    """Take a packet for a NAT gateway's own address: only a reply goes on, to its client (NGW-4)."""
    meant = walk.destination.component
    if walk.leg == FORWARD and isinstance(meant, NatGateway) and meant.id != nat.id:
        because = f"the packet comes to {nat.name}, which has the address {nat.private_ip} here."
        walk.stop(nat, header, "NO_POSSIBLE_DESTINATION", because)
        return
    remembered = walk.translated.get(nat.id)
    if walk.leg == REPLY and remembered is not None and reply(remembered[1]) == header:
        back = reply(remembered[0])
        walk.step(nat, nat.kind, header, back)
        _leave_nat_gateway(walk, walk.network.nat_subnets[nat.id], back)
    elif walk.leg == FORWARD and (header[3], header[6]) in ECHO:
        walk.step(nat, nat.kind, header, None)
        walk.note(f"NAT gateway {nat.name} does not answer an echo (NGW-4).")
        walk.silent = True
        walk.reached(nat, header)
    else:
        because = (
            f"NAT gateway {nat.name}: it accepts replies only; nothing can be started towards it (NGW-4)."
        )
        walk.stop(nat, header, "vpclab:NAT_ACCEPTS_ONLY_REPLIES", because)
