"""AWS services: their full names and public addresses.

S3 and DynamoDB in Tokyo and Northern Virginia have their real ranges, from ``data/services.json``,
which names date and source. Every other service or Region gets a stand-in: a /28 of 198.19.0.0/16, a
range for tests that nobody announces (RFC 2544), always the same one for the same service.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from ipaddress import IPv4Network

from vpclab.data import data_path

_STAND_INS = IPv4Network("198.19.0.0/16")


def service_name(service: str, region: str) -> str:
    """Return the full name of a service in a Region.

    >>> service_name("s3", "ap-northeast-1")
    'com.amazonaws.ap-northeast-1.s3'
    """
    return service if service.startswith(("com.", "aws.")) else f"com.amazonaws.{region}.{service}"


def short_name(service: str) -> str:
    """Return what people call a service by its full name.

    >>> short_name("com.amazonaws.ap-northeast-1.ecr.dkr")
    'ecr.dkr'
    """
    return service.split(".", 3)[3] if service.count(".") >= 3 else service


def service_blocks(service: str, region: str) -> tuple[IPv4Network, ...]:
    """Return the public IPv4 ranges of a service in a Region: real ones where we have them, else a stand-in.

    >>> service_blocks("dynamodb", "ap-northeast-1"), service_blocks("ssm", "eu-west-1")
    ((IPv4Network('52.94.8.0/24'),), (IPv4Network('198.19.120.128/28'),))
    """
    full = service_name(service, region)
    slot = zlib.crc32(full.encode()) % (_STAND_INS.num_addresses // 16)
    return _published().get(full) or (IPv4Network((int(_STAND_INS[0]) + 16 * slot, 28)),)


@cache
def _published() -> dict[str, tuple[IPv4Network, ...]]:
    found = json.loads(data_path("services.json").read_text(encoding="utf-8"))
    return {name: tuple(map(IPv4Network, entry["blocks"])) for name, entry in found["services"].items()}
