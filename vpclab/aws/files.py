"""Finding describe-* output: a folder in any layout, one file, or a dictionary of lists.

What a file holds is told by its top-level keys, never by its name. Folders named after an account or a
Region are labels for what is in them. Everything read comes back as parts, one per account and Region.

Some keys are our own: `Sites` and `SiteConnections` (networks on premises and what they announce, which no
call describes) and those of `vpclab-snapshot.json`: `denied`, the calls that were refused, as in
``["ec2:DescribeVpnConnections"]``; `account` and `region`, of the files beside and below it that stand in
no folder of that name; `assumed`, the defaults that were taken; `port_25_open` (IGW-12).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vpclab import display
from vpclab.aws.fields import Item, shown
from vpclab.topology.errors import BadInput

REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d")
ACCOUNT = re.compile(r"\d{12}")
_NOT_AWS = ("batfish", "configs", "hosts")  # what other tools keep beside the AWS files
_Document = tuple[str, tuple[str, ...], Mapping[Any, Any]]  # a title, the folders it lies in, what it holds

# The keys that are read, with the field that identifies an element. Reservations are read as Instances.
IDS = {
    "Vpcs": "VpcId", "Subnets": "SubnetId", "RouteTables": "RouteTableId",
    "InternetGateways": "InternetGatewayId", "NatGateways": "NatGatewayId", "Addresses": "AllocationId",
    "NetworkInterfaces": "NetworkInterfaceId", "Instances": "InstanceId", "SecurityGroups": "GroupId",
    "SecurityGroupRules": "GroupId", "NetworkAcls": "NetworkAclId", "PrefixLists": "PrefixListId",
    "ManagedPrefixLists": "PrefixListId", "VpcAttributes": "VpcId", "VpcEndpoints": "VpcEndpointId",
    "EgressOnlyInternetGateways": "EgressOnlyInternetGatewayId", "VpnGateways": "VpnGatewayId",
    "CustomerGateways": "CustomerGatewayId", "VpnConnections": "VpnConnectionId",
    "VirtualInterfaces": "VirtualInterfaceId", "DirectConnectGateways": "DirectConnectGatewayId",
    "DirectConnectGatewayAssociations": "AssociationId", "VpcPeeringConnections": "VpcPeeringConnectionId",
    "TransitGateways": "TransitGatewayId", "TransitGatewayAttachments": "TransitGatewayAttachmentId",
    "TransitGatewayVpcAttachments": "TransitGatewayAttachmentId",
    "TransitGatewayRouteTables": "TransitGatewayRouteTableId",
    "TransitGatewayPropagations": "TransitGatewayRouteTableId",
    "TransitGatewayStaticRoutes": "TransitGatewayRouteTableId",
    "VpcBlockPublicAccessOptions": "AwsAccountId", "Sites": "SiteId",
    "SiteConnections": "ConnectionId",
}  # fmt: skip
# One thing that several Regions see: it keeps its id in each.
_ACROSS_REGIONS = {
    "VpcPeeringConnections", "VirtualInterfaces", "DirectConnectGateways", "DirectConnectGatewayAssociations",
    "TransitGatewayAttachments", "VpcBlockPublicAccessOptions",
}  # fmt: skip
# Keys of which nothing need be said: they tell nothing about where packets go, or a trace that meets one
# says so. Every list that is not read is kept as it is for saving.
_QUIET = {
    "Account", "Assumed", "AvailabilityZones", "Collected", "DBInstances", "Denied", "DhcpOptions",
    "DirectConnectGatewayAttachments", "DomainStatusList", "FlowLogs", "Images", "InstanceStatuses",
    "KeyPairs", "LoadBalancerAttributes", "LoadBalancerListeners", "LoadBalancerTargetHealth",
    "LoadBalancers", "NextToken", "PlacementGroups", "Port25Open", "Region", "Regions", "ResponseMetadata",
    "ServiceDetails", "ServiceNames", "Tags", "TargetGroups", "TransitGatewayPeeringAttachments", "Volumes",
    "VpcBlockPublicAccessExclusions",
}  # fmt: skip
_KEY = re.compile("[A-Za-z][A-Za-z0-9]{1,60}")  # what can be a file's name in every system
# Calls whose key is not their name without "Describe".
_CALLS = {
    "vpcattribute": "VpcAttributes", "searchtransitgatewayroutes": "TransitGatewayStaticRoutes",
    "gettransitgatewayroutetablepropagations": "TransitGatewayPropagations",
    "gettransitgatewayroutetableassociations": "TransitGatewayAttachments",
    "getmanagedprefixlistentries": "ManagedPrefixLists",
} | {key.lower(): key for key in IDS}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What was read for one account and Region; None where no folder says which."""

    account: str | None = None
    region: str | None = None
    lists: dict[str, list[Item]] = field(default_factory=dict)
    kept: dict[str, list[Item]] = field(default_factory=dict)  # what is not read
    denied: dict[str, str] = field(default_factory=dict)  # key -> the permission that was missing
    open_ports: list[bool] = field(default_factory=list)  # whether mail may leave the account
    renamed: dict[str, str] = field(default_factory=dict)

    def fits(self, other: Part) -> bool:
        """Return whether two parts can be of one account and Region."""
        pairs = ((self.account, other.account), (self.region, other.region))
        return all(a == b or a is None or b is None for a, b in pairs)


def collect(source: object) -> tuple[str, list[Part], list[str]]:
    """Return a name for the source, its parts, and notes on what was left out."""
    documents: list[_Document]
    if isinstance(source, Mapping):
        name, documents = "aws", [("", (), source)]
    elif isinstance(source, (str, os.PathLike)):
        name, documents = _from_disk(os.fspath(source))
    else:
        raise BadInput(f"load_aws takes a folder, a JSON file or a dictionary (got {shown(source)})")
    parts: dict[tuple[str | None, str | None], Part] = {}
    notes: list[str] = []
    ignored: set[str] = set()
    told: dict[tuple[str, ...], list[str]] = {}  # folder -> the account and Region that a file there names
    for _, labels, document in documents:
        words = (document.get(key) for key in ("account", "region"))
        told.setdefault(labels, []).extend(word for word in words if isinstance(word, str))
    for title, labels, document in documents:
        above = [word for at in range(len(labels) + 1) for word in told.get(labels[:at], ())]
        nearest = [*above, *labels][::-1]
        account = next((label for label in nearest if ACCOUNT.fullmatch(label)), None)
        region = next((label for label in nearest if REGION.fullmatch(label)), None)
        part = parts.setdefault((account, region), Part(account, region))
        top = Item(document, title, part.renamed)
        if isinstance(document.get("VpcId"), str):  # describe-vpc-attribute itself names no list
            top = Item({"VpcAttributes": [document]}, title, part.renamed)
        for key in top.data:
            known = "".join(word[:1].upper() + word[1:] for word in str(key).split("_"))
            if known == "Reservations":
                found = [instance for item in top.items(key) for instance in item.items("Instances")]
                part.lists.setdefault("Instances", []).extend(found)
            elif known == "VpcBlockPublicAccessOptions":  # one object, not a list
                part.lists.setdefault(known, []).append(top.item(key))
            elif known in IDS:
                part.lists.setdefault(known, []).extend(top.items(key))
            elif key == "denied":
                part.denied.update(_denied(top))
            elif key == "port_25_open":
                part.open_ports.append(bool(top.flag(key)))
            elif key == "assumed":
                notes += [said for item in top.texts(key, "said") if (said := item.text("said"))]
            elif _KEY.fullmatch(known) and _objects(top.data[key]):
                part.kept.setdefault(known, []).extend(top.items(key))
            if known not in IDS and known not in _QUIET and known != "Reservations":
                ignored.add(known[:40].encode("utf-8", "replace").decode())
        if top.data.get("NextToken"):
            keys = ", ".join(str(key) for key in top.data if key in IDS)
            notes.append(
                f"{title}{keys} is only a first page (NextToken): what is on the next pages is missing."
            )
    if not any(part.lists for part in parts.values()):
        there = dict.fromkeys(str(key)[:40] for *_, document in documents for key in document)
        raise BadInput(
            f"{name} holds no describe-* output: no file has a key such as Vpcs or RouteTables, only "
            f"{', '.join(list(there)[:8]) or 'nothing'}; give the folder with the output of those calls"
        )
    if ignored:
        notes.append(f"Not read: {', '.join(sorted(ignored))}. A way that needs them is answered 'unknown'.")
    _tell_regions_apart(list(parts.values()))
    return name, list(parts.values()), notes


def _objects(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(inner, Mapping) for inner in value)


def _denied(top: Item) -> Iterator[tuple[str, str]]:
    """Return the keys that are missing because a call was denied, with the permission."""
    for item in top.texts("denied", "call"):
        call = item.text("call") or ""
        word = re.sub("[^a-z]", "", call.split(":")[-1].lower()).removeprefix("describe")
        yield _CALLS.get(word, word), call[:80]


def _tell_regions_apart(parts: list[Part]) -> None:
    """Give an id that a second Region uses too, as AWS's own prefix lists may have, the Region behind it."""
    first: dict[tuple[str, str], str] = {}
    for part in sorted((part for part in parts if part.region), key=lambda part: part.region or ""):
        for key, name in IDS.items():
            for item in part.lists.get(key, ()) if key not in _ACROSS_REGIONS else ():
                if id := item.text(name):
                    region = first.setdefault((name, id), part.region or "")
                    if region != part.region:
                        part.renamed[id] = f"{id}/{part.region}"


def _from_disk(path: str) -> tuple[str, list[_Document]]:
    """Return a name and the JSON files of a folder, or the one file."""
    # os.path answers False where Path raises: a name that is too long, a zero byte.
    if os.path.isfile(path):  # noqa: PTH113
        return Path(path).stem, [(Path(path).name + ": ", (), _parse(path, Path(path).name))]
    if not os.path.isdir(path):  # noqa: PTH112
        raise BadInput(f"there is no folder or file {shown(path)}: give the folder that holds the JSON files")
    name = Path(path).absolute().name or "aws"
    documents: list[_Document] = []
    seen: set[str] = set()
    left_out: set[str] = set()
    for here, folders, files in os.walk(path, onerror=_refuse_folder, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:  # a link back to a folder above
            folders.clear()
            continue
        seen.add(real)
        left_out.update(f for f in folders if f.lower() in _NOT_AWS)
        folders[:] = sorted(f for f in folders if f.lower() not in _NOT_AWS and not f.startswith("."))
        inside = Path(here).relative_to(path)
        for file in sorted(files):
            if file.lower().endswith(".json") and not file.startswith("."):
                title = (inside / file).as_posix().encode("utf-8", "replace").decode("utf-8")
                documents.append((title + ": ", (name, *inside.parts), _parse(str(Path(here, file)), title)))
    if left_out:
        display.say(
            f"load_aws left out the folders {', '.join(sorted(left_out))}: only AWS's own output is read."
        )
    if not documents:
        raise BadInput(
            f"folder {name!r} holds no .json file: save each describe-* call's output there as JSON"
        )
    return name, documents


def _parse(path: str, title: str) -> Mapping[str, Any]:
    """Return the JSON object in a file, or say what is wrong with the file."""
    if not os.path.isfile(path):  # noqa: PTH113  # see above
        raise BadInput(f"{title} cannot be read: it is no regular file, or a link that leads nowhere")
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise BadInput(f"{title} cannot be read: {error.strerror or 'the system refuses it'}") from error
    try:
        document = json.loads(raw, parse_constant=_refuse_constant)  # UTF-8 or UTF-16, as the first bytes say
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BadInput(
            f"{title} is not complete JSON: {error.msg} at {place}; save the output again"
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{title} is not text in UTF-8 or UTF-16: if it is packed, unpack it first") from error
    except RecursionError as error:
        raise BadInput(f"{title} is nested too deeply to be describe-* output") from error
    except ValueError as error:
        raise BadInput(f"{title} holds a number that JSON or AWS cannot have ({str(error)[:40]})") from error
    if not isinstance(document, dict):
        raise BadInput(
            f'{title} must hold an object such as {{"Vpcs": [...]}} (got {shown(document)}): save the whole '
            "output of a call, without --query, or move the file away"
        )
    return document


def _refuse_folder(error: OSError) -> None:
    raise BadInput(
        f"folder {shown(error.filename)} cannot be read: {error.strerror or 'the system refuses it'}"
    )


def _refuse_constant(word: str) -> None:
    raise ValueError(word)
