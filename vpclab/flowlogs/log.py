"""`Log`: flow log records as a typed table, with readable names and with the lines that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from vpclab import display
from vpclab.evaluate.network import LinkedNetwork, linked
from vpclab.flowlogs.fields import NUMBER, TIME, kind_of, read_format
from vpclab.topology.errors import BadInput
from vpclab.topology.model import (
    Address,
    Instance,
    NatGateway,
    NetworkInterface,
    PrivateAddress,
    Site,
    Snapshot,
    VpcEndpoint,
)
from vpclab.topology.rules import is_public, read_address
from vpclab.topology.services import short_name
from vpclab.topology.store import Store

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("interface", "source", "destination")
_NONE = "-"
_TAGS = ("instance-tag", "instance-tag-2", "interface-tag", "interface-tag-2", "asg-tag", "asg-tag-2")


def snapshot_of(topology: object) -> Snapshot:
    """Return the snapshot of a topology, or the snapshot itself."""
    found = topology.snapshot() if isinstance(topology, Store) else topology
    if not isinstance(found, Snapshot):
        raise BadInput(f"{topology!r} is not a topology")
    return found


def interfaces_of(snapshot: Snapshot) -> tuple[NetworkInterface, ...]:
    """Return every interface that a flow log can cover; a NAT gateway has one too (FL-11).

    A topology built by hand holds no interface for its NAT gateways, so one is made of what the gateway
    says. Where loaded data lacks it, its id is not known and reads ``-``.
    """
    if "logged interfaces" not in snapshot.memo:
        snapshot.memo["logged interfaces"] = (*snapshot.all(NetworkInterface), *_of_nat_gateways(snapshot))
    every: tuple[NetworkInterface, ...] = snapshot.memo["logged interfaces"]
    return every


def _of_nat_gateways(snapshot: Snapshot) -> Iterator[NetworkInterface]:
    found = tuple(snapshot.all(NetworkInterface))
    owners = {eni.owner_id for eni in found}
    for nat in snapshot.all(NatGateway):
        if nat.id not in owners and nat.subnet_id and nat.private_ip is not None:
            rest = nat.id.removeprefix("nat-")
            real = len(rest) in (8, 17) and all(c in "0123456789abcdef" for c in rest)
            yield NetworkInterface(
                id=_NONE if real else f"eni-{rest}", name=nat.name, vpc_id=nat.vpc_id,
                subnet_id=nat.subnet_id, addresses=(PrivateAddress(nat.private_ip, nat.public_ip),),
                owner_id=nat.id, interface_type="nat_gateway", source_dest_check=False,
            )  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What people call the interfaces and addresses of a topology."""

    snapshot: Snapshot

    @cached_property
    def interfaces(self) -> dict[str, NetworkInterface]:
        """Return the interfaces by id."""
        return {eni.id: eni for eni in interfaces_of(self.snapshot)}

    @cached_property
    def _network(self) -> LinkedNetwork:
        return linked(self.snapshot)

    @cached_property
    def _addresses(self) -> dict[str, dict[str, NetworkInterface]]:
        """Return the interface of each address: by VPC, and under "" what only one interface has."""
        found: dict[str, dict[str, NetworkInterface]] = {"": {}}
        twice: set[str] = set()
        for eni in self.interfaces.values():
            own = [a for e in eni.addresses for a in (e.address, e.public_ip) if a is not None]
            for text in map(str, (*own, *eni.ipv6_addresses)):
                found.setdefault(eni.vpc_id, {})[text] = eni
                if found[""].setdefault(text, eni) is not eni:
                    twice.add(text)
        for text in twice:
            del found[""][text]
        return found

    def owner(self, address: str, vpc_id: str = "") -> NetworkInterface | None:
        """Return the interface that has an address, seen from a VPC; None if none or several have it."""
        return self._addresses.get(vpc_id, {}).get(address) or self._addresses[""].get(address)

    def interface(self, id: str) -> str:
        """Return the name of an interface: its instance's, gateway's or endpoint's; an unknown id itself."""
        eni = self.interfaces.get(id)
        if eni is None:
            return id
        owner = (
            self.snapshot.get(Instance, eni.owner_id)
            or self.snapshot.get(NatGateway, eni.owner_id)
            or self.snapshot.get(VpcEndpoint, eni.owner_id)
        )
        alone = owner is not None and sum(e.owner_id == eni.owner_id for e in self.interfaces.values()) == 1
        return owner.name if owner is not None and (alone or eni.device_index == 0) else eni.name

    def service(self, address: Address) -> str:
        """Return the AWS service that has a public address, in short, or nothing."""
        found = self._network.service_at(address) if is_public(address) else None
        return short_name(found.id) if found is not None else ""

    def address(self, text: str, vpc_id: str = "") -> str:
        """Return the name of an address: an interface's, a service's, a site's; an unknown one itself."""
        owner = self.owner(text, vpc_id)
        if owner is not None:
            return self.interface(owner.id)
        address = read_address(text)
        if service := self.service(address):
            return service
        for site in self.snapshot.all(Site):
            if any(address in block for block in site.cidrs if block.version == address.version):
                return f"{site.name} {text}"
        return text


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no record of its format: its number, its text, and why."""

    number: int
    text: str
    because: str
    file: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, line {self.number}" if self.file else f"line {self.number}"
        return display.plain(f"{where}: {self.because}: {self.text[:120]}")


@dataclass(frozen=True, eq=False, repr=False)
class Log(display.Shown):
    """Flow log records. `table()` is the DataFrame: a column for each field, under AWS's name.

    Numbers are Int64, `start` and `end` are times in UTC, the rest is text; ``-`` is missing. With a
    topology three more columns say in names who is meant: interface, source, destination. `broken` holds
    the lines that could not be read, `notes` what a reader should know.
    """

    fields: tuple[str, ...]
    frame: pd.DataFrame
    snapshot: Snapshot | None = None
    broken: tuple[Broken, ...] = ()
    notes: tuple[str, ...] = ()
    _names: list[Names] = field(default_factory=list, init=False)

    def table(self) -> pd.DataFrame:
        """Return the records as a DataFrame."""
        return self.frame

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> Names | None:
        """Return the names of the topology's interfaces and addresses, if there is a topology."""
        if self.snapshot is not None and not self._names:
            self._names.append(Names(self.snapshot))
        return self._names[0] if self._names else None

    def lines(self) -> Iterator[str]:
        """Yield the records as lines, as AWS writes them (FL-3, FL-4)."""
        return lines_of(self.frame, self.fields)

    def __str__(self) -> str:
        shown = [line for line, _ in zip(self.lines(), range(20), strict=False)]
        rest = [f"... and {len(self) - 20:,} more"] if len(self) > 20 else []
        broken = [f"set aside as broken: {len(self.broken)}; the first: {b}" for b in self.broken[:1]]
        return "\n".join(map(display.plain, (" ".join(self.fields), *shown, *rest, *broken, *self.notes)))

    def __repr__(self) -> str:
        count = len(self.broken)
        broken = f", {count} broken line{'' if count == 1 else 's'}" if count else ""
        return f"<Log: {len(self):,} records of {len(self.fields)} fields{broken}>"


def typed(columns: dict[str, Any], fields: Sequence[str], names: Names | None = None) -> pd.DataFrame:
    """Return columns as a typed table: numbers, times in UTC, texts; and the names, if there are any."""
    import pandas as pd

    made: dict[str, Any] = {}
    for name in fields:
        values = columns[name]
        if kind_of(name) == NUMBER:
            made[name] = pd.array(values, dtype="Int64")
        elif kind_of(name) == TIME:
            made[name] = pd.to_datetime(pd.Series(values, dtype="Int64"), unit="s", utc=True).astype(
                "datetime64[s, UTC]"
            )
        else:
            made[name] = pd.array(values, dtype="string")
            if name in _TAGS:  # AWS percent-encodes what tags hold
                made[name] = made[name].map(unquote, na_action="ignore")
    return named(pd.DataFrame(made, columns=list(fields)), names)


def named(frame: pd.DataFrame, names: Names | None) -> pd.DataFrame:
    """Return a table with the columns interface, source and destination in readable names."""
    import pandas as pd

    if names is None:
        return frame
    inside = frame["interface-id"].fillna("") if "interface-id" in frame else pd.Series("", index=frame.index)
    enis = {id: names.interfaces.get(id) for id in inside.unique()}
    vpc = inside.map({id: eni.vpc_id if eni else "" for id, eni in enis.items()})
    if "interface-id" in frame:
        shown = inside.map({id: names.interface(id) for id in enis})
        if "resource-id" in frame:  # a regional NAT gateway has no interface (FL-12)
            nats = {nat.id: nat.name for nat in names.snapshot.all(NatGateway)}
            shown = shown.where(inside != "", frame["resource-id"].map(lambda id: nats.get(id, id)))
        frame["interface"] = shown.astype("string")
    for column, plain, original in (
        ("source", "srcaddr", "pkt-srcaddr"),
        ("destination", "dstaddr", "pkt-dstaddr"),
    ):
        wanted = [name for name in (original, plain) if name in frame]
        if wanted:
            address = frame[wanted[0]] if len(wanted) == 1 else frame[original].fillna(frame[plain])
            pairs = pd.DataFrame({"address": address, "vpc": vpc}).dropna()
            known = {pair: names.address(*pair) for pair in set(pairs.itertuples(index=False, name=None))}
            named_ = [known.get(pair) for pair in zip(address, vpc, strict=True)]
            frame[column] = pd.array(named_, dtype="string")
    return frame


def lines_of(frame: pd.DataFrame, format: str | Iterable[str]) -> Iterator[str]:
    """Yield the records of a table as lines of a format."""
    fields = read_format(format if isinstance(format, str) else tuple(format))
    if missing := [name for name in fields if name not in frame]:
        raise BadInput(
            f"these records have no {', '.join(missing)}; they have: "
            f"{', '.join(n for n in frame.columns if n not in NAMES)}"
        )
    for first in range(0, len(frame), 50_000):
        part = frame.iloc[first : first + 50_000]
        columns = []
        for name in fields:
            values = part[name]
            if kind_of(name) == TIME:
                values = values.astype("int64").where(values.notna()).astype("Int64")
            elif name in _TAGS:
                values = values.map(lambda text: quote(text, safe=""), na_action="ignore")
            columns.append(values.astype("string").fillna(_NONE))
        yield from map(" ".join, zip(*columns, strict=True))
