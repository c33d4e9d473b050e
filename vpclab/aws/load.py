"""From describe-* output to a topology.

`shapes` and `elements` turn each JSON element into a value. Here stand the rules for all of them
together: what is inactive is left out and the routes to it are blackholes, what no file tells takes AWS's
default and is said in `assumed`, and an id that leads nowhere stays as it is, so that the engine answers
"unknown" and names it. `interfaces` does the same for who stands in a subnet, `hybrid` for what joins
networks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from vpclab.aws import elements, hybrid, shapes
from vpclab.aws.fields import Item
from vpclab.aws.files import IDS, Part, collect
from vpclab.aws.interfaces import Interfaces
from vpclab.aws.shapes import UNKNOWN
from vpclab.topology import model
from vpclab.topology.builders import Topology
from vpclab.topology.errors import BadInput
from vpclab.topology.filters import allow_all

R = TypeVar("R", bound=model.Resource)
# What several accounts or Regions describe, each as far as it sees it.
_SHARED = {
    "VpcPeeringConnections", "VirtualInterfaces", "DirectConnectGateways", "DirectConnectGatewayAssociations",
    "TransitGateways", "TransitGatewayAttachments", "TransitGatewayVpcAttachments",
}  # fmt: skip


def load_aws(source: str | os.PathLike[str] | Mapping[str, Any], name: str | None = None) -> Topology:
    """Return the topology that describe-* output tells of.

    `source` is a folder of JSON files as the AWS CLI prints them, one such file, or a dictionary
    such as ``{"Vpcs": [...], "Subnets": [...]}``. What was taken for granted is in `assumed`.

    >>> load_aws({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]})
    <Topology aws: 1 vpc>
    """
    found, parts, notes = collect(source)
    reader = Reader(parts, notes)
    values = reader.resources()
    return Topology.of(name or found, values, settings=reader.settings(), assumed=tuple(reader.notes))


class Reader:
    """The parts of a snapshot while values are made of them."""

    def __init__(self, parts: list[Part], notes: list[str]) -> None:
        self.parts, self.notes = parts, notes
        self.tables: dict[type[model.Resource], dict[str, Any]] = {}
        self.origin: dict[tuple[type[model.Resource], str], tuple[Part, bool]] = {}
        self.gone: set[str] = set()  # ids of what is listed but no longer there
        self.default_groups: dict[str, str] = {}  # VPC -> its default security group
        self.interfaces: dict[str, list[model.NetworkInterface]] = {}  # by owner, the primary one first

    def resources(self) -> list[model.Resource]:
        """Return every value, made in an order in which each finds those it refers to."""
        self._gone()
        for key in ("PrefixLists", "ManagedPrefixLists"):
            known = set(self.table(model.PrefixList))  # both calls describe AWS's own
            for part, item in self.elements(key):
                found = elements.prefix_list(item)
                if found is not None and found.id not in known:
                    self.put(found, part, item)
        self._vpcs()
        for part, item in self.elements(shapes.SUBNET.key):
            self.put(shapes.SUBNET.read(item), part, item)
        self._refuse_overlaps()
        for shape in shapes.PLAIN:
            for part, item in self.merged(shape.key):
                self.put(shape.read(item), part, item)
        self._security_groups()
        Interfaces(self).read()
        self._route_tables()
        for part, item in self.elements("NetworkAcls"):
            self.put(elements.network_acl(item), part, item)
        self._defaults()
        hybrid.transit_gateways(self)
        hybrid.connections(self)
        self._managed_routes()
        for part in self.parts:
            for key, items in part.kept.items():
                for item in items:
                    self.keep(key, part, item)
        denied = dict.fromkeys(call for part in self.parts for call in part.denied.values())
        self.notes += [f"{call} was denied: what depends on it is answered 'unknown'." for call in denied]
        self.notes = list(dict.fromkeys(self.notes))  # those of an earlier loading come from its file
        return [value for table in self.tables.values() for value in table.values()]

    def settings(self) -> model.Settings:
        """Return what holds for the whole account."""
        found = self.elements("VpcBlockPublicAccessOptions")
        modes = [item.word("InternetGatewayBlockMode") or "off" for _, item in found]
        modes += [
            f"perhaps: {call} was denied"
            for part in self.parts
            if (call := part.denied.get("VpcBlockPublicAccessOptions"))
        ]
        mail = any(answer for part in self.parts for answer in part.open_ports)
        on = dict.fromkeys(mode for mode in modes if mode != "off")
        kinds = dict.fromkeys(hybrid.CONNECTIONS, model.Connection.kind) | {
            "NetworkInterfaces": model.NetworkInterface.kind, shapes.ENDPOINT.key: model.VpcEndpoint.kind,
        }  # fmt: skip
        every = [(kinds[key], call) for p in self.parts for key, call in p.denied.items() if key in kinds]
        denied = tuple(dict.fromkeys(every))  # of the other calls, what is missing tells it by its id
        return model.Settings(port_25_open=mail, block_public_access=", ".join(on), denied=denied)

    # -- keeping values --------------------------------------------------------------------------

    def elements(self, key: str) -> Iterator[tuple[Part, Item]]:
        """Return the elements of one key with the part they are of."""
        return ((part, item) for part in self.parts for item in part.lists.get(key, ()))

    def merged(self, *keys: str) -> list[tuple[Part, Item]]:
        """Return the elements that are still there; what several accounts describe is one of all they say."""
        found: dict[tuple[str, str], tuple[Part, Item]] = {}
        for key in keys:
            for number, (part, item) in enumerate(self.elements(key)):
                id = item.need(IDS[key])
                if id in self.gone:
                    continue
                # Each half of a transit gateway peering has the same id.
                name = (id, item.text("TransitGatewayId") or "" if key in _SHARED else str(number))
                if name in found:
                    part, old = found[name]
                    item = replace(item, data=_filled(old.data, item.data))
                found[name] = part, item
        return list(found.values())

    def table(self, kind: type[R]) -> dict[str, R]:
        """Return the values of one class so far."""
        return self.tables.setdefault(kind, {})

    def put(self, value: model.Resource, part: Part, item: Item) -> None:
        """Add a value; of a shared resource that two accounts describe, the owner's word counts."""
        key, table = (type(value), value.id), self.tables.setdefault(type(value), {})
        owned = part.account is not None and item.text("OwnerId") == part.account
        if (old := table.get(value.id)) is not None:
            other, others_own = self.origin[key]
            if old != value and (other.account == part.account or None in (other.account, part.account)):
                raise BadInput(
                    f"{item.where}: {value.id} is listed twice with different content; keep one of the two"
                )
            if others_own or not owned:
                return
        table[value.id] = value
        self.origin[key] = part, owned

    def held(self, key: str, part: Part) -> bool:
        """Return whether some file of that account and Region holds the key."""
        return any(key in other.lists and other.fits(part) for other in self.parts)

    def denied(self, key: str, part: Part) -> bool:
        """Return whether the call for a key was denied in that account and Region."""
        return any(key in other.denied and other.fits(part) for other in self.parts)

    def note(self, key: str, names: Iterable[str], sentence: str) -> None:
        """Say once which default was taken, and for whom."""
        if whose := ", ".join(dict.fromkeys(names)):
            self.notes.append(f"No file holds {key} for {whose}: {sentence}.")

    # -- the network -----------------------------------------------------------------------------

    def _vpcs(self) -> None:
        dns: dict[str, dict[str, bool]] = {}
        for _, item in self.elements("VpcAttributes"):
            for key in ("EnableDnsSupport", "EnableDnsHostnames"):
                if (value := elements.dns_attribute(item, key)) is not None:
                    dns.setdefault(item.need("VpcId"), {})[key] = value
        regions = {
            item.need("VpcId"): region
            for _, item in self.elements("Subnets")
            if (region := elements.region_of(item))
        }
        for part, item in (*self.elements("Vpcs"), *self._vpcs_by_tables()):
            id = item.need("VpcId")
            region = part.region or regions.get(id) or item.text("Region")  # collectors add it
            self.put(elements.vpc(item, region, part.account, dns.get(id, {})), part, item)
        vpcs = self.table(model.Vpc).values()
        on = self._private_dns()
        for vpc in list(vpcs):
            if vpc.id in on and vpc.id not in dns:
                self.table(model.Vpc)[vpc.id] = replace(vpc, dns_hostnames=True)
            for block in vpc.cidrs:
                if not 16 <= block.prefixlen <= 28:
                    self.notes.append(
                        f"{vpc.name} has {block}; AWS takes /16 to /28 (VPC-2). It is left as it is."
                    )
        silent = [vpc for vpc in vpcs if vpc.id not in dns]
        why = "both DNS attributes on, as the private DNS of an endpoint needs them (VPE-12)"
        self.note("VpcAttributes", (vpc.name for vpc in silent if vpc.id in on), why)
        why = "DNS attributes as AWS sets them (DNS-2)"
        self.note("VpcAttributes", (vpc.name for vpc in silent if vpc.id not in on), why)
        self.note("the Region", (v.name for v in vpcs if v.region == UNKNOWN), "name a folder after it")

    def _vpcs_by_tables(self) -> list[tuple[Part, Item]]:
        """Return the VPCs that no file holds, with the blocks of their local routes (RT-4)."""
        found: dict[str, tuple[Part, dict[model.Network, None]]] = {}
        for part, item in self.elements("RouteTables"):
            if not self.held("Vpcs", part) and not self.denied("Vpcs", part):
                local = (row for row in item.items("Routes") if row.text("GatewayId") == "local")
                blocks = (row.block("DestinationCidrBlock", "DestinationIpv6CidrBlock") for row in local)
                told = found.setdefault(item.need("VpcId"), (part, {}))[1]
                told.update((block, None) for block in blocks if block)
        found = {id: (part, told) for id, (part, told) in found.items() if any(b.version == 4 for b in told)}
        self.note("Vpcs", found, "their blocks are those of their local routes (RT-4)")
        sets = (
            (4, "CidrBlock", "CidrBlockAssociationSet"),
            (6, "Ipv6CidrBlock", "Ipv6CidrBlockAssociationSet"),
        )
        return [
            (part, Item({"VpcId": id} | {
                many: [{one: str(block)} for block in told if block.version == version]
                for version, one, many in sets
            }, "Vpcs"))
            for id, (part, told) in found.items()
        ]  # fmt: skip

    def _private_dns(self) -> set[str | None]:
        """Return the VPCs in which an endpoint has private DNS."""
        found = (item for _, item in self.elements(shapes.ENDPOINT.key) if item.flag("PrivateDnsEnabled"))
        kind = shapes.ENDPOINT_TYPE
        return {item.id("VpcId") for item in found if kind.read(item, "VpcEndpointType") == "Interface"}

    def _refuse_overlaps(self) -> None:
        blocks = [
            (s.vpc_id, b, s)
            for s in self.table(model.Subnet).values()
            for b in (s.cidr, s.ipv6_cidr)
            if b is not None
        ]
        blocks.sort(key=lambda row: (row[0], row[1].version, int(row[1].network_address), row[1].prefixlen))
        for (vpc, block, subnet), (next_vpc, next_block, other) in pairwise(blocks):
            if vpc == next_vpc and block.version == next_block.version and block.overlaps(next_block):
                raise BadInput(
                    f"subnets {subnet.name} ({block}) and {other.name} ({next_block}) of {vpc} overlap, "
                    "which AWS refuses (SUB-2): check that the files come from one account at one time"
                )

    def _route_tables(self) -> None:
        completed = []
        for part, item in self.elements("RouteTables"):
            table = elements.route_table(item)
            rows = zip(table.routes, item.items("Routes"), strict=True)
            table = replace(table, routes=tuple(self._resolved(route, row) for route, row in rows))
            vpc = self.table(model.Vpc).get(table.vpc_id)
            missing = elements.local_routes(vpc, (r.destination for r in table.routes)) if vpc else ()
            completed += [table.name] if missing else []
            self.put(replace(table, routes=missing + table.routes), part, item)
        self.note("the local routes", completed, "every table has one per block of its VPC (RT-4)")

    def _resolved(self, route: model.Route, item: Item) -> model.Route:
        """Return a route to an instance's interface for the instance, a blackhole if the target is gone."""
        target, instance = route.target, item.id("InstanceId")
        if instance is not None and target not in self.table(model.NetworkInterface):
            # AWS names both, but the interface may be in no file.
            target = next((eni.id for eni in self.interfaces.get(instance, ())), instance)
        return replace(route, target=target, state="blackhole" if target in self.gone else route.state)

    def _defaults(self) -> None:
        """Give every VPC what AWS makes along with it and no file tells (VPC-12)."""
        vpcs: dict[str, list[model.Vpc]] = {}
        for key, sentence in (
            ("RouteTables", "one main table with only the local routes (VPC-12)"),
            ("NetworkAcls", "the default network ACL, which allows everything (ACL-2)"),
            ("InternetGateways", "no internet gateway (VPC-12)"),
        ):
            found = self.table(model.Vpc).values()
            parts = {vpc.id: self.origin[model.Vpc, vpc.id][0] for vpc in found}
            vpcs[key] = [
                v for v in found if not self.held(key, parts[v.id]) and not self.denied(key, parts[v.id])
            ]
            if key == "InternetGateways":  # a route to one says that it exists: "unknown", not none
                tables = self.table(model.RouteTable).values()
                named = {t.vpc_id for t in tables if any(r.target.startswith("igw-") for r in t.routes)}
                vpcs[key] = [vpc for vpc in vpcs[key] if vpc.id not in named]
            self.note(key, (vpc.name for vpc in vpcs[key]), sentence)
        for vpc in vpcs["RouteTables"]:
            id, routes = f"{vpc.id}-main", elements.local_routes(vpc)
            table = model.RouteTable(id=id, name="main", vpc_id=vpc.id, routes=routes, main=True)
            self.table(model.RouteTable)[id] = table
        for vpc in vpcs["NetworkAcls"]:
            id, entries = f"{vpc.id}-default", (*allow_all(4), *allow_all(6))
            acl = model.NetworkAcl(id=id, name="default", vpc_id=vpc.id, entries=entries, is_default=True)
            self.table(model.NetworkAcl)[id] = acl

    def _security_groups(self) -> None:
        loose: dict[str, list[model.SecurityGroupRule]] = {}
        for _, item in self.elements("SecurityGroupRules"):
            loose.setdefault(item.need("GroupId"), []).extend(elements.loose_rules(item))
        for part, item in self.elements("SecurityGroups"):
            group = elements.security_group(item, loose.get(item.need("GroupId"), ()))
            self.put(group, part, item)
            if item.text("GroupName") == "default":
                self.default_groups[group.vpc_id] = group.id
        table = self.table(model.SecurityGroup)
        if not table:
            for id, rules in loose.items():
                table[id] = model.SecurityGroup(id=id, name=id, vpc_id="", rules=tuple(dict.fromkeys(rules)))
        vpcs, lists = self.table(model.Vpc), self.table(model.PrefixList)
        for group in list(table.values()):
            rules = []
            for rule in group.rules:
                peer = table.get(str(rule.peer)) or lists.get(str(rule.peer))
                name = peer.name if peer else rule.peer_name
                if isinstance(peer, model.SecurityGroup) and peer.vpc_id != group.vpc_id:
                    name = f"{vpcs[peer.vpc_id].name}/{name}" if peer.vpc_id in vpcs else name
                rules.append(replace(rule, peer_name=name))
            table[group.id] = replace(group, rules=tuple(rules))

    def keep(self, key: str, part: Part, item: Item) -> None:
        """Keep an element that is not modelled as text; a VPC tells its place where no folder does."""
        try:
            whole = json.dumps(item.data, ensure_ascii=False, allow_nan=False, default=str)
        except (TypeError, ValueError, RecursionError) as error:
            raise item.bad("cannot be kept: it is no JSON") from error
        text = whole.encode("utf-8", "replace").decode("utf-8")
        places = [(vpc.account, vpc.region) for vpc in self.table(model.Vpc).values()]
        account, region = min(places, default=(UNKNOWN, UNKNOWN))
        account, region = part.account or account, part.region or region
        id, table = f"{key} of {account} in {region}", self.table(shapes.Kept)
        texts = (*table[id].texts, text) if id in table else (text,)
        table[id] = shapes.Kept(id=id, name=id, key=key, texts=texts, account=account, region=region)

    def _gone(self) -> None:
        """Note what is listed and no longer there: routes to it are blackholes (RT-13)."""
        for _, item in self.elements("Instances"):
            if item.item("State").word("Name") == "terminated":
                self.gone.add(item.need("InstanceId"))
        for key, id in IDS.items():
            found = (
                item.id(id) for _, item in self.elements(key) if str(item.raw("State")).lower() == "deleted"
            )
            self.gone.update(id for id in found if id)

    # -- routes that AWS makes -------------------------------------------------------------------

    def _managed_routes(self) -> None:
        """Add the routes that gateway endpoints and static VPN connections make, where a table lacks them."""
        keys = ("ManagedPrefixLists", "PrefixLists")
        named = (item for key in keys for _, item in self.elements(key))
        lists = {item.text("PrefixListName"): item.id("PrefixListId") for item in named}
        wanted: dict[str, list[model.Route]] = {}
        for endpoint in self.table(model.VpcEndpoint).values():
            if endpoint.type == "Gateway" and endpoint.state == "available":
                to = lists.get(endpoint.service) or f"pl-{endpoint.service}"  # in no file: "unknown"
                for id in endpoint.route_table_ids:
                    wanted.setdefault(id, []).append(model.Route(to, endpoint.id))
        gateways = self.table(model.VirtualPrivateGateway)
        for link in self.table(model.Connection).values():
            for table in self.table(model.RouteTable).values():
                gateway = gateways.get(link.gateway_id) if link.gateway_id in table.propagating else None
                if link.static and link.up and gateway and gateway.vpc_id == table.vpc_id:
                    wanted.setdefault(table.id, []).extend(hybrid.propagated(link))
        made = []
        for id, routes in wanted.items():
            if (found := self.table(model.RouteTable).get(id)) is None:
                continue
            there = {(route.destination, route.target) for route in found.routes}
            local = {route.destination for route in found.routes if route.origin == "CreateRouteTable"}
            missing = (r for r in dict.fromkeys(routes) if r.destination not in local)
            shown = {route.target for route in found.routes if isinstance(route.destination, str)}
            rest = (r for r in missing if r.target not in shown)
            new = tuple(r for r in rest if (r.destination, r.target) not in there)
            self.table(model.RouteTable)[id] = replace(found, routes=found.routes + new)
            made += [found.name] if new else []
        self.note("the routes of endpoints and VPN connections", made, "added as AWS does (VPE-3, RT-17)")


def _filled(old: Mapping[Any, Any], new: Mapping[Any, Any], depth: int = 2) -> dict[Any, Any]:
    """Return an object with the fields of `old`, and those of `new` where `old` says nothing."""
    kept = {key: value for key, value in old.items() if value not in (None, "", [], {})}
    inner = {
        key: _filled(value, new[key], depth - 1)
        for key, value in kept.items()
        if depth and isinstance(value, Mapping) and isinstance(new.get(key), Mapping)
    }
    return {**new, **kept, **inner}
