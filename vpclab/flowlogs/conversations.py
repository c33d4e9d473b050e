"""Conversations: the records of one connection at one interface put together, and who began it.

A record goes one way. Its pair is the record of the reversed addresses and ports at the same interface
(FL-7); together they are a conversation. Who began it is told by TCP's flags where the log has them, else
by the ports, else by time, else by the order of the lines.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpclab.flowlogs.fields import kind_of
from vpclab.flowlogs.log import NAMES, Log, Names, snapshot_of
from vpclab.flowlogs.reading import read_log
from vpclab.topology.errors import BadInput
from vpclab.topology.model import Vpc
from vpclab.topology.rules import is_public, read_address

if TYPE_CHECKING:
    import pandas as pd

_NEEDED = ("interface-id", "srcaddr", "dstaddr", "protocol", "packets", "bytes", "start", "end", "action")
WAYS = ("asked", "answered")
TUPLE = ("client", "server", "client_port", "port", "protocol")


def rows_of(table: pd.DataFrame) -> list[Any]:
    """Return the rows of a table as tuples with names."""
    return list(table.itertuples(index=False))


def as_log(log: Any, topology: object = None) -> Log:
    """Return a `Log` from a log, a table of records or the path of a file; with names if it can."""
    if isinstance(log, (str, Path)):
        log = read_log(log)
    elif not isinstance(log, Log):
        if not hasattr(log, "columns"):
            raise BadInput(f"{log!r} is no flow log: give a Log, a table of records or a path")
        log = Log(tuple(name for name in log.columns if name not in NAMES), log)
    if topology is not None:
        log = Log(log.fields, log.frame, snapshot_of(topology), log.broken, log.notes)
    made: Log = log
    return made


def _column(frame: pd.DataFrame, *names: str) -> Any:
    """Return the first of these columns, its gaps filled from the next; numbers as integers."""
    found = [frame[name] for name in names if name in frame]
    values = found[0]
    for other in found[1:]:
        values = values.fillna(other)
    return values.to_numpy(dtype="int64") if kind_of(names[0]) == "number" else values.to_numpy(dtype=object)


def conversations(log: Log, *, gap: int | None = None) -> pd.DataFrame:
    """Return one row for each conversation at each interface; after a `gap` of so many seconds a new one.

    `asked` is what the client sent and `answered` what came back: ``asked_yes`` and ``asked_no`` count the
    records accepted and rejected, with ``_packets`` and ``_bytes`` of the accepted and the moments of the
    first. ``asked_flags`` are TCP's flags; -1 where the log has none. Times are Unix seconds.
    """
    import numpy as np
    import pandas as pd

    frame = log.table()
    if missing := [name for name in _NEEDED if name not in frame]:
        raise BadInput(f"this needs the fields {', '.join(missing)}, which the log does not have")
    frame = frame[frame["srcaddr"].notna() & frame["action"].notna()]
    for name in ("protocol", "packets", "bytes"):
        if frame[name].isna().any():
            frame = frame.assign(**{name: frame[name].fillna(0)})
    src, dst = _column(frame, "pkt-srcaddr", "srcaddr"), _column(frame, "pkt-dstaddr", "dstaddr")
    zero = np.zeros(len(frame), dtype="int64")
    sport = frame["srcport"].fillna(0).to_numpy(dtype="int64") if "srcport" in frame else zero
    dport = frame["dstport"].fillna(0).to_numpy(dtype="int64") if "dstport" in frame else zero
    swap = (src > dst) | ((src == dst) & (sport > dport))
    yes = (frame["action"] == "ACCEPT").to_numpy(dtype=bool)
    times = [frame[name] for name in ("start", "end")]
    times = [t.astype("datetime64[s, UTC]") if t.dtype.kind == "M" else t for t in times]
    start, end = (t.astype("int64").to_numpy(dtype="float64") for t in times)
    flags = frame["tcp-flags"].fillna(0).to_numpy(dtype="int64") if "tcp-flags" in frame else zero - 1
    made: dict[str, Any] = {
        "interface": frame["interface-id"].fillna("-").to_numpy(dtype=object),
        "a": np.where(swap, dst, src), "b": np.where(swap, src, dst),
        "a_port": np.where(swap, dport, sport), "b_port": np.where(swap, sport, dport),
        "protocol": frame["protocol"].to_numpy(dtype="int64"),
        "first": start, "last": end,
    }  # fmt: skip
    keys = ["interface", "a", "b", "a_port", "b_port", "protocol"]
    how: dict[str, str] = {"first": "min", "last": "max"}
    order = np.arange(len(frame), dtype="float64")
    for way, here in (("ab", ~swap), ("ba", swap)):
        made[f"{way}_at"] = np.where(here, order, np.inf)
        how[f"{way}_at"] = "min"
        for word, side in (("yes", here & yes), ("no", here & ~yes)):
            made[f"{way}_{word}"] = side.astype("int64")
            made[f"{way}_{word}_first"] = np.where(side, start, np.inf)
            made[f"{way}_{word}_last"] = np.where(side, end, -np.inf)
            how |= {f"{way}_{word}": "sum", f"{way}_{word}_first": "min", f"{way}_{word}_last": "max"}
        for name in ("packets", "bytes"):
            made[f"{way}_{name}"] = np.where(here & yes, frame[name].to_numpy(dtype="int64"), 0)
            how[f"{way}_{name}"] = "sum"
        for name, bit in (("syn", 2), ("ack", 16), ("fin", 1), ("rst", 4)):
            made[f"{way}_{name}"] = here & (flags >= 0) & (flags & bit > 0)
            how[f"{way}_{name}"] = "max"
    if gap is not None:
        made["part"] = _parts(
            pd.DataFrame({name: made[name] for name in (*keys, "first", "last")}), keys, gap
        )
        keys.append("part")
    table = pd.DataFrame(made).groupby(keys, sort=False, as_index=False).agg(how)
    first_is_client = _a_asks(table)
    return _oriented(table, first_is_client, bool(len(flags)) and bool((flags >= 0).all()))


def _parts(table: pd.DataFrame, keys: list[str], gap: int) -> Any:
    """Return a number for each record that grows where nothing was recorded of its flow for a while."""
    flow = table.groupby(keys, sort=False).ngroup()
    order = table.assign(flow=flow).sort_values(["flow", "first"], kind="stable")
    before = order.groupby("flow")["last"].cummax().groupby(order["flow"]).shift()
    return (order["first"] - before > gap).cumsum().reindex(table.index).to_numpy()


def _a_asks(t: pd.DataFrame) -> Any:
    """Return for each conversation whether end `a` began it."""
    import numpy as np

    a_port, b_port = t["a_port"].to_numpy(), t["b_port"].to_numpy()
    a_first = np.minimum(t["ab_yes_first"].to_numpy(), t["ab_no_first"].to_numpy())
    b_first = np.minimum(t["ba_yes_first"].to_numpy(), t["ba_no_first"].to_numpy())
    only_a, only_b = np.isinf(b_first), np.isinf(a_first)
    low_a, low_b = a_port < 1024, b_port < 1024
    mid_a, mid_b = a_port < 32768, b_port < 32768
    bits = {name: t[name].to_numpy(dtype=bool) for name in ("ab_syn", "ab_ack", "ba_syn", "ba_ack")}
    a_syn = (bits["ab_syn"] & ~bits["ab_ack"]) | (bits["ba_syn"] & bits["ba_ack"])
    b_syn = (bits["ba_syn"] & ~bits["ba_ack"]) | (bits["ab_syn"] & bits["ab_ack"])
    ported = (a_port != 0) | (b_port != 0)
    tests = [
        a_syn & ~b_syn, b_syn & ~a_syn,
        ported & low_b & ~low_a, ported & low_a & ~low_b,
        only_a, only_b,
        ported & mid_b & ~mid_a, ported & mid_a & ~mid_b,
        a_first < b_first, b_first < a_first,
    ]  # fmt: skip
    answer = [n % 2 == 0 for n in range(len(tests))]
    earlier = (t["ab_at"] <= t["ba_at"]).to_numpy()  # nothing tells it but the order of the lines
    return np.select(tests, answer, default=earlier).astype(bool)


def _oriented(t: pd.DataFrame, a_asks: Any, flagged: bool) -> pd.DataFrame:
    """Return conversations with their ends named client and server."""
    import numpy as np
    import pandas as pd

    made: dict[str, Any] = {"interface": t["interface"]}
    for name, one, other in (("client", "a", "b"), ("server", "b", "a")):
        made[name] = np.where(a_asks, t[one], t[other])
    for name, one, other in (("client_port", "a_port", "b_port"), ("port", "b_port", "a_port")):
        made[name] = np.where(a_asks, t[one], t[other])
    made |= {"protocol": t["protocol"], "first": t["first"], "last": t["last"]}
    parts = [f"{w}{m}" for w in ("_yes", "_no") for m in ("", "_first", "_last")]
    parts += ["_packets", "_bytes", "_syn", "_ack", "_fin", "_rst"]
    for way, one, other in (("asked", "ab", "ba"), ("answered", "ba", "ab")):
        for part in parts:
            made[way + part] = np.where(a_asks, t[one + part], t[other + part])
    found = pd.DataFrame(made)
    found.attrs["flagged"] = flagged
    return found


class Called:
    """What people call the ends of conversations, and which of them are inside."""

    def __init__(self, log: Log) -> None:
        self.names: Names | None = log.names
        self._inside: dict[str, bool] = {}
        self._called: dict[tuple[str, str], str] = {}

    def vpc(self, interface: str) -> str:
        """Return the VPC of an interface, or nothing."""
        found = self.names.interfaces.get(interface) if self.names is not None else None
        return found.vpc_id if found is not None else ""

    def interface(self, id: str) -> str:
        """Return the name of an interface."""
        return self.names.interface(id) if self.names is not None else id

    def subnet(self, address: str, interface: str) -> str:
        """Return the subnet of whoever has an address, or nothing where that is not known."""
        owner = self.names.owner(address, self.vpc(interface)) if self.names is not None else None
        return owner.subnet_id if owner is not None else ""

    def end(self, address: str, interface: str) -> str:
        """Return the name of an address as an interface's VPC knows it."""
        if self.names is None:
            return address
        key = (address, self.vpc(interface))
        if key not in self._called:
            self._called[key] = self.names.address(*key)
        return self._called[key]

    def column(self, table: pd.DataFrame, end: str) -> list[str]:
        """Return the names of one end of conversations."""
        return [self.end(a, i) for a, i in zip(table[end], table["interface"], strict=True)]

    def inside(self, address: str) -> bool:
        """Return whether an address is one of the network's own or a private one, and not the internet's."""
        if address not in self._inside:
            asked = read_address(address)
            blocks = [] if self.names is None else [b for v in self.names.snapshot.all(Vpc) for b in v.blocks]
            mine = any(asked in block for block in blocks if block.version == asked.version)
            owned = self.names is not None and self.names.owner(address) is not None
            self._inside[address] = mine or owned or not is_public(asked)
        return self._inside[address]


def once(log: Log, table: pd.DataFrame, called: Called) -> pd.DataFrame:
    """Return each conversation once, though several interfaces saw it.

    What a NAT gateway sent on in its own name is left out where the client's own conversation is there.
    """
    import numpy as np

    names = called.names
    nats = (
        {id for id, eni in names.interfaces.items() if eni.interface_type == "nat_gateway"}
        if names
        else set()
    )
    if nats:
        at_nat = table["interface"].isin(nats).to_numpy()
        own = {id: str(names.interfaces[id].private_ip) for id in nats} if names else {}
        address = table["interface"].map(own).to_numpy(dtype=object)
        seen = table[~(at_nat & ((table["client"] == address) | (table["server"] == address)))]
        asked = set(zip(seen["server"], seen["port"], seen["protocol"], strict=True))
        began = set(zip(seen["client"], seen["client_port"], seen["port"], strict=True))
        again = [
            (server, port, protocol) in asked or (client, client_port, port) in began
            for client, server, client_port, port, protocol in table[list(TUPLE)].itertuples(index=False)
        ]
        translated = at_nat & ((table["client"] == address) | (table["server"] == address))
        table = table[~(translated & np.array(again, dtype=bool))]
    how = {name: "max" for name in table.columns if name not in (*TUPLE, "interface", "first")}
    how |= {"interface": "first", "first": "min"}
    for way in WAYS:
        how |= {f"{way}_yes_first": "min", f"{way}_no_first": "min"}
    return table.groupby(list(TUPLE), sort=False, as_index=False).agg(how)
