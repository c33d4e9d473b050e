"""What leads out of a VPC to the internet: internet gateways, egress-only ones, NAT gateways."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from vpclab.topology.model import (
    EgressOnlyInternetGateway,
    ElasticIp,
    Instance,
    InternetGateway,
    NatGateway,
    NetworkInterface,
    Resource,
)
from vpclab.topology.routing import let_go
from vpclab.topology.store import Handle


class InternetGatewayHandle(Handle[InternetGateway]):
    """An internet gateway."""

    def detach(self) -> None:
        """Detach it; refused while a running instance of the VPC has a public address (IGW-13)."""
        vpc_id = self.value.vpc_id or ""
        running = {i.id for i in self.topology.children(Instance, vpc_id) if i.state == "running"}
        enis = self.topology.values(NetworkInterface)
        users: list[Resource] = [e for e in enis if e.owner_id in running and e.public_ip]
        users += [nat for nat in self.topology.children(NatGateway, vpc_id) if nat.public_ip]
        self._refuse_use("used-igw", users)
        let_go(self.topology, self.id)
        self.topology.put(replace(self.value, vpc_id=None))

    def remove(self) -> None:
        """Detach and delete it; routes to it become blackholes (RT-13)."""
        if self.value.vpc_id:
            self.detach()
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)


class EgressOnlyInternetGatewayHandle(Handle[EgressOnlyInternetGateway]):
    """An egress-only internet gateway."""

    def remove(self) -> None:
        """Delete it; routes to it become blackholes (RT-13)."""
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)


class NatGatewayHandle(Handle[NatGateway]):
    """A NAT gateway."""

    @property
    def private_ip(self) -> IPv4Address | None:
        """Return its address in the subnet."""
        return self.value.private_ip

    @property
    def public_ip(self) -> IPv4Address | None:
        """Return its Elastic IP; None for a private one."""
        return self.value.public_ip

    def remove(self) -> None:
        """Delete it; routes to it become blackholes (RT-13), its Elastic IP stays yours (EIP-1)."""
        for eip in self.topology.values(ElasticIp):
            if eip.interface_id == self.id:
                self.topology.put(replace(eip, interface_id=None, private_ip=None))
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)
