"""Questions to a flow log, each in one call: who talks most, who refused, is it a scan, does data leave.

Every one takes a `Log`, a table of records or the path of a file, and gives an `Answer`. A default is a
limit that ordinary traffic keeps below; each is a parameter. What the records cannot tell is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from vpclab.flowlogs.answers import Answer, counted
from vpclab.flowlogs.conversations import Called, as_log, conversations, once, rows_of
from vpclab.flowlogs.log import Log, Names, named, snapshot_of
from vpclab.flowlogs.plots import Times, bars
from vpclab.flowlogs.reading import totals
from vpclab.topology.errors import BadInput
from vpclab.topology.model import PORTED, protocol_name

if TYPE_CHECKING:
    import pandas as pd

LOGIN_PORTS = (21, 22, 23, 3389, 5900, 5985, 5986)  # where people and scripts try passwords
DATABASE_PORTS = (1433, 1521, 3306, 5432, 5439)
MIB = 1 << 20
GROUP_OR_ACL, ACL, GROUP = "security group or network ACL", "network ACL", "security group"
CANNOT_TELL = "cannot be told"


def service_of(protocol: int, port: int) -> str:
    """Return what was asked for: ``tcp 443``, ``icmp``."""
    return f"{protocol_name(protocol)} {port}" if protocol in PORTED else protocol_name(protocol)


def size(number: float) -> str:
    """Return a number of bytes as people read it.

    >>> size(700), size(5_400_000)
    ('700 B', '5.1 MiB')
    """
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024 or unit == "GiB":
            return f"{number:.0f} B" if unit == "B" else f"{number:,.1f} {unit}"
        number /= 1024
    return ""


def _times(values: Any) -> Any:
    import pandas as pd

    return pd.to_datetime(pd.Series(list(values), dtype="float64"), unit="s", utc=True).dt.floor("s")


def _frame(rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(columns))


def _prepared(log: Any, topology: object) -> tuple[Log, Called, pd.DataFrame]:
    found = as_log(log, topology)
    called = Called(found)
    return found, called, conversations(found)


def _services(table: pd.DataFrame) -> list[str]:
    pairs = zip(table["protocol"], table["port"], strict=True)
    return [service_of(int(protocol), int(port)) for protocol, port in pairs]


# -- how much ------------------------------------------------------------------------------------------


def summarise(
    source: object, by: Sequence[str] = ("srcaddr", "dstaddr", "port", "protocol", "action"), *,
    format: Any = None, topology: object = None, progress: bool | None = None,
) -> Answer:  # fmt: skip
    """Return a file's records, packets and bytes by some fields, read in chunks: a million lines in a second.

    ``port`` is the lower one of the two ports, nearly always the service's. Only the columns needed are
    read, and never more than a block of the file is held.
    """
    frame, broken, statuses = totals(source, tuple(by), format=format, progress=progress)
    counts = [counted(sum(statuses.values()), "line")] if statuses else []
    counts += [f"{statuses[word]:,} {word}" for word in ("NODATA", "SKIPDATA") if statuses.get(word)]
    counts += [counted(len(broken), "broken line") + f", the first: {broken[0]}"] if broken else []
    if frame is None:
        frame = _frame([], (*by, "records", "packets", "bytes", "first", "last"))
    if topology is not None:
        frame = named(frame, Names(snapshot_of(topology)))
    top = frame.head(15)
    labels = [" ".join(map(str, row)) for row in top[list(by)].itertuples(index=False)]
    drawing = bars(labels, top["bytes"].astype(float).tolist(), [size(n) for n in top["bytes"]])
    said = f"{'; '.join(counts)}." if counts else "."
    total = f"{counted(len(frame), 'row')}, {size(float(frame['bytes'].sum()))} in all"
    return Answer("Summary", f"{total}; {said}", frame, drawing)


def top_talkers(log: Any, *, by: str = "bytes", most: int = 10, topology: object = None) -> Answer:
    """Return who exchanged most with whom: by bytes, packets or connections, both ways together.

    A conversation that several interfaces saw counts once. Only what was accepted counts.
    """
    if by not in ("bytes", "packets", "connections"):
        raise BadInput(f"by={by!r}: use 'bytes', 'packets' or 'connections'")
    found, called, table = _prepared(log, topology)
    table = once(found, table, called)
    table = table[table["asked_yes"] + table["answered_yes"] > 0]
    columns = ("source", "destination", "service", "connections", "packets", "bytes", "share")
    if table.empty:
        return Answer("Top talkers", "No accepted traffic.", _frame([], columns))
    import pandas as pd

    every = pd.DataFrame(
        {
            "source": called.column(table, "client"), "destination": called.column(table, "server"),
            "service": _services(table), "connections": 1,
            "packets": (table["asked_packets"] + table["answered_packets"]).to_numpy(),
            "bytes": (table["asked_bytes"] + table["answered_bytes"]).to_numpy(),
        }
    )  # fmt: skip
    summed = every.groupby(["source", "destination", "service"], as_index=False).sum()
    summed["share"] = summed[by] / max(int(summed[by].sum()), 1)
    summed = summed.sort_values(
        [by, "source", "destination"], ascending=[False, True, True], ignore_index=True
    )
    top = summed.head(most)
    first = top.iloc[0]
    amount = size(first["bytes"]) if by == "bytes" else f"{first[by]:,} {by}"
    said = (
        f"{first['source']} and {first['destination']} ({first['service']}) exchanged most: {amount}, "
        f"{first['share']:.0%} of all."
    )
    labels = [
        f"{s} → {d} {w}" for s, d, w in zip(top["source"], top["destination"], top["service"], strict=True)
    ]
    words = [size(n) if by == "bytes" else f"{n:,}" for n in top[by]]
    return Answer("Top talkers", said, top, bars(labels, top[by].astype(float).tolist(), words))


# -- who refused ---------------------------------------------------------------------------------------


def rejected_by(log: Any, *, topology: object = None) -> Answer:
    """Return what was rejected, and by whom, as far as the pair of records tells it (FL-7, FL-8).

    A request that was accepted and whose reply is rejected can only be a network ACL: a security group lets
    replies pass. Between two hosts of one subnet no ACL is asked, so there it is a security group (ACL-9).
    A rejected request may be either. A reply that was accepted before and is rejected later "cannot be
    told" where the connection may have ended in between (FL-6).
    """
    found = as_log(log, topology)
    called, table = Called(found), conversations(found, gap=600)  # a port is used again after a while
    frame = found.table()
    reasons = _reasons(frame)
    flagged = bool(table.attrs["flagged"])
    refused = table[(table["asked_no"] > 0) | (table["answered_no"] > 0)]
    rows: dict[Any, list[Any]] = {}
    for row in rows_of(refused):
        for way, count in (("request", row.asked_no), ("reply", row.answered_no)):
            if not count:
                continue
            src, dst = (row.client, row.server) if way == "request" else (row.server, row.client)
            who, why = _who(row, way, called, flagged, reasons.get((row.interface, src, dst), ""))
            key = (row.interface, row.client, row.server, service_of(row.protocol, row.port), way, who, why)
            line = rows.setdefault(key, [0, float("inf"), 0.0])
            first = row.asked_no_first if way == "request" else row.answered_no_first
            last = row.asked_no_last if way == "request" else row.answered_no_last
            line[0], line[1], line[2] = line[0] + int(count), min(line[1], first), max(line[2], last)
    columns = ("at", "source", "destination", "service", "rejected", "by", "why", "records", "first", "last")
    made = [
        (called.interface(at), called.end(client, at), called.end(server, at), service, way, who, why, *line)
        for (at, client, server, service, way, who, why), line in rows.items()
    ]
    table_ = _frame(sorted(made, key=lambda row: (-row[7], row[:6])), columns)
    table_["first"], table_["last"] = _times(table_["first"]), _times(table_["last"])
    if table_.empty:
        return Answer("Rejected by whom", "Nothing was rejected.", table_)
    sums: dict[str, int] = {}
    for row in rows_of(table_):
        sums[row.by] = sums.get(row.by, 0) + row.records
    said = "; ".join(f"{counted(n, 'record')} by {who}" for who, n in sorted(sums.items(), key=_most))
    labels = [
        f"{s} → {d} {w} ({x})" for _, s, d, w, x in table_[["at", *columns[1:5]]].itertuples(index=False)
    ]
    drawing = bars(labels, table_["records"].astype(float).tolist(), [f"{n}: {b}" for n, b in zip(
        table_["records"], table_["by"], strict=True)])  # fmt: skip
    return Answer("Rejected by whom", f"{said}.", table_, drawing)


def _most(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _reasons(frame: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Return the reason that records give: Block Public Access or encryption controls (FL-6)."""
    if "reject-reason" not in frame:
        return {}
    told = frame[frame["reject-reason"].notna()]
    words = {"BPA": "Block Public Access", "EC": "encryption controls"}
    pairs = rows_of(told[["interface-id", "srcaddr", "dstaddr", "reject-reason"]])
    return {(i, s, d): words.get(reason, reason) for i, s, d, reason in pairs}


def _who(row: Any, way: str, called: Called, flagged: bool, reason: str) -> tuple[str, str]:
    """Return who rejected one way of a conversation, and how that is told."""
    if reason:
        return reason, "the record says so in reject-reason"
    places = [called.subnet(end, row.interface) for end in (row.client, row.server)]
    if places[0] and places[0] == places[1]:
        return GROUP, "both hosts are in one subnet, where no network ACL is asked (ACL-9)"
    if way == "request" or not row.asked_yes or row.asked_yes_first > row.answered_no_first:
        return GROUP_OR_ACL, "no accepted request stands before it, and both can refuse one (FL-7)"
    if not row.answered_yes:
        return ACL, "the request was accepted and its reply rejected: a group would let it pass (FL-7)"
    ended = row.asked_fin or row.answered_fin or row.asked_rst or row.answered_rst
    if flagged and row.protocol == 6 and not ended:
        return ACL, "an open connection's replies were accepted first and rejected later: the ACL changed"
    return CANNOT_TELL, "replies were accepted first; they may have come after the connection's end (FL-6)"


# -- who attacks ---------------------------------------------------------------------------------------


def port_scan(log: Any, *, at_least: int = 20, topology: object = None) -> Answer:
    """Return who tried many ports or hosts and mostly found nobody: a scan.

    Counted are different pairs of address and port that a source asked, and how many of them were rejected,
    reset or never answered. `at_least` so many must be asked, and more than half of them must fail.
    """
    found, called, table = _prepared(log, topology)
    table = once(found, table[table["protocol"].isin(PORTED)], called)
    no_answer = (table["answered_yes"] == 0) & (table["answered_no"] == 0)
    reset = table["answered_rst"].astype(bool) & ~table["answered_syn"].astype(bool)
    table = table.assign(failed=(table["asked_no"] > 0) | reset | no_answer)
    # Replies whose requests are not in the log look like questions from a service port: leave them out.
    stray = (table["asked_yes"] == 0) & (table["client_port"] < 1024) & (table["port"] >= 1024)
    table = table[~stray]
    asked = table.groupby(["client", "server", "port", "protocol"], as_index=False).agg(
        {"failed": "min", "first": "min", "last": "max", "interface": "first"}
    )
    rows = []
    for client, part in asked.groupby("client"):
        failed = int(part["failed"].sum())
        if len(part) < at_least or failed * 2 <= len(part):
            continue
        open_ = part[~part["failed"].astype(bool)]
        ports, hosts = part["port"].nunique(), part["server"].nunique()
        kind = "many ports" if ports >= hosts else "many hosts"
        answered = ", ".join(sorted({service_of(int(p), int(n)) for p, n in zip(
            open_["protocol"], open_["port"], strict=True)}))  # fmt: skip
        name = called.end(str(client), str(part["interface"].iloc[0]))
        span = (part["first"].min(), part["last"].max())
        rows.append((name, kind, hosts, ports, len(part), failed, answered, *span))
    columns = ("source", "kind", "hosts", "ports", "tried", "failed", "answered", "first", "last")
    table_ = _frame(sorted(rows, key=lambda row: (-row[4], row[0])), columns)
    table_["first"], table_["last"] = _times(table_["first"]), _times(table_["last"])
    if table_.empty:
        said = f"Nobody asked {at_least} addresses and ports and failed at most of them."
        return Answer("Port scan", said, table_)
    first = table_.iloc[0]
    said = (
        f"{first['source']} asked {counted(int(first['tried']), 'pair')} of address and port, of which "
        f"{first['failed']:,} failed; answered: {first['answered'] or 'none'}."
    )
    words = [f"{f} of {t} failed" for f, t in zip(table_["failed"], table_["tried"], strict=True)]
    drawing = bars(table_["source"].tolist(), table_["tried"].astype(float).tolist(), words)
    return Answer("Port scan", said, table_, drawing)


def brute_force(
    log: Any, *, at_least: int = 20, minutes: int = 10, ports: Sequence[int] | None = None,
    topology: object = None,
) -> Answer:  # fmt: skip
    """Return who tried to log in again and again: many answered connections to one login port in short time.

    `at_least` so many connections within `minutes`, to remote logins, and to databases from outside; `ports`
    names others. `then` says whether the same source later had a connection that sent back ten times what
    a try did: maybe a login that worked.
    """
    found, called, table = _prepared(log, topology)
    table = once(found, table[table["protocol"] == 6], called)
    answered = table[(table["answered_yes"] > 0) & (table["answered_no"] == 0)]
    wanted = set(ports) if ports is not None else {*LOGIN_PORTS, *DATABASE_PORTS}
    answered = answered[answered["port"].isin(wanted)]
    rows = []
    for (client, server, port), part in answered.groupby(["client", "server", "port"]):
        if ports is None and port in DATABASE_PORTS and called.inside(str(client)):
            continue  # an application opens many connections to its database
        part = part.sort_values("first")
        starts = part["first"].to_numpy()
        most = max(
            (int((starts[n:] < begun + minutes * 60).sum()) for n, begun in enumerate(starts)), default=0
        )
        if most < at_least:
            continue
        usual = float(part["answered_bytes"].median())
        later = part[part["answered_bytes"] > 10 * usual]
        then = f"{size(later['answered_bytes'].max())} at once" if len(later) else ""
        where = str(part["interface"].iloc[0])
        ends = [called.end(str(end), where) for end in (client, server)]
        times = (starts[0], part["last"].max())
        rows.append((*ends, service_of(6, int(str(port))), len(part), most, *times, then))
    columns = ("source", "destination", "service", "tries", "in a row", "first", "last", "then")
    table_ = _frame(sorted(rows, key=lambda row: (-row[3], row[:2])), columns)
    table_["first"], table_["last"] = _times(table_["first"]), _times(table_["last"])
    if table_.empty:
        return Answer("Brute force", f"Nobody logged in {at_least} times within {minutes} minutes.", table_)
    first = table_.iloc[0]
    after = f", and later got {first['then']}: maybe it got in" if first["then"] else ""
    said = (
        f"{first['source']} connected {first['tries']:,} times to {first['destination']} "
        f"({first['service']}), {first['in a row']:,} times within {minutes} minutes{after}."
    )
    labels = [f"{s} → {d}" for s, d in zip(table_["source"], table_["destination"], strict=True)]
    words = [f"{n} tries" for n in table_["tries"]]
    return Answer("Brute force", said, table_, bars(labels, table_["tries"].astype(float).tolist(), words))


def data_leaving(
    log: Any,
    *,
    at_least: int = 10 * MIB,
    ratio: float = 5.0,
    topology: object = None,
    everything: bool = False,
) -> Answer:
    """Return what hosts inside sent to the internet of their own accord, far more than they got.

    Counted are conversations that began inside: what a web server answers is none. A pair of host and
    address is named if it sent `at_least` so many bytes and `ratio` times what came back; `everything` lists
    all pairs. Where only a NAT gateway's own records are there, who stood behind it cannot be told.
    """
    import pandas as pd

    found, called, table = _prepared(log, topology)
    table = once(found, table, called)
    ends = zip(table["client"], table["server"], strict=True)
    leaves = [called.inside(client) and not called.inside(server) for client, server in ends]
    out = table[pd.Series(leaves, index=table.index, dtype=bool)]
    columns = ("source", "destination", "services", "connections", "out", "in", "first", "last")
    rows = []
    for (client, server), part in out.groupby(["client", "server"]):
        sent, got = int(part["asked_bytes"].sum()), int(part["answered_bytes"].sum())
        if not everything and (sent < at_least or sent < ratio * got):
            continue
        where = str(part["interface"].iloc[0])
        owner = called.names.owner(str(client), called.vpc(where)) if called.names is not None else None
        source = called.end(str(client), where)
        if owner is not None and owner.interface_type == "nat_gateway":
            source = f"someone behind {source}"
        services = ", ".join(sorted(set(_services(part))))
        span = (part["first"].min(), part["last"].max())
        rows.append((source, called.end(str(server), where), services, len(part), sent, got, *span))
    table_ = _frame(sorted(rows, key=lambda row: (-row[4], row[:2])), columns)
    table_["first"], table_["last"] = _times(table_["first"]), _times(table_["last"])
    if table_.empty:
        return Answer(
            "Data leaving", f"No host sent {size(at_least)} and {ratio:g} times what it got.", table_
        )
    first = table_.iloc[0]
    said = (
        f"{first['source']} sent {size(first['out'])} to {first['destination']} and got {size(first['in'])}."
    )
    labels = [f"{s} → {d}" for s, d in zip(table_["source"], table_["destination"], strict=True)]
    words = [f"{size(o)} out" for o in table_["out"]]
    return Answer("Data leaving", said, table_, bars(labels, table_["out"].astype(float).tolist(), words))


# -- what a change broke -------------------------------------------------------------------------------


def read_moment(when: Any) -> float:
    """Return a moment as Unix seconds: from seconds, a datetime, or a text, ``2026-01-15 10:30`` in UTC."""
    import pandas as pd

    if isinstance(when, (int, float)) and not isinstance(when, bool):
        return float(when)
    try:
        moment: Any = pd.Timestamp(when)
    except (ValueError, TypeError) as error:
        raise BadInput(f"{when!r} is not a moment: write e.g. 2026-01-15 10:30, in UTC") from error
    if moment is pd.NaT:
        raise BadInput(f"{when!r} is not a moment: write e.g. 2026-01-15 10:30, in UTC")
    moment = moment.tz_localize("UTC") if moment.tzinfo is None else moment
    return float(moment.timestamp())


def stopped_after(log: Any, when: Any, *, topology: object = None) -> Answer:
    """Return the flows that worked steadily before a change and not once after it.

    A flow is a client (all strangers of the internet together), a server and a service; it works when its
    requests and replies are accepted. The time before the change is cut into twelve parts: the share of them
    in which the flow worked tells how likely its end is by chance. A flow that is still tried is named if it
    worked in six parts and chance is below one in a hundred; one that is silent, if it worked in ten and
    chance is below one in ten thousand. `after` says what became of it: its replies or requests are rejected,
    nobody answers, or nobody asks.
    """
    moment = read_moment(when)
    found, called, table = _prepared(log, topology)
    columns = ("source", "destination", "service", "worked", "last", "after", "rejected")
    if table.empty:
        return Answer("Stopped after a change", "The log holds no traffic.", _frame([], columns))
    begin, end = float(table["first"].min()), float(table["last"].max())
    if not begin < moment < end:
        span = " to ".join(f"{t:%Y-%m-%d %H:%M:%S}" for t in _times([begin, end]))
        raise BadInput(f"{when!r} is not within the log, which is of {span} UTC")
    part = (moment - begin) / 12
    merged = once(found, table, called)
    worked = (merged["asked_yes"] > 0) & (merged["answered_yes"] > 0) & (merged["asked_no"] == 0)
    merged = merged.assign(
        works=worked & (merged["answered_no"] == 0),
        refused=(merged["asked_no"] > 0) | (merged["answered_no"] > 0),
        source=[n if called.inside(c) else "the internet" for n, c in zip(
            called.column(merged, "client"), merged["client"], strict=True)],
        destination=called.column(merged, "server"), service=_services(merged),
    )  # fmt: skip
    rows, yes, no = [], [], []
    for (source, destination, service), flow in merged.groupby(["source", "destination", "service"]):
        good = flow[flow["works"]]
        before = good[good["first"] < moment]
        if before.empty or (good["last"] > moment + min(60, part)).any():
            continue
        bad = flow[(flow["last"] >= moment) & flow["refused"]]
        tried = (flow["first"] >= moment).any() or len(bad) > 0
        active = len(set(((before["first"] - begin) // part).astype(int)))
        by_chance = (1 - (active + 1) / 14) ** int((end - moment) // part)
        if active < (6 if tried else 10) or by_chance >= (0.01 if tried else 0.0001):
            continue
        if (bad["answered_no"] > 0).any():
            after = "replies rejected"
        elif len(bad):
            after = "requests rejected"
        else:
            after = "unanswered" if tried else "silent"
        rows.append((source, destination, service, len(before), before["last"].max(), after, len(bad)))
        yes.append(before["first"].tolist())
        no.append(bad["last"].tolist())
    order = sorted(range(len(rows)), key=lambda n: (-rows[n][6], -rows[n][3], rows[n][:3]))
    table_ = _frame([rows[n] for n in order], columns)
    table_["last"] = _times(table_["last"])
    if table_.empty:
        return Answer("Stopped after a change", "Nothing that worked steadily before stopped.", table_)
    first = table_.iloc[0]
    said = (
        f"{counted(len(table_), 'flow')} worked until the change and not since; first {first['source']} → "
        f"{first['destination']} {first['service']}: {first['after']}."
    )
    order = order[:15]
    labels = [" → ".join(map(str, rows[n][:2])) + f" {rows[n][2]}" for n in order]
    drawing = Times(labels, [yes[n] for n in order], [no[n] for n in order], moment)
    return Answer("Stopped after a change", said, table_, drawing)
