"""Reading untrusted JSON field by field: the right type comes out, or a sentence that says where it is wrong.

An `Item` is one JSON object and the place it stands in, such as
``SecurityGroups.json: SecurityGroups[3].IpPermissions[0]``. A field that is missing, null or an
empty text is None: AWS, boto3 and moto write an absent value in all three ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from vpclab.topology.errors import BadInput

_JSON_WORDS = {dict: "an object", list: "a list", tuple: "a list", bool: "true or false", type(None): "null"}


def shown(value: object) -> str:
    """Return a short text for any value, however large, deep or strange it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:37] + "...")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value) if abs(value) < 1 << 64 else "a huge number"
    return _JSON_WORDS.get(type(value), f"a {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Item:
    """One JSON object with its place; `renamed` holds the ids that another Region uses too."""

    data: Mapping[Any, Any]
    where: str
    renamed: Mapping[str, str] = field(default_factory=dict)

    def raw(self, key: str) -> Any:
        """Return what stands under a key, whatever it is; Direct Connect's API writes keys in camelCase."""
        value = self.data.get(key)
        return self.data.get(key[:1].lower() + key[1:]) if value is None else value

    def _get(self, key: str, types: type | tuple[type, ...], what: str) -> Any:
        value = self.raw(key)
        if value is None or (isinstance(value, str) and not value):
            return None
        if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
            raise self.wrong(key, what, value)
        return value

    def at(self, key: str) -> str:
        """Return the place of a field."""
        return self.where + key if self.where.endswith(": ") or not self.where else f"{self.where}.{key}"

    def bad(self, problem: str, key: str = "") -> BadInput:
        """Return the error for an element, or one field of it, with the way out."""
        place = self.at(key) if key else self.where
        return BadInput(f"{place} {problem}; correct it, or save the output of that call again")

    def wrong(self, key: str, what: str, value: object) -> BadInput:
        """Return the error for a field that is not what it must be."""
        return self.bad(f"must be {what} (got {shown(value)})", key)

    def text(self, key: str) -> str | None:
        """Return a text; half a surrogate pair, which no file can hold, becomes a question mark."""
        value: str | None = self._get(key, str, "a text")
        return value if value is None or value.isascii() else value.encode("utf-8", "replace").decode("utf-8")

    def word(self, key: str) -> str | None:
        """Return a word of AWS's own, such as a state, in small letters: tools write Active and ALLOW too."""
        value = self.text(key)
        return value and value.lower()

    def id(self, key: str) -> str | None:
        """Return the id of a resource: the one of this Region, if several Regions use it."""
        value = self.text(key)
        return self.renamed.get(value, value) if value else None

    def need(self, key: str) -> str:
        """Return an id that must be there."""
        value = self.id(key)
        if value is None:
            raise self.bad(f"has no {key}: every element of a describe call carries it")
        return value

    def flag(self, key: str) -> bool | None:
        """Return true or false."""
        value: bool | None = self._get(key, bool, "true or false")
        return value

    def number(self, key: str, low: int, high: int) -> int | None:
        """Return a whole number of a range."""
        what = f"a whole number from {low} to {high}"
        value: int | None = self._get(key, int, what)
        if value is not None and not low <= value <= high:
            raise self.wrong(key, what, value)
        return value

    def inner(self, path: str) -> tuple[Item, str]:
        """Return the object that holds the last key of a path such as ``Options.StaticRoutesOnly``."""
        *outer, key = path.split(".")
        found = self
        for step in outer:
            found = found.item(step)
        return found, key

    def item(self, key: str) -> Item:
        """Return the object under a key; an absent one reads as an object without fields."""
        return Item(self._get(key, Mapping, "an object") or {}, self.at(key), self.renamed)

    def items(self, key: str) -> list[Item]:
        """Return the objects of the list under a key."""
        found = []
        for i, value in enumerate(self._get(key, (list, tuple), "a list") or ()):
            if not isinstance(value, Mapping):
                raise self.wrong(f"{key}[{i}]", "an object", value)
            found.append(Item(value, self.at(f"{key}[{i}]"), self.renamed))
        return found

    def texts(self, key: str, name: str) -> list[Item]:
        """Return the texts of the list under a key, each as an object with one field of that name."""
        values = self._get(key, (list, tuple), "a list") or ()
        return [Item({name: value}, self.at(f"{key}[{i}]"), self.renamed) for i, value in enumerate(values)]

    def _parsed(self, key: str, kind: type[Any], what: str) -> Any:
        value = self._get(key, str, what)
        if value is None:
            return None
        try:
            if "%" in value or (kind in (IPv4Network, IPv6Network) and "/" not in value):
                raise ValueError
            return kind(value, strict=False) if kind in (IPv4Network, IPv6Network) else kind(value)
        except ValueError as error:
            raise self.wrong(key, what, value) from error

    def ipv4(self, key: str) -> IPv4Address | None:
        """Return an IPv4 address."""
        value: IPv4Address | None = self._parsed(key, IPv4Address, "an IPv4 address such as 10.0.0.10")
        return value

    def ipv6(self, key: str) -> IPv6Address | None:
        """Return an IPv6 address."""
        value: IPv6Address | None = self._parsed(key, IPv6Address, "an IPv6 address such as 2001:db8::10")
        return value

    def block4(self, key: str) -> IPv4Network | None:
        """Return an IPv4 block; host bits are cleared as AWS does (VPC-5)."""
        value: IPv4Network | None = self._parsed(key, IPv4Network, "an IPv4 block such as 10.0.0.0/16")
        return value

    def block6(self, key: str) -> IPv6Network | None:
        """Return an IPv6 block; host bits are cleared as AWS does (VPC-5)."""
        value: IPv6Network | None = self._parsed(key, IPv6Network, "an IPv6 block such as 2001:db8::/56")
        return value

    def block(self, *keys: str) -> IPv4Network | IPv6Network | None:
        """Return the block that stands in one of these fields; the address family is told by the text."""
        for key in keys:
            if text := self.text(key):
                return self.block6(key) if ":" in text else self.block4(key)
        return None
