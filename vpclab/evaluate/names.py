"""Name resolution: which addresses a name has, for the one who asks (DNS-1 to DNS-5, VPE-12, PCX-10)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from vpclab.evaluate.ends import Internet, SiteHost, endpoint_interfaces, lost_endpoint, source_end
from vpclab.evaluate.network import Interface, LinkedNetwork, linked
from vpclab.topology.errors import NotFound
from vpclab.topology.model import Address, PeeringConnection, PeeringSide, Snapshot, Vpc, VpcEndpoint
from vpclab.topology.services import service_blocks
from vpclab.topology.store import Store

_PUBLIC_HOST = re.compile(r"ec2-(\d+)-(\d+)-(\d+)-(\d+)\.(?:([a-z0-9-]+)\.compute|compute-1)\.amazonaws\.com")
_PRIVATE_HOST = re.compile(r"ip-(\d+)-(\d+)-(\d+)-(\d+)\.(?:([a-z0-9-]+)\.compute|ec2)\.internal")
_ENDPOINT = re.compile(r"(vpce-[^.]+)\.([a-z0-9-]+)\.([a-z0-9-]+)\.vpce\.amazonaws\.com")
_SERVICE = re.compile(r"([a-z0-9-]+)\.([a-z]{2}-[a-z]+-\d)\.amazonaws\.com")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a resolver answers: addresses (none if there is no answer) and why these."""

    name: str
    addresses: tuple[Address, ...]
    because: str

    def __str__(self) -> str:
        return f"{self.name} → {', '.join(map(str, self.addresses)) or 'no answer'}. {self.because}"


def public_name(address: IPv4Address, region: str) -> str:
    """Return the public hostname AWS gives to a public address (DNS-2).

    >>> public_name(IPv4Address("198.51.100.20"), "ap-northeast-1")
    'ec2-198-51-100-20.ap-northeast-1.compute.amazonaws.com'
    """
    where = "compute-1" if region == "us-east-1" else f"{region}.compute"
    return f"ec2-{str(address).replace('.', '-')}.{where}.amazonaws.com"


def resolve(topology: Store | Snapshot, name: str, asker: object) -> Answer:
    """Return the addresses that a name has for `asker`, an instance, a site or `internet`.

    Known are the hostnames of instances (public and private), of AWS services, and of VPC endpoints.
    Inside a VPC the Amazon resolver answers, or nobody where DNS support is off (DNS-2).
    """
    network = linked(topology.snapshot() if isinstance(topology, Store) else topology)
    outside = isinstance(asker, (Internet, SiteHost))
    end = None if outside else source_end(network, asker, _family(network, asker))
    vpc = end.interface.subnet.vpc.value if end is not None and end.interface else None
    asked = name.strip().rstrip(".").lower()
    if vpc is not None and not vpc.dns_support:
        because = f"DNS support is off in VPC {vpc.name}, so the Amazon resolver does not answer (DNS-2)."
        return Answer(asked, (), because)
    for pattern, answer in (
        (_PUBLIC_HOST, _public_host),
        (_PRIVATE_HOST, _private_host),
        (_ENDPOINT, _endpoint),
        (_SERVICE, _service),
    ):
        found = pattern.fullmatch(asked)
        if found:
            addresses, because = answer(network, found, vpc)
            return Answer(asked, tuple(addresses), because)
    raise NotFound(
        f"{name!r} is no name that vpclab knows: use e.g. "
        "ec2-198-51-100-20.ap-northeast-1.compute.amazonaws.com, "
        "ip-10-0-0-10.ap-northeast-1.compute.internal or s3.ap-northeast-1.amazonaws.com",
        (public_name(i.value.public_ip, i.subnet.vpc.value.region) for i in _public_interfaces(network)),
    )


def _family(network: LinkedNetwork, asker: object) -> int:
    """Return 6 for an asker that has no IPv4 address."""
    try:
        source_end(network, asker, 4)
    except ValueError:
        return 6
    return 4


def _public_interfaces(network: LinkedNetwork) -> list[Any]:
    return [i for i in network.interfaces.values() if i.value.public_ip]


def _public_host(network: LinkedNetwork, found: re.Match[str], vpc: Vpc | None) -> tuple[list[Address], str]:
    """Resolve a public hostname: private inside the VPC, public outside; over peering as the sides say."""
    public = IPv4Address(".".join(found.groups()[:4]))
    mapped = network.public.get(int(public))
    if mapped is None:
        return [], f"no interface has {public}."
    home, private = mapped[0].value, IPv4Address(mapped[1])
    if not (home.dns_support and home.dns_hostnames):
        return (
            [],
            f"VPC {home.name} gives no public hostnames: both of its DNS attributes must be on (DNS-2).",
        )
    if vpc is not None and vpc.id == home.id:
        return [private], "asked inside its own VPC, a public hostname means the private address (DNS-3)."
    if vpc is not None and _peering_resolves(network, vpc, home):
        return [private], "the peering resolves this side's public hostnames to private addresses (PCX-10)."
    return [public], "asked from outside its VPC, a public hostname means the public address (DNS-3, PCX-10)."


def _peering_resolves(network: LinkedNetwork, here: Vpc, home: Vpc) -> bool:
    """Return whether an active peering resolves `home`'s hostnames privately for `here` (PCX-10)."""
    side = _peered(network, here, home)
    return side is not None and side.resolves_dns


def _peered(network: LinkedNetwork, here: Vpc, home: Vpc) -> PeeringSide | None:
    """Return `home`'s side of an active peering, if both VPCs have both DNS attributes (PCX-10)."""
    if not all(v.dns_support and v.dns_hostnames for v in (here, home)):
        return None
    for pcx in network.snapshot.all(PeeringConnection):
        sides = {pcx.requester.vpc_id: pcx.requester, pcx.accepter.vpc_id: pcx.accepter}
        if pcx.status == "active" and {here.id, home.id} == set(sides):
            return sides[home.id]
    return None


def _private_host(network: LinkedNetwork, found: re.Match[str], vpc: Vpc | None) -> tuple[list[Address], str]:
    """Resolve an Amazon private hostname, known to the resolvers of its own VPC."""
    private = IPv4Address(".".join(found.groups()[:4]))
    if vpc is None or not vpc.dns_hostnames:
        where = f"VPC {vpc.name} has DNS hostnames off" if vpc else "it is asked outside AWS"
        return (
            [],
            f"{where}, and Amazon's private names are answered only with both DNS attributes on (DNS-2).",
        )
    for home in network.vpcs.values():
        if not isinstance(home.owners.get((4, int(private))), Interface):
            continue
        if home.value.id == vpc.id:
            return [private], "the resolver knows the private names of its own VPC (DNS-2)."
        here = vpc.region == home.value.region and _peered(network, vpc, home.value) is not None
        if here or _peering_resolves(network, vpc, home.value):
            return [private], "the resolver knows the private names of a peer VPC (PCX-10)."
    return [], f"no interface of VPC {vpc.name} has {private}."


def _endpoint(network: LinkedNetwork, found: re.Match[str], vpc: Vpc | None) -> tuple[list[Address], str]:
    """Resolve an endpoint's own name: publicly resolvable, private addresses (VPE-12)."""
    every = network.snapshot.all(VpcEndpoint)
    ids = [e.id for e in every if f"{found[1]}-".startswith(f"{e.id.lower()}-")]
    own = [i.value.private_ip for i in network.interfaces.values() if i.value.owner_id in ids]
    because = (
        "an endpoint's own name is answered everywhere, with the private addresses of its "
        "interfaces (VPE-12)."
    )
    return [a for a in own if a is not None], because if own else f"no endpoint here is called {found[1]}."


def _service(network: LinkedNetwork, found: re.Match[str], vpc: Vpc | None) -> tuple[list[Address], str]:
    """Resolve a service's public name: the endpoint's interfaces with private DNS, else public addresses."""
    full = f"com.amazonaws.{found[2]}.{found[1]}"
    own = endpoint_interfaces(network, full, vpc, 4)
    if own:
        addresses = [i.value.private_ip for i in own if i.value.private_ip is not None]
        return list(
            addresses
        ), "an interface endpoint with private DNS takes the service's name over (VPE-12)."
    if lost := lost_endpoint(network, full, vpc):
        return [], lost
    blocks = network.services.get(full) or service_blocks(found[1], found[2])
    public = [block[1] for block in blocks if block.version == 4][:1]
    return list(
        public
    ), "no interface endpoint with private DNS serves this VPC, so the public addresses answer (DNS-2)."
