"""The fields of a flow log record, by version, and the formats that are made of them (FL-3, FL-4)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vpclab.topology.errors import BadInput, Refused

NUMBER, TIME, TEXT = "number", "time", "text"
_NUMBERS = {
    "version", "srcport", "dstport", "protocol", "packets", "bytes", "tcp-flags", "traffic-path",
    "encryption-status",
}  # fmt: skip
_BY_VERSION = {
    2: "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end"
    " action log-status",
    3: "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr",
    4: "region az-id sublocation-type sublocation-id",
    5: "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path",
    7: "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id"
    " ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn"
    " ecs-task-arn ecs-task-id",
    8: "reject-reason",
    9: "resource-id",
    10: "encryption-status",
    11: "instance-tag instance-tag-2 interface-tag interface-tag-2 asg-tag asg-tag-2 interface-type"
    " next-hop-interface-id next-hop-subnet-id next-hop-az-id next-hop-vpc-id next-hop-interface-type",
}
VERSION_OF = {name: version for version, names in _BY_VERSION.items() for name in names.split()}
DEFAULT_FORMAT = tuple(_BY_VERSION[2].split())
VERSION_5_FORMAT = tuple(name for name, version in VERSION_OF.items() if version <= 5)
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def kind_of(field: str) -> str:
    """Return how a field is read: as a number, a time or a text. A field that we do not know is a text."""
    return NUMBER if field in _NUMBERS else TIME if field in ("start", "end") else TEXT


def field_name(word: str) -> str:
    """Return AWS's name of a field from ``srcaddr``, ``${srcaddr}`` or Athena's ``pkt_srcaddr``."""
    return word.strip().removeprefix("${").removesuffix("}").replace("_", "-").lower()


def read_format(format: str | Sequence[str] | None = None, *, known_only: bool = False) -> tuple[str, ...]:
    """Return the fields of a format, in order; None and ``"default"`` are the default format (FL-3).

    A custom format is a text or a list of field names. A name that we do not know is taken as it stands,
    because AWS adds fields; with `known_only` it is refused. ``"default"`` with more fields is refused:
    the default format is fixed (FL-3).

    >>> read_format("srcaddr dstaddr ${pkt-srcaddr} pkt_dstaddr")
    ('srcaddr', 'dstaddr', 'pkt-srcaddr', 'pkt-dstaddr')
    """
    if format is None:
        return DEFAULT_FORMAT
    words = format.replace(",", " ").split() if isinstance(format, str) else list(format)
    names = tuple(field_name(str(word)) for word in words)
    if names == ("default",):
        return DEFAULT_FORMAT
    if "default" in names:
        extra = ", ".join(name for name in names if name != "default")
        raise Refused(
            "vpclab:DEFAULT_FORMAT_IS_FIXED", f"the default format with {extra or 'other fields'}",
            "the default format is the 14 fields of version 2 in their order (FL-3)",
            "ask for a custom format that lists every field you want",
        )  # fmt: skip
    if not names:
        raise BadInput("a format needs at least one field, such as srcaddr (FL-3)")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise BadInput(f"the format names {', '.join(twice)} twice: a record holds a field once")
    for name in names:
        if not _NAME.fullmatch(name) or (known_only and name not in VERSION_OF):
            known = ", ".join(VERSION_OF)
            raise BadInput(f"{name!r} is not a field of a flow log record; there are: {known}")
    return names


def version_of(fields: Sequence[str]) -> int:
    """Return the version that records of a format carry: the highest one among its fields (FL-3).

    >>> version_of(["srcaddr", "tcp-flags", "traffic-path"])
    5
    """
    return max(2, *(VERSION_OF.get(name, 2) for name in fields))


def is_header(line: str) -> bool:
    """Return whether a line is a header: field names only, at least one of which we know."""
    words = [field_name(word) for word in line.split()]
    return bool(words) and all(_NAME.fullmatch(w) for w in words) and any(w in VERSION_OF for w in words)
