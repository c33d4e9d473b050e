"""Network interfaces, the instances that carry them, and Elastic IPs."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from vpclab import display
from vpclab.topology.model import ElasticIp, Instance, NatGateway, NetworkInterface, Subnet, VpcEndpoint
from vpclab.topology.store import Handle
from vpclab.topology.words import missing, refuse


class NetworkInterfaceHandle(Handle[NetworkInterface]):
    """A network interface: addresses, security groups, the source/destination check."""

    @property
    def private_ip(self) -> IPv4Address | None:
        """Return the primary private IPv4 address."""
        return self.value.private_ip

    @property
    def public_ip(self) -> IPv4Address | None:
        """Return the public IPv4 address mapped to it, if any (IGW-3)."""
        return self.value.public_ip

    @property
    def ipv6(self) -> IPv6Address | None:
        """Return the first IPv6 address, if any."""
        return next(iter(self.value.ipv6_addresses), None)

    def elastic_ip(self, address: object = None) -> None:
        """Map an Elastic IP to the primary private address; an automatic public one is released (EIP-2).

        One that another interface has moves here (EIP-1); only a NAT gateway keeps its own.
        """
        entry = next(iter(self.value.addresses), None)
        if entry is None:
            refuse("elastic-without-ipv4", interface=self.name)
        if address is None and entry.elastic:
            return
        eip = self.topology.elastic_ip(address).value
        if self.topology.get(NatGateway, eip.interface_id) is not None:
            refuse("elastic-bound", address=eip.address, owner=eip.interface_id)
        if eip.interface_id != self.id:
            ElasticIpHandle(self.topology, eip).disassociate()
        self.release()
        self.set_public(eip.address, elastic=True)
        self.topology.put(replace(eip, interface_id=self.id, private_ip=entry.address))

    def set_public(self, address: IPv4Address | None, *, elastic: bool = False) -> None:
        """Map a public address to the primary private one, or none."""
        first, *rest = self.value.addresses
        if first.public_ip and not first.elastic:
            self.topology.released |= {first.public_ip}
        mapped = replace(first, public_ip=address, elastic=elastic)
        self.topology.put(replace(self.value, addresses=(mapped, *rest)))

    def release(self) -> None:
        """Let go of its Elastic IPs; they stay yours (EIP-1)."""
        for eip in self.topology.values(ElasticIp):
            if eip.interface_id == self.id:
                self.topology.put(replace(eip, interface_id=None, private_ip=None))

    def remove(self) -> None:
        """Delete it; refused while an instance has it."""
        endpoint = self.topology.get(VpcEndpoint, self.value.owner_id)
        if endpoint is not None:
            refuse("interface-managed", interface=self.name, endpoint=endpoint.label)
        owners = [i for i in self.topology.values(Instance) if i.id == self.value.owner_id]
        self._refuse_use("used-interface", owners)
        self.release()
        self.topology.blackhole(self.id)
        self.topology.drop(self.value)


class InstanceHandle(Handle[Instance]):
    """An EC2 instance."""

    @property
    def interfaces(self) -> tuple[NetworkInterfaceHandle, ...]:
        """Return its network interfaces, the primary one first."""
        enis = self.topology.children(NetworkInterface, self.value.vpc_id)
        own = [eni for eni in enis if eni.owner_id == self.id]
        own.sort(key=lambda eni: eni.device_index)
        return tuple(NetworkInterfaceHandle(self.topology, eni) for eni in own)

    @property
    def private_ip(self) -> IPv4Address | None:
        """Return the primary private IPv4 address."""
        return self.interfaces[0].private_ip

    @property
    def public_ip(self) -> IPv4Address | None:
        """Return the public IPv4 address of the primary interface, if any."""
        return self.interfaces[0].public_ip

    @property
    def ipv6(self) -> IPv6Address | None:
        """Return the first IPv6 address, if any."""
        return self.interfaces[0].ipv6

    def elastic_ip(self, address: object = None) -> None:
        """Associate an Elastic IP with the primary interface (EIP-2)."""
        self.interfaces[0].elastic_ip(address)

    def attach(self, interface: Handle[Any] | str) -> None:
        """Attach a further interface of the same Availability Zone (ENI-2)."""
        eni = self.topology.one(NetworkInterface, interface, self.value.vpc_id)
        zones = {s.id: s.az for s in self.topology.values(Subnet)}
        if zones[eni.subnet_id] != zones[self.value.subnet_id]:
            refuse("interface-zone", interface=eni.name, zone=zones[self.value.subnet_id])
        if eni.owner_id not in (None, self.id):
            refuse("interface-taken", interface=eni.name)
        if eni.owner_id is None:
            index = 1 + max(i.value.device_index for i in self.interfaces)
            self.topology.put(replace(eni, owner_id=self.id, device_index=index, status="in-use"))

    def detach(self, interface: Handle[Any] | str) -> None:
        """Detach an interface; the primary one cannot be detached (ENI-2)."""
        eni = self.topology.one(NetworkInterface, interface, self.value.vpc_id)
        if eni.owner_id != self.id:
            missing("attached", (i.name for i in self.interfaces), interface=eni.name, instance=self.name)
        if eni.device_index == 0:
            refuse("interface-primary", interface=eni.name)
        self.topology.put(replace(eni, owner_id=None, device_index=0, status="available"))

    def stop(self) -> None:
        """Stop it: an automatic public address is released, an Elastic IP stays (ENI-5)."""
        primary, given_back = self.interfaces[0], ""
        automatic = bool(primary.public_ip) and not primary.value.addresses[0].elastic
        if automatic:
            given_back = f", {primary.public_ip} given back"
            primary.set_public(None)
        again = automatic or self.value.public_ip_at_start
        self._turn("stopped", again, f"running → stopped{given_back}")

    def start(self) -> None:
        """Start it: a new public address for a released one, unless it has two interfaces (ENI-5)."""
        primary, new = self.interfaces[0], ""
        if self.value.public_ip_at_start and len(self.interfaces) == 1 and not primary.public_ip:
            primary.set_public(self.topology.free_public_address())
            new = f", public address {primary.public_ip}"
        self._turn("running", False, f"stopped → running{new}")

    def _turn(self, state: str, public_ip_at_start: bool, sentence: str) -> None:
        """Put the instance into a state and say so; nothing is said where nothing changes."""
        if self.value.state != state:
            self.topology.put(replace(self.value, state=state, public_ip_at_start=public_ip_at_start))
            display.say(f"{self.value.label}: {sentence}")

    def remove(self) -> None:
        """Terminate it: its interfaces go, Elastic IPs stay yours, routes to it become blackholes (RT-13)."""
        for eni in self.interfaces:
            eni.release()
            self.topology.blackhole(eni.id)
            self.topology.drop(eni.value)
        self.topology.drop(self.value)


class ElasticIpHandle(Handle[ElasticIp]):
    """An Elastic IP."""

    @property
    def address(self) -> IPv4Address:
        """Return the public address."""
        return self.value.address

    def disassociate(self) -> None:
        """Take it from the interface that has it; the address stays yours (EIP-1)."""
        holder = self.topology.get(NetworkInterface, self.value.interface_id)
        if holder is not None:
            NetworkInterfaceHandle(self.topology, holder).set_public(None)
            self.topology.put(replace(self.value, interface_id=None, private_ip=None))

    def remove(self) -> None:
        """Release it; refused while it is associated (EIP-1)."""
        for owner in (*self.topology.values(NetworkInterface), *self.topology.values(NatGateway)):
            if owner.id == self.value.interface_id:
                refuse("elastic-released", address=self.address, owner=owner.name)
        self.topology.drop(self.value)
