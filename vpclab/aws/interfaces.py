"""Who stands in a subnet, from describe-* output: interfaces with their addresses, and whose they are.

Instances, NAT gateways and endpoints say which interfaces are theirs, and interfaces say whose they are;
either may be missing. What AWS or a stand-in for it leaves out is told by the rest.
"""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from vpclab.aws import elements, shapes
from vpclab.aws.fields import Item
from vpclab.aws.shapes import FORWARDS_TAG, PUBLIC_TAG, UNKNOWN, base, tags_of
from vpclab.topology import model

if TYPE_CHECKING:
    from vpclab.aws.load import Reader

_MANAGED = re.compile(
    r"(?:Interface for NAT Gateway|VPC Endpoint Interface|Transit Gateway Attachment) (\S+)"
)
# What the first word of its description makes of an interface that a service keeps in the VPC.
SERVICES = {"ELB": "load_balancer", "RDSNetworkInterface": "database", "ES": "search_domain"}


class Interfaces:
    """The interfaces of all VPCs, and those they belong to, while they are read."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.owners: dict[str, str] = {}  # interface -> what it belongs to: instance, NAT gateway, endpoint
        self.endpoints: dict[str, Item] = {}  # interface -> the endpoint that lists it
        self.public: dict[
            tuple[str, IPv4Address | None], IPv4Address
        ] = {}  # (interface or instance, private)
        self.managed: dict[str, str] = {}  # NAT gateways and endpoints -> what their interfaces are
        self.hosts: set[str] = set()  # instances that interfaces say they are attached to
        self.automatic: dict[str, IPv4Address] = {}  # instance -> what it calls its public address
        self.groupless: dict[str, None] = {}  # interfaces whose security groups no file tells

    def read(self) -> None:
        """Read endpoints, interfaces, NAT gateways, instances, Elastic IPs: each finds those before it."""
        self._endpoints()
        self._owners_and_addresses()
        self._network_interfaces()
        for part, item in self.reader.merged(shapes.NAT_GATEWAY.key):
            self.reader.put(self._nat_gateway(item), part, item)
        self._instances()
        self._elastic_ips()

    def _endpoints(self) -> None:
        """Read gateway and interface endpoints; the other types stay as they are."""
        for part, item in self.reader.merged(shapes.ENDPOINT.key):
            if shapes.ENDPOINT_TYPE.read(item, "VpcEndpointType") in (None, "Gateway", "Interface"):
                self.reader.put(shapes.ENDPOINT.read(item), part, item)
            else:
                self.reader.keep(shapes.ENDPOINT.key, part, item)
            self.managed[item.need("VpcEndpointId")] = "vpc_endpoint"
            for id in shapes.LISTED.read(item, "NetworkInterfaceIds"):
                self.owners[id], self.endpoints[id] = item.need("VpcEndpointId"), item

    def _owners_and_addresses(self) -> None:
        """Note which interface belongs to what, and which Elastic IP is where."""
        for _, item in self.reader.elements("Instances"):
            for eni in item.items("NetworkInterfaces"):
                self.owners[eni.need("NetworkInterfaceId")] = item.need("InstanceId")
            if public := item.ipv4("PublicIpAddress"):
                self.automatic[item.need("InstanceId")] = public
        for _, item in self.reader.elements("NatGateways"):
            self.managed[item.need("NatGatewayId")] = "nat_gateway"
            for address in item.items("NatGatewayAddresses"):
                if eni_id := address.id("NetworkInterfaceId"):
                    self.owners[eni_id] = item.need("NatGatewayId")
        for _, item in self.reader.elements("Addresses"):
            public, private = item.ipv4("PublicIp"), item.ipv4("PrivateIpAddress")
            for id in (item.id("NetworkInterfaceId"), item.id("InstanceId")):
                if id and public:
                    self.public[id, private] = public

    def _network_interfaces(self) -> None:
        table, alone = self.reader.table(model.NetworkInterface), []
        lost = []
        for part, item in self.reader.elements("NetworkInterfaces"):
            if (eni := self._interface(item)) is None:
                lost.append(item.need("NetworkInterfaceId"))
            else:
                self.reader.put(eni, part, item)
        listed = set(table)
        for part, item in self.reader.merged("Instances"):
            nested = item.items("NetworkInterfaces")
            if not self.reader.held("NetworkInterfaces", part):
                alone.append(str(base(item, item.need("InstanceId"))["name"]))
                nested = nested or [elements.own_interface(item)]
            for entry in nested:
                id = entry.need("NetworkInterfaceId")
                if id in table and id not in listed:  # made-up data may name every interface alike
                    own = {"NetworkInterfaceId": f"{id}/{item.need('InstanceId')}"}
                    entry = replace(entry, data={**entry.data, **own})
                if id not in listed and (eni := self._interface(entry, item)) is not None:
                    self.reader.put(eni, part, item)
        self.reader.note("the subnet", lost, "left out")
        self.reader.note("NetworkInterfaces", alone, "built from the instances")
        groupless = [table[id] for id in self.groupless]
        for eni in groupless:  # an id that no group has is answered "unknown"
            default = self.reader.default_groups.get(eni.vpc_id, f"default of {eni.vpc_id}")
            table[eni.id] = replace(eni, group_ids=(default,))
        self.reader.note(
            "security groups", (eni.name for eni in groupless), "the default one of the VPC (SG-3)"
        )
        self._move_inside()
        for eni in sorted(table.values(), key=lambda e: e.device_index):
            if eni.owner_id:
                self.reader.interfaces.setdefault(eni.owner_id, []).append(eni)

    def _interface(self, item: Item, instance: Item | None = None) -> model.NetworkInterface | None:
        """Return an interface; None if nothing tells its subnet, which AWS leaves out now and then."""
        id, attachment = item.need("NetworkInterfaceId"), item.item("Attachment")
        subnet_id = item.id("SubnetId") or (instance.id("SubnetId") if instance else None)
        if (subnet_id := subnet_id or self._subnet_by_block(item)) is None:
            return None
        attached = attachment.word("Status") not in ("detached", "detaching")
        about = item.text("Description") or ""
        managed = _MANAGED.search(about)
        owner = attachment.id("InstanceId") if attached else None
        self.hosts.update([owner] if owner else [])
        owner = self.owners.get(id) or owner or (managed[1] if managed else None)
        owner = instance.need("InstanceId") if instance else owner
        kind = item.text("InterfaceType") or "interface"
        if kind == "natGateway" or self._managed(owner) == "nat_gateway":
            kind = "nat_gateway"
        elif kind == "interface":
            kind = SERVICES.get(about.split(" ")[0], kind)
        told, key = item, "Groups"
        if id in self.endpoints and self.endpoints[id].items("Groups"):
            told = self.endpoints[id]
        elif item.raw("Groups") is None and instance is not None:
            told, key = instance, "SecurityGroups"
        if told.raw(key) is None and kind in ("interface", "vpc_endpoint"):
            self.groupless[id] = None
        groups = tuple(dict.fromkeys(group.need("GroupId") for group in told.items(key)))
        subnet, check = self.reader.table(model.Subnet).get(subnet_id), item.flag("SourceDestCheck")
        status = item.word("Status")
        if owner in self.reader.gone:
            owner, status = None, "available"
        elif status != "failed" and (status != "available" or self._managed(owner)):
            status = "in-use"  # AWS's own are never left unattached, though moto says so
        return model.NetworkInterface(
            **base(item, id), vpc_id=item.id("VpcId") or (subnet.vpc_id if subnet else ""),
            subnet_id=subnet_id, addresses=self._private_addresses(item, id, owner), interface_type=kind,
            ipv6_addresses=tuple(a for i in item.items("Ipv6Addresses") if (a := i.ipv6("Ipv6Address"))),
            group_ids=() if kind == "nat_gateway" else groups,
            source_dest_check=True if check is None else check,
            owner_id=owner,
            device_index=attachment.number("DeviceIndex", 0, 1000) or 0,
            status=status,
        )  # fmt: skip

    def _managed(self, owner: str | None) -> str:
        """Return what the interfaces of a NAT gateway or endpoint are, also of one that is in no file."""
        prefixes = {"nat": "nat_gateway", "vpce": "vpc_endpoint"}
        return self.managed.get(owner or "") or prefixes.get((owner or "").partition("-")[0], "")

    def _subnet_by_block(self, item: Item) -> str | None:
        """Return the subnet of the interface's VPC that holds its address."""
        listed = (entry.ipv4("PrivateIpAddress") for entry in (item, *item.items("PrivateIpAddresses")))
        address, vpc_id = next((found for found in listed if found), None), item.id("VpcId")
        inside = (
            s for s in self.reader.table(model.Subnet).values() if s.cidr and address and address in s.cidr
        )
        return next((subnet.id for subnet in inside if subnet.vpc_id == vpc_id), None)

    def _move_inside(self) -> None:
        """Give the interfaces of NAT gateways and endpoints an address of their subnet (NGW-1, VPE-10).

        AWS's own stand in it; a stand-in such as moto draws any number.
        """
        table, subnets = self.reader.table(model.NetworkInterface), self.reader.table(model.Subnet)
        taken = {entry.address for eni in table.values() for entry in eni.addresses}
        for eni in list(table.values()):
            block = subnets[eni.subnet_id].cidr if eni.subnet_id in subnets else None
            address = eni.private_ip
            if block is None or address is None or address in block:
                continue
            if self._managed(eni.owner_id):
                free = (block[-n] for n in range(2, block.num_addresses - 3) if block[-n] not in taken)
                if new := next(free, None):
                    first = replace(eni.addresses[0], address=new)
                    table[eni.id] = replace(eni, addresses=(first, *eni.addresses[1:]))
                    taken.add(new)
                    self.reader.notes.append(
                        f"{address} of {eni.owner_id} is not in its subnet: taken to be {new}."
                    )

    def _private_addresses(self, item: Item, id: str, owner: str | None) -> tuple[model.PrivateAddress, ...]:
        """Return the private addresses, the primary one first, with the public ones mapped to them."""
        listed = sorted(item.items("PrivateIpAddresses"), key=lambda entry: not entry.flag("Primary"))
        primary = not item.item("Attachment").number("DeviceIndex", 0, 1000)
        found: dict[IPv4Address, model.PrivateAddress] = {}
        for i, entry in enumerate(listed or [item]):
            if (address := entry.ipv4("PrivateIpAddress")) is None:
                continue
            places = (address, None) if i == 0 and primary else (address,)
            keys = [(holder, place) for place in places for holder in (id, owner or id)]
            elastic = next((self.public[key] for key in keys if key in self.public), None)
            link = entry.item("Association")
            if i == 0 and link.ipv4("PublicIp") is None:
                link = item.item("Association")
            told = self.automatic.get(owner or "") if i == 0 and primary else None
            public = link.ipv4("PublicIp") or elastic or told
            by = link.text("IpOwnerId") or "amazon"  # also amazon-elb, amazon-rds: the service's own
            kept = bool(link.text("AllocationId")) or not by.startswith("amazon")
            found[address] = model.PrivateAddress(
                address, public, bool(public) and (kept or public == elastic)
            )
        return tuple(found.values())

    def _instances(self) -> None:
        table, made = self.reader.table(model.Instance), []
        for part, item in self.reader.merged("Instances"):
            if (instance := self._instance(item)) is None:
                self.reader.notes.append(
                    f"{item.need('InstanceId')} is left out: no file tells its subnet and VPC."
                )
            else:
                self.reader.put(instance, part, item)
        for id, enis in self.reader.interfaces.items():
            part = self.reader.origin[model.NetworkInterface, enis[0].id][0]
            if id in self.hosts and id not in table and not self.reader.held("Instances", part):
                state = UNKNOWN if self.reader.denied("Instances", part) else "running"
                table[id] = model.Instance(
                    id=id, name=id, state=state, vpc_id=enis[0].vpc_id, subnet_id=enis[0].subnet_id
                )
                made += [id] if state == "running" else []
        self.reader.note("Reservations", made, "known by their interfaces only, and taken to be running")
        for id, instance in table.items():
            unchecked = not all(eni.source_dest_check for eni in self.reader.interfaces.get(id, ()))
            if instance.forwards is None and unchecked:
                self.reader.notes.append(
                    f"{instance.name} has its source/destination check off, and AWS does not know what its "
                    "software does: taken to pass packets on for others. "
                    f"Tag {FORWARDS_TAG} = forward or nat says how."
                )

    def _instance(self, item: Item) -> model.Instance | None:
        """Return an instance; None for one in no VPC: about to end, or from before there were VPCs."""
        id, forwards = item.need("InstanceId"), elements.forwards(item)
        mine = self.reader.interfaces.get(id, [])
        subnet_id = item.id("SubnetId") or next((eni.subnet_id for eni in mine), None)
        vpc_id = item.id("VpcId") or next((eni.vpc_id for eni in mine), None)
        if subnet_id is None or vpc_id is None:
            return None
        state = item.item("State").word("Name") or "running"
        return model.Instance(
            **base(item, id), vpc_id=vpc_id, subnet_id=subnet_id, state=state, forwards=forwards,
            public_ip_at_start=tags_of(item).get(PUBLIC_TAG) == "true",
        )  # fmt: skip

    def _nat_gateway(self, item: Item) -> model.NatGateway:
        addresses = item.items("NatGatewayAddresses")
        main = next((a for a in addresses if a.flag("IsPrimary")), (addresses or [Item({}, item.where)])[0])
        eni = next(iter(self.reader.interfaces.get(item.need("NatGatewayId"), ())), None)
        found: model.NatGateway = shapes.NAT_GATEWAY.read(
            item, private_ip=(eni.private_ip if eni else None) or main.ipv4("PrivateIp"),
            public_ip=main.ipv4("PublicIp") or (eni.public_ip if eni else None),
        )  # fmt: skip
        return found

    def _elastic_ips(self) -> None:
        enis = self.reader.table(model.NetworkInterface).values()
        holders = {p.public_ip: (eni.id, p.address) for eni in enis for p in eni.addresses if p.public_ip}
        for part, item in self.reader.elements("Addresses"):
            if (address := item.ipv4("PublicIp")) is not None:
                said = (item.id("NetworkInterfaceId"), item.ipv4("PrivateIpAddress"))
                eni, private = holders.get(address, said)
                found = base(item, item.id("AllocationId") or str(address))
                eip = model.ElasticIp(**found, address=address, interface_id=eni, private_ip=private)
                self.reader.put(eip, part, item)
