"""The two ends of a flow: from what people write to an interface, an address, the internet."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any

from vpclab.evaluate.network import Interface, LinkedNetwork
from vpclab.evaluate.results import Place, service_place
from vpclab.topology.errors import Ambiguous, BadInput, NotFound
from vpclab.topology.model import (
    Address,
    Connection,
    CustomerGateway,
    Instance,
    NatGateway,
    Network,
    NetworkAcl,
    NetworkInterface,
    PrefixList,
    Resource,
    RouteTable,
    SecurityGroup,
    Site,
    Snapshot,
    TransitGateway,
    TransitGatewayRouteTable,
    VirtualPrivateGateway,
    Vpc,
    VpcEndpoint,
)
from vpclab.topology.rules import DOCUMENTATION, LINK_LOCAL_4, is_public, read_address
from vpclab.topology.services import service_blocks, service_name
from vpclab.topology.store import Handle
from vpclab.topology.syntax import read_network


@dataclass(frozen=True, slots=True)
class Internet:
    """The internet as one end of a flow: an unnamed public host, or the one (or block) given.

    >>> from vpclab import internet
    >>> internet, internet("203.0.113.10")
    (internet, internet('203.0.113.10'))
    """

    block: Network | None = None

    def __call__(self, where: object) -> Internet:
        """Return the host or block `where` on the internet."""
        text = str(where)
        return Internet(
            read_network(text if "/" in text else f"{read_address(text)}/{32 if '.' in text else 128}")
        )

    @property
    def _where(self) -> str:
        one = self.block is not None and self.block.num_addresses == 1
        return str(self.block.network_address if one and self.block else self.block)

    def __repr__(self) -> str:
        return f"internet({self._where!r})" if self.block else "internet"

    def __str__(self) -> str:
        return f"internet {self._where}" if self.block else "internet"


internet = Internet()
INTERNET = Place(id="internet", name="internet")


@dataclass(frozen=True, slots=True)
class Service:
    """An AWS service as the destination of a flow, in the Region of the one who asks unless `region` says."""

    name: str
    region: str | None = None

    def __str__(self) -> str:
        return f"service {self.name} {self.region or ''}".rstrip()


def service(name: str, region: str | None = None) -> Service:
    """Return an AWS service as a destination: ``service("s3")``, ``service("s3", region="us-east-1")``."""
    return Service(name, region)


@dataclass(frozen=True, slots=True)
class SiteHost:
    """A host of a site on premises: the one at `address`, or one of the site's first block."""

    site: str
    address: Address | None = None

    def __str__(self) -> str:
        return f"site {self.site} {self.address or ''}".rstrip()


def site(name: str, address: object = None) -> SiteHost:
    """Return a host of a site as an end of a flow: ``site("office")``, ``site("office", "192.168.0.10")``."""
    return SiteHost(name, None if address is None else read_address(address))


@dataclass(frozen=True, slots=True)
class End:
    """One end: what people call it, its address, and the interface it sends from, if it is in a VPC."""

    component: Any
    address: Address
    interface: Interface | None = None
    lost: str = ""  # why nothing can be said about it: what the data lacks


@dataclass(frozen=True, slots=True)
class Lost:
    """A resource whose place in the network is not in the data."""

    component: Any
    value: NetworkInterface | None
    because: str

    def end(self, version: int) -> End:
        """Return the end it makes, so that the trace can say what is missing."""
        own: Address | None = None
        if self.value is not None:
            own = self.value.private_ip if version == 4 else next(iter(self.value.ipv6_addresses), None)
        return End(
            self.component, own or (IPv4Address(0) if version == 4 else IPv6Address(0)), lost=self.because
        )


def unnamed_host(snapshot: Snapshot, version: int) -> Address:
    """Return a public host that no rule, route or entry names: the first free documentation address."""
    key = f"unnamed-{version}"
    if key not in snapshot.memo:
        everything = (*named_blocks(snapshot), *used_blocks(snapshot))
        named = [block for block in everything if block.version == version]
        firsts = [block[1] for block in DOCUMENTATION[version]]
        after = [
            block.broadcast_address + 1
            for block in named
            if int(block.broadcast_address) + 1 < 1 << block.max_prefixlen
        ]
        inside = [a for a in after if any(a in block for block in DOCUMENTATION[version])]

        def how_named(candidate: Address) -> int:
            return max((block.prefixlen for block in named if candidate in block), default=0)

        order = {block: i for i, block in enumerate(DOCUMENTATION[version])}
        ranked = sorted(
            {*firsts, *inside},
            key=lambda a: (how_named(a), next(i for block, i in order.items() if a in block), int(a)),
        )
        snapshot.memo[key] = ranked[0]
    return snapshot.memo[key]  # type: ignore[no-any-return]


def named_blocks(snapshot: Snapshot) -> list[Network]:
    """Return every block, other than the whole address space, that a rule, route, entry or VPC names."""
    if "named" not in snapshot.memo:
        found: list[Any] = []
        for value in snapshot:
            if isinstance(value, SecurityGroup):
                found += [rule.peer for rule in value.rules]
            elif isinstance(value, NetworkAcl):
                found += [entry.cidr for entry in value.entries]
            elif isinstance(value, (RouteTable, TransitGatewayRouteTable)):
                found += [route.destination for route in value.routes]
            elif isinstance(value, (PrefixList, Vpc, Site)):
                found += value.cidrs
                found += getattr(value, "ipv6_cidrs", ())
            elif isinstance(value, Connection):
                found += value.prefixes or ()
        blocks = {block for block in found if not isinstance(block, str) and block.prefixlen > 0}
        snapshot.memo["named"] = sorted(blocks, key=lambda block: (block.version, block))
    named: list[Network] = snapshot.memo["named"]
    return named


def used_blocks(snapshot: Snapshot) -> list[Network]:
    """Return the public addresses that interfaces and NAT gateways have."""
    found = [entry.public_ip for eni in snapshot.all(NetworkInterface) for entry in eni.addresses]
    found += [nat.public_ip for nat in snapshot.all(NatGateway)]
    return [IPv4Network(address) for address in found if address is not None]


def source_end(network: LinkedNetwork, ref: object, version: int, towards: object = None) -> End:
    """Return the end a flow starts from; an IPv6-only host has IPv4 towards link-local services (SUB-6)."""
    if isinstance(ref, Internet):
        return End(INTERNET, _host(network, ref, version))
    if isinstance(ref, Service):
        raise BadInput(f"{ref.name}: a service answers and never starts a connection (VPE-13)")
    literal = _literal(ref)
    if literal is not None:
        return _source_at(network, literal, version)
    found = _find(network, ref)
    if isinstance(found, Lost):
        return found.end(version)
    if isinstance(found, Site):
        return _at_site(found, ref, version)
    if isinstance(found, NatGateway):
        return _from_owner(found, None)
    host = _literal(towards) if version == 4 and found.subnet.value.cidr is None else None
    if host is not None and host in LINK_LOCAL_4:
        return End(found.component, LINK_LOCAL_4[1], found)
    return End(found.component, _own_address(found, version), found)


def _source_at(network: LinkedNetwork, literal: Address, version: int) -> End:
    """Return the end that has an address: an interface, else a site, else the internet."""
    _check_family(literal, version)
    key = (version, int(literal))
    owners: list[Interface | NatGateway | Site] = [
        v.owners[key] for v in network.vpcs.values() if key in v.owners
    ]
    if not owners and version == 4 and int(literal) in network.public:
        vpc, private = network.public[int(literal)]
        return _from_owner(vpc.owners[4, private], IPv4Address(private))
    if not owners:
        owners = [
            s
            for s in network.snapshot.all(Site)
            if any(literal in c for c in s.cidrs if c.version == version)
        ]
    if len(owners) > 1:
        raise Ambiguous(str(literal), [o.value.id if isinstance(o, Interface) else o.id for o in owners])
    if owners:
        return End(owners[0], literal) if isinstance(owners[0], Site) else _from_owner(owners[0], literal)
    lost = _lost_owner(network, literal)
    if lost:
        return End(INTERNET, literal, lost=lost)
    if network.vpc_at(version, int(literal)) is not None:
        raise NotFound(f"no interface has {literal}, which is inside a VPC: use an address that exists")
    return End(INTERNET, literal)


def _lost_owner(network: LinkedNetwork, literal: Address) -> str:
    """Return why nobody can tell who has an address that is not public; empty if it can be told."""
    settings, snapshot = network.snapshot.settings, network.snapshot
    permission = settings.permission(NetworkInterface.kind) or settings.permission(Connection.kind)
    if is_public(literal):
        return ""
    if permission:
        return f"who has {literal} is not in the data: {permission} was denied."
    targets = {route.target for table in snapshot.all(RouteTable) for route in table.routes}
    known = {g.id for kind in (VirtualPrivateGateway, TransitGateway) for g in snapshot.all(kind)}
    silent = sorted(id for id in targets - known if id.startswith(("vgw-", "tgw-")))
    silent += [f"site {site.name}" for site in snapshot.all(Site) if not site.cidrs]
    return f"who has {literal} is not in the data, nor what {silent[0]} leads to." if silent else ""


def destination_end(network: LinkedNetwork, ref: object, source: End, version: int) -> End:
    """Return the end a flow goes to; from the internet a handle means its public IPv4."""
    if isinstance(ref, Internet):
        return End(INTERNET, _host(network, ref, version))
    if isinstance(ref, Service):
        return _service_end(network, ref, source, version)
    literal = _literal(ref)
    if literal is not None:
        _check_family(literal, version)
        return End(Place(id=str(literal), name=str(literal), kind="internet"), literal)
    found = _find(network, ref)
    if isinstance(found, Lost):
        return found.end(version)
    if isinstance(found, Site):
        return _at_site(found, ref, version)
    outside = source.component.kind == "internet" and version == 4
    if isinstance(found, NatGateway):
        if version == 6 or found.private_ip is None:
            raise BadInput(f"NAT gateway {found.name} has no IPv{version} address of its own")
        return End(found, found.public_ip if outside and found.public_ip else found.private_ip)
    public = found.value.public_ip if outside else None
    return End(found.component, public or _own_address(found, version), found)


def _service_end(network: LinkedNetwork, ref: Service, source: End, version: int) -> End:
    """Return a service's address as the asker's resolver gives it (VPE-12)."""
    vpc = source.interface.subnet.vpc.value if source.interface else None
    region = ref.region or (
        vpc.region if vpc else next((v.value.region for v in network.vpcs.values()), "us-east-1")
    )
    full = service_name(ref.name, region)
    place = service_place(full)
    for interface in endpoint_interfaces(network, full, vpc, version):
        return End(place, _own_address(interface, version), interface)
    lost = lost_endpoint(network, full, vpc)
    blocks = [b for b in network.services.get(full) or service_blocks(full, region) if b.version == version]
    if not blocks:
        raise NotFound(f"service {ref.name!r} has no IPv{version} address in {region}", network.services)
    return End(place, blocks[0][1], lost=lost)


def lost_endpoint(network: LinkedNetwork, full: str, vpc: Vpc | None) -> str:
    """Return why nobody can tell which endpoint answers for a service in a VPC; empty if it can be told."""
    if vpc is None or not (vpc.dns_support and vpc.dns_hostnames):
        return ""
    permission = network.snapshot.settings.permission(VpcEndpoint.kind)
    if permission:
        return f"whether a VPC endpoint answers for {full} is not in the data: {permission} was denied."
    owners = {eni.owner_id for eni in network.snapshot.all(NetworkInterface)}
    for endpoint in _private_dns(network, full, vpc):
        if endpoint.id not in owners:
            return f"VPC endpoint {endpoint.name}: its network interfaces are not in the data."
    return ""


def _private_dns(network: LinkedNetwork, full: str, vpc: Vpc) -> list[VpcEndpoint]:
    """Return the interface endpoints of a VPC that take a service's name over (VPE-12)."""
    wanted = (vpc.id, full, "Interface", True)
    every = network.snapshot.all(VpcEndpoint)
    return [e for e in every if (e.vpc_id, e.service, e.type, e.private_dns) == wanted]


def endpoint_interfaces(network: LinkedNetwork, full: str, vpc: Vpc | None, version: int) -> list[Interface]:
    """Return the interfaces that a service's public name means inside a VPC with private DNS (VPE-12).

    Those of a failed zone are left out while another one works (VPE-17).
    """
    if vpc is None or not (vpc.dns_support and vpc.dns_hostnames):
        return []
    ids = {endpoint.id for endpoint in _private_dns(network, full, vpc)}
    own = (i for i in network.interfaces.values() if i.value.owner_id in ids)
    found = [i for i in own if any(v == version for v, _ in i.addresses)]
    return [i for i in found if i.value.status == "in-use"] or found


def _at_site(found: Site, ref: object, version: int) -> End:
    wanted = ref.address if isinstance(ref, SiteHost) else None
    if wanted is None:
        if not found.cidrs:
            return Lost(found, None, f"which networks site {found.name} has is not in the data.").end(version)
        block = next((c for c in found.cidrs if c.version == version), None)
        if block is None:
            raise BadInput(f"site {found.name} has no IPv{version} block: declare it with one")
        wanted = block[min(10, block.num_addresses - 1)]
    _check_family(wanted, version)
    return End(found, wanted)


def read_end(text: str) -> object:
    """Return an end of a flow from text: a name, ``internet``, ``service s3``, ``site office``.

    >>> read_end("internet 203.0.113.10"), read_end("prod/web")
    (internet('203.0.113.10'), 'prod/web')
    """
    word, _, rest = text.strip().partition(" ")
    if word == "internet":
        return internet(rest.strip()) if rest.strip() else internet
    if word == "service" and rest.strip():
        name, _, region = rest.strip().partition(" ")
        return service(name, region.strip() or None)
    if word == "site" and rest.strip():
        name, _, last = rest.strip().rpartition(" ")
        host = _literal(last) if name else None
        return site(name.strip(), host) if host else site(rest.strip())
    return text.strip()


def _literal(ref: object) -> Address | None:
    if isinstance(ref, (Handle, Resource, SiteHost)):
        return None
    try:
        return read_address(ref)
    except BadInput:
        return None


def _check_family(literal: Address, version: int) -> None:
    if literal.version != version:
        raise BadInput(
            f"{literal} is an IPv{literal.version} address: pass "
            f"ip_version={literal.version}, and ends of that family"
        )


def _host(network: LinkedNetwork, ref: Internet, version: int) -> Address:
    if ref.block is None:
        return unnamed_host(network.snapshot, version)
    if ref.block.num_addresses > 1:
        raise BadInput(f"{ref!r} is a block: a trace starts at one address, e.g. internet('{ref.block[1]}')")
    _check_family(ref.block.network_address, version)
    return ref.block.network_address


def _from_owner(owner: Interface | NatGateway, literal: Address | None) -> End:
    if isinstance(owner, NatGateway):
        raise BadInput(
            f"NAT gateway {owner.name} never starts a connection itself (NGW-4): start "
            "from an instance behind it"
        )
    return End(owner.component, literal or _own_address(owner, 4), owner)


def _own_address(interface: Interface, version: int) -> Address:
    value = interface.value
    found: Address | None = value.private_ip if version == 4 else next(iter(value.ipv6_addresses), None)
    if found is None:
        raise BadInput(
            f"{interface.component.name} has no IPv{version} address: give it one, or use "
            f"ip_version={10 - version}"
        )
    return found


def _find(network: LinkedNetwork, ref: object) -> Interface | NatGateway | Site | Lost:
    """Return the interface (the primary one), NAT gateway or site that a handle, name or id means."""
    snapshot = network.snapshot
    if isinstance(ref, (Handle, Resource)):
        value = snapshot.get(type(ref.value) if isinstance(ref, Handle) else type(ref), ref.id)
        if value is None:
            raise NotFound(f"{ref.kind.replace('_', ' ')} {ref.id} is not in topology {snapshot.name}")
    elif isinstance(ref, SiteHost):
        value = _named(snapshot, ref.site)
    elif isinstance(ref, str):
        value = _named(snapshot, ref)
    else:
        raise BadInput(
            f"{ref!r} is no end of a flow: give a handle, a name such as 'prod/web', an "
            "id, an address or internet"
        )
    if isinstance(value, CustomerGateway):
        value = _behind(snapshot, value)
    if isinstance(value, (NatGateway, Site, Lost)):
        return value
    if isinstance(value, NetworkInterface):
        owner = snapshot.get(NatGateway, value.owner_id)
        if owner is not None:
            return owner
        return network.interfaces.get(value.id) or _lost(value, value)
    if isinstance(value, (Instance, VpcEndpoint)):
        own = [i for i in network.interfaces.values() if i.value.owner_id == value.id]
        if own:
            return min(own, key=lambda i: i.value.device_index)
        if isinstance(value, VpcEndpoint) and value.type == "Gateway":
            raise BadInput(
                f"gateway endpoint {value.name} is a route and has no address (VPE-3): use service('s3')"
            )
        unlinked = (e for e in snapshot.all(NetworkInterface) if e.owner_id == value.id)
        return _lost(value, next(unlinked, None))
    what = f"{value.kind.replace('_', ' ')} {value.name}"
    raise BadInput(f"{what} sends and receives nothing itself: name an instance, an interface or internet")


def _behind(snapshot: Snapshot, device: CustomerGateway) -> Site | Lost:
    """Return the site that a customer gateway's connections lead to (VGW-1)."""
    links = [c for c in snapshot.all(Connection) if c.customer_gateway_id == device.id]
    found = next((site for c in links if (site := snapshot.get(Site, c.site_id))), None)
    what = "the site behind it" if links else "a connection that it ends"
    return found or Lost(device, None, f"customer gateway {device.name}: {what} is not in the data.")


def _lost(component: Any, interface: NetworkInterface | None) -> Lost:
    """Return what is said of a resource without a place: the id that is missing."""
    what = f"{component.kind.replace('_', ' ')} {component.name}"
    if interface is None:
        return Lost(component, None, f"{what}: its network interface is not in the data.")
    because = f"{what}: subnet {interface.subnet_id}, or its VPC {interface.vpc_id}, is not in the data."
    return Lost(component, interface, because)


def _named(snapshot: Snapshot, name: str) -> Resource:
    """Return the resource of that id, name or qualified name; what can be an end comes first."""
    index = snapshot.memo.get("ends")
    if index is None:
        index = snapshot.memo["ends"] = _index(snapshot)
    if name in index["ids"]:
        return index["ids"][name]  # type: ignore[no-any-return]
    found = index["names"].get(name, [])
    if len(found) == 1:
        return found[0]  # type: ignore[no-any-return]
    if found:
        labels = [index["labels"][v.id] for v in found]
        raise Ambiguous(name, labels if len(set(labels)) == len(labels) else [v.id for v in found])
    others = [v for v in snapshot if name in (v.id, v.name)]
    if others:
        return others[0]
    raise NotFound(f"nothing here is called {name!r}", index["labels"].values())


def _index(snapshot: Snapshot) -> dict[str, Any]:
    """Return ids, names and qualified names of what can be an end; owners hide their interfaces' names."""
    ids: dict[str, Resource] = {}
    names: dict[str, list[Resource]] = {}
    labels: dict[str, str] = {}
    kinds: tuple[type[Any], ...] = (Instance, NatGateway, VpcEndpoint, Site, NetworkInterface)
    for value in itertools.chain.from_iterable(snapshot.all(kind) for kind in kinds):
        ids[value.id] = value
        if isinstance(value, NetworkInterface) and value.owner_id in ids:
            continue
        vpc = snapshot.get(Vpc, getattr(value, "vpc_id", None))
        labels[value.id] = f"{vpc.name}/{value.name}" if vpc else value.name
        for label in {value.name, labels[value.id]}:
            names.setdefault(label, []).append(value)
    return {"ids": ids, "names": names, "labels": labels}
