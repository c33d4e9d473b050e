"""The kinds of exercise: each reads what a learner wrote and finds out what it does.

A kind has two halves. `read` turns an answer into a value, or says kindly why it cannot. `find` judges the
value and brings the evidence: where a network is concerned that is always a trace, never a stored answer.
"""

from __future__ import annotations

import inspect
import json
import linecache
import re
import traceback
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from functools import partial, wraps
from io import StringIO
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

from vpclab.course import words
from vpclab.course.cards import Code, Table, listing, prose
from vpclab.evaluate.intents import Intent
from vpclab.topology.errors import Refused, VpclabError
from vpclab.topology.model import Instance, Route, Subnet
from vpclab.topology.store import Handle

if TYPE_CHECKING:
    from vpclab import Hop, Topology

__all__ = [
    "Attempt", "Build", "Choice", "Cidr", "CodeRaised", "Diagnose", "Edit", "Finding", "Given", "Intent",
    "Kind", "Later", "Match", "Number", "Order", "Step", "Unreadable", "quietly",
]  # fmt: skip

Given = Callable[[], "Topology"]


def quietly(given: Given) -> Given:
    """Return a network's maker that prints nothing: what the builder says of changes is not the learner's."""

    @wraps(given)
    def silent() -> Topology:
        with redirect_stdout(StringIO()):
            return given()

    return silent


class Unreadable(Exception):  # noqa: N818 - what happened, as learners would say it
    """An answer that is no answer to this question; the message tells the learner what to write."""


class CodeRaised(Exception):  # noqa: N818 - what happened, as learners would say it
    """An error in the learner's own code: its type, its message and the line where it happened."""

    def __init__(self, error: BaseException, number: int, line: str) -> None:
        super().__init__(type(error).__name__)
        self.type, self.number, self.line = type(error).__name__, number, line
        self.message = re.sub(r" at 0x[0-9a-fA-F]+", "", str(error)) or words.NO_MESSAGE
        if isinstance(error, AttributeError) and error.name:
            self.message += _meant(error.name, error.obj)


def _meant(name: str, thing: object) -> str:
    """Return what else has an attribute of this name, or which attribute of the thing reads alike."""
    owners = [kind.__name__.removesuffix("Handle") for kind in _handles(Handle) if hasattr(kind, name)]
    if owners:
        parts = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", owner).lower() for owner in owners]
        called = [part.replace("vpc", "VPC").replace("acl", "ACL").replace("ip", "IP") for part in parts]
        return words.BELONGS_TO.format(name=name, owners=", ".join(sorted(called)))
    near = get_close_matches(name, [other for other in dir(thing) if not other.startswith("_")], 1)
    return words.DID_YOU_MEAN.format(name=near[0]) if near else ""


def _handles(kind: type) -> list[type]:
    """Return the kinds of handles that learners hold, those that only others are made of left out."""
    subclasses: list[type] = type.__subclasses__(kind)
    below = [found for sub in subclasses for found in _handles(sub)]
    return below or [kind]


@dataclass(frozen=True)
class Finding:
    """What an answer turned out to do.

    `sentence` and `evidence` refute a wrong answer without naming the right one. Two answers with the same
    `key` are the same answer, or the same mistake. A trap's own test looks at `subject`.
    """

    right: bool
    sentence: str = ""
    evidence: tuple[Any, ...] = ()
    key: Any = None
    subject: Any = None


def plain(answer: object) -> str:
    """Return text as its writer meant it: full-width digits, case and stray spaces make no difference.

    >>> plain("  Ｂ "), plain("10.0.0.0  /24")
    ('b', '10.0.0.0 /24')
    """
    text = answer if isinstance(answer, str) else quoted(answer)
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def squash(text: object) -> str:
    """Return text without what only parts words: "reply blocked" and "Reply-blocked" are the same."""
    return re.sub(r"[\W_]+", " ", plain(text)).strip()


def single(answer: object) -> object:
    """Return the one item of a list that holds one, the name of a handle, and anything else as it is."""
    answer = _unwrapped(answer)
    return answer.name if isinstance(answer, Handle) else answer


def _unwrapped(answer: object) -> object:
    for _ in range(3):  # no list is meant that is deeper, and one may hold itself
        if isinstance(answer, list | tuple | set | frozenset) and len(answer) == 1:
            answer = next(iter(answer))
    return answer


def quoted(answer: object) -> str:
    """Return a short, stable name for anything a learner may have passed."""
    if _is_plain(answer):
        try:
            text = repr(answer)
        except ValueError:  # Python refuses to write out very long integers
            text = "a very long number"
        return text if len(text) <= 60 else text[:57] + "..."
    name = getattr(answer, "__name__", None)
    return name if callable(answer) and isinstance(name, str) else f"a value of type {type(answer).__name__}"


def _is_plain(answer: object, depth: int = 3) -> bool:
    """Return whether Python writes an answer out in the way in which it was typed."""
    if isinstance(answer, list | tuple):
        return depth > 0 and all(_is_plain(item, depth - 1) for item in answer)
    if type(answer) is dict:
        return depth > 0 and all(_is_plain(item, depth - 1) for pair in answer.items() for item in pair)
    return answer is None or isinstance(answer, str | bool | int | float)


def text_of(answer: object, complaint: str, **more: object) -> str:
    """Return the text of a text answer, or complain."""
    found = single(answer)
    if isinstance(found, int) and not isinstance(found, bool):
        found = quoted(found)
    if not isinstance(found, str) or not found.strip():
        raise Unreadable(complaint.format(value=quoted(answer), **more))
    return plain(found)


def one_of(wanted: str, names: Mapping[str, str]) -> str | None:
    """Return the key whose key or text is `wanted`, or None; brackets, dots, hyphens do not matter."""
    bare = wanted.strip("()[]{}.:,;'\"“”„`’‘ ")
    for spelled in (plain, squash):
        wants = {spelled(wanted), spelled(bare)} - {""}
        for key, text in names.items():
            if wants & {spelled(key), spelled(text)}:
                return key
    return None


def chosen(answer: str, options: Mapping[str, str]) -> str | None:
    """Return the key of the option that is meant: its key, its text, the text's beginning, or both.

    >>> options = {"a": "public-a: it is called so", "b": "private-a: its route table leads out"}
    >>> [chosen(text, options) for text in ("option B", "`private-a`", "a: public-a", "p", "a: private-a")]
    ['b', 'b', 'a', None, None]
    """
    bare = re.sub(r"^(answer|choice|option|letter) (?=.)", "", squash(answer))

    def means(key: str, text: str) -> bool:
        begins = f"{squash(text)} ".startswith
        key, rest = squash(key), bare.removeprefix(f"{squash(key)} ")
        return begins(f"{bare} ") or (rest != bare and begins(f"{rest} "))

    hits = [key for key, text in options.items() if bare and means(key, text)]
    exact = one_of(plain(answer), options) or one_of(bare, {key: key for key in options})
    return exact or (hits[0] if len(hits) == 1 else None)


@dataclass(frozen=True)
class Tried:
    """What became of an attempt: `outcome` is "made" or "refused", `said` is AWS's refusal."""

    code: str
    outcome: str
    said: str = ""

    def __str__(self) -> str:
        return f"{Code(self.code)}\n{self._sentence.replace('**', '')}"

    __repr__ = __str__

    @property
    def _sentence(self) -> str:
        return words.TRIED[self.outcome].format(message=self.said)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": Code(self.code).html() + prose(self._sentence)}


@dataclass(frozen=True)
class Attempt:
    """Lines that change a network called `shop`; a prediction about what AWS refuses has one as its flow."""

    code: str

    def trace(self, topology: Topology) -> Tried:
        """Return what becomes of the lines in a copy of the network; the code shown is the code that runs."""
        try:
            with redirect_stdout(StringIO()):
                exec(self.code, {"shop": topology.copy()})
        except Refused as error:
            return Tried(self.code, "refused", str(error))
        return Tried(self.code, "made")


@dataclass(frozen=True, repr=False)
class Lasted(Tried):
    """What became of an open connection ("kept" or "cut"), why, and what becomes of a new one."""

    new: str = ""

    @property
    def _sentence(self) -> str:
        return f"{words.LASTED[self.outcome].format(message=self.said)}\n\n{self.new}"


@dataclass(frozen=True)
class Later(Attempt):
    """Lines that change the network while a connection is open; a prediction is about that connection.

    Its choices are `words.LASTS`: a tracked connection goes on without its rule, another one stops (SG-15).
    """

    flow: Intent

    def trace(self, topology: Topology) -> Lasted:
        """Return whether the open connection outlives the lines, and whether a new one would begin."""
        from vpclab.evaluate.trace import still_open

        changed = topology.copy()
        with redirect_stdout(StringIO()):
            exec(self.code, {"shop": changed})
        kept, again = still_open(self.flow.trace(topology), changed), self.flow.trace(changed)
        new = words.LATER_NEW[again.reaches].format(message=again.because)
        return Lasted(self.code, "kept" if kept.allowed else "cut", str(kept), new)


class Kind:
    """The base of all kinds; `name` is the kind's word in `words.KIND_NAMES`."""

    name: ClassVar[str]

    @property
    def typed(self) -> str:
        """Return the key of what says where to type, in `words.WHERE_TO_TYPE`."""
        return self.name

    def ask(self) -> tuple[Any, ...]:
        """Return what the prompt shows beside its text."""
        return ()

    def where(self) -> tuple[Any, ...]:
        """Return what says where to type, and in which shape; the learner's cell stands below."""
        return (words.WHERE_TO_TYPE[self.typed],)

    def solve(self) -> Any:
        """Return the right answer where the kind can work it out itself."""
        raise NotImplementedError

    def read(self, answer: object) -> Any:
        """Return the answer as a value, or raise Unreadable with a sentence."""
        raise NotImplementedError

    def find(self, value: Any, right: Collection[Any]) -> Finding:
        """Judge a value; `right` are the declared right ones, for kinds that have nothing better to ask."""
        return Finding(value in right, self.refute(value), key=value, subject=value)

    def refute(self, value: Any) -> str:
        """Return the sentence for a wrong value that is no declared trap."""
        raise NotImplementedError

    def remark(self, answer: object) -> str:
        """Return what is worth saying of how an answer was written, right or wrong."""
        return ""


@dataclass(frozen=True)
class Choice(Kind):
    """Choose one of several; the answer is a key ("b") or the whole text of a choice."""

    name = "choice"
    options: Mapping[str, str]

    def ask(self) -> tuple[Any, ...]:
        """Return what stands below the prompt."""
        return (listing(tuple(self.options.items())),)

    def read(self, answer: object) -> str:
        """Return the answer as a value, or raise Unreadable."""
        keys = ", ".join(self.options)
        key = chosen(text_of(answer, words.WRITE_CHOICE, keys=keys), self.options)
        if key is None:
            raise Unreadable(words.WRITE_CHOICE.format(value=quoted(answer), keys=keys))
        return key

    def refute(self, value: str) -> str:
        """Return the sentence for a wrong value."""
        return words.CHOICE_REFUTED.format(key=value)


@dataclass(frozen=True)
class Number(Kind):
    """A number, as a number or as text: 251, "251", "２５１"."""

    name = "number"

    def read(self, answer: object) -> float:
        """Return the answer as a value, or raise Unreadable."""
        complaint = Unreadable(words.WRITE_NUMBER.format(value=quoted(answer)))
        found = single(answer)
        if isinstance(found, str):
            bare = plain(found).strip("'\"`.=() ")
            number = re.fullmatch(r"([+-]?\d[\d, _]{0,300}(?:\.\d{1,300})?)\s*[a-z][a-z ]*|(.*)", bare)
            digits = re.sub("[, _]", "", (number[1] or number[2]) if number else "")  # "251 addresses"
            if not re.fullmatch(r"[+-]?\d{1,300}(\.\d{1,300})?", digits, re.ASCII):
                raise complaint
            return float(digits) if "." in digits else int(digits)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
        if isinstance(found, bool) or not isinstance(found, Decimal | Real) or not isfinite(found):
            raise complaint
        return float(found)

    def refute(self, value: float) -> str:
        """Return the sentence for a wrong value."""
        return words.NUMBER_REFUTED.format(value=quoted(value))


@dataclass(frozen=True)
class Order(Kind):
    """Put the items into order; the answer is a list of them."""

    name = "order"
    items: tuple[str, ...]

    def ask(self) -> tuple[Any, ...]:
        """Return what stands below the prompt."""
        return ("\n".join(f"- {item}" for item in sorted(self.items)),)

    def read(self, answer: object) -> tuple[str, ...]:
        """Return the answer as a value, or raise Unreadable."""
        names = {item: item for item in self.items}
        given = list(answer) if isinstance(answer, list | tuple) else []
        if isinstance(answer, str):
            given = [part for part in re.split(r"\s*(?:->|[>→,;|\n])\s*", answer) if part.strip()]
        found = [one_of(plain(single(item)), names) for item in given]
        if None in found or sorted(map(str, found)) != sorted(self.items):
            items = ", ".join(sorted(self.items))
            raise Unreadable(words.WRITE_LIST.format(value=quoted(answer), items=items))
        return tuple(map(str, found))

    def find(self, value: tuple[str, ...], right: Collection[tuple[str, ...]]) -> Finding:
        """Judge a value."""
        agree = max(
            next((i for i, pair in enumerate(zip(value, r, strict=True)) if pair[0] != pair[1]), len(r))
            for r in right
        )
        some = words.ORDER_FROM_SECOND if agree == 1 else words.ORDER_FROM.format(count=agree)
        sentence = some if agree else words.ORDER_FIRST
        return Finding(value in right, sentence, key=value, subject=value)


@dataclass(frozen=True)
class Match(Kind):
    """Pair every item with one of the choices; the answer is a dict."""

    name = "match"
    items: tuple[str, ...]
    choices: tuple[str, ...]

    def ask(self) -> tuple[Any, ...]:
        """Return what stands below the prompt."""
        return (
            "\n".join(f"- {item}" for item in self.items),
            "\n".join(f"- `{choice}`" for choice in self.choices),
        )

    def where(self) -> tuple[Any, ...]:
        """Return the pairs to fill in, with the keys as they are to be typed."""
        return (words.WHERE_TO_TYPE[self.typed], Code(self._shape(",\n ")), words.WHERE_TO_PUT)

    def _shape(self, between: str = ", ") -> str:
        """Return the pairs without their choices; `between` parts them where they fill more than a line."""
        pairs = [f'{json.dumps(item, ensure_ascii=False)}: "..."' for item in self.items]
        line = ", ".join(pairs)
        return f"{{{line if len(line) <= 90 else between.join(pairs)}}}"

    def read(self, answer: object) -> tuple[tuple[str, str], ...]:
        """Return the answer as a value, or raise Unreadable."""
        pairs = list(answer.items()) if isinstance(answer, Mapping) else answer
        if not isinstance(pairs, list | tuple) or not all(
            isinstance(p, list | tuple) and len(p) == 2 for p in pairs
        ):
            pairs = []
        keys, values = ({name: name for name in names} for names in (self.items, self.choices))
        found: dict[str | None, str | None] = {}
        for item, choice in pairs:
            text = str(plain(single(choice)))
            key = one_of(text, values) or one_of(re.split(r"\s*(?:→|->)", text)[0], values)
            if (
                key is None
                and isinstance(choice, str | int)
                and one_of(plain(single(item)), keys) is not None
            ):
                said = words.WRITE_PAIR.format(value=quoted(choice), choices=", ".join(self.choices))
                raise Unreadable(said)
            found[one_of(plain(single(item)), keys)] = key
        if set(found) != set(self.items) or None in found.values() or len(found) != len(pairs):
            raise Unreadable(words.WRITE_PAIRS.format(value=quoted(answer), pairs=self._shape()))
        return tuple((item, str(found[item])) for item in self.items)

    def find(
        self, value: tuple[tuple[str, str], ...], right: Collection[tuple[tuple[str, str], ...]]
    ) -> Finding:
        """Judge a value."""
        count = max(len(set(value) & set(r)) for r in right)
        sentence = words.PAIRS_RIGHT.format(right=count, count=len(self.items))
        return Finding(value in right, sentence, key=value, subject=value)


def intent_table(intents: Iterable[Intent]) -> Table:
    """Return the rows as a table for the prompt."""
    header = (words.FROM, words.TO, words.TRAFFIC, words.WANTED)
    rows = ((str(i.src), str(i.dst), _sent(i), words.MUST if i.must else words.MUST_NOT) for i in intents)
    return Table(header, tuple(rows))


def _sent(row: Intent) -> str:
    """Return a row's traffic; two rows may differ by nothing but IPv4 and IPv6."""
    return words.OVER_IPV6.format(traffic=row.what) if row.ip_version == 6 else row.what


def judge_network(network: Topology, intents: tuple[Intent, ...]) -> Finding:
    """Hold a network against an intent table; the first row that fails is the evidence, with its trace."""
    for number, row in enumerate(intents):
        try:
            way = row.trace(network)
            first = next(iter(way.blockers), None)
            where = (first.kind, first.code, first.leg, first.component.name) if first else None
        except Exception as error:  # a learner may have removed or bent anything
            said = words.CHECK_FAILED.format(message=error)
            return Finding(False, said, key=(number, type(error).__name__), subject=network)
        key = (number, way.outcome, where)
        if way.outcome == "unknown":
            said = words.MUST_KNOW.format(flow=row.flow, because=way.because)
        elif row.must and not way.reaches:
            said = words.MUST_ARRIVE.format(flow=row.flow)
            said += f" {words.REPLY_STOPPED}" if way.outcome == "reply-blocked" else ""
        elif not row.must and way.reaches:
            said = words.MUST_NOT_ARRIVE.format(flow=row.flow)
        else:
            continue
        return Finding(False, said, (way,), key, network)
    said = words.ONE_ROW_HOLDS if len(intents) == 1 else words.ROWS_HOLD.format(count=len(intents))
    return Finding(True, said, key="holds", subject=network)


@dataclass(frozen=True)
class Edit(Kind):
    """Change a network until an intent table holds; the answer is a function that changes what it gets.

    It runs on a fresh network each time, so that cells can be run again, and the traces of the rows judge it.
    Without `picture` what is wrong is to be found by probes: the prompt shows no map and a wrong answer no
    trace; the right one brings the trace of how it was. The instances in `hidden` must end in a private
    subnet and without a public address, whatever single packets say. What no row can tell is left to `also`:
    it returns a sentence and evidence against a network that all rows hold for, or nothing.
    """

    name = "edit"
    given: Given
    intents: tuple[Intent, ...]
    picture: bool = True
    hidden: tuple[str, ...] = ()
    also: Callable[[Topology], tuple[Any, ...]] | None = None

    def ask(self) -> tuple[Any, ...]:
        """Return what stands below the prompt."""
        return (intent_table(self.intents), *([self.given()] if self.picture else []))

    def read(self, answer: object) -> Callable[[Any], object]:
        """Return the answer as a value, or raise Unreadable."""
        answer = single(answer)
        if not callable(answer) or inspect.isclass(answer):
            raise Unreadable(words.WRITE_FUNCTION.format(value=quoted(answer)))
        if inspect.iscoroutinefunction(answer) or inspect.isgeneratorfunction(answer):
            raise Unreadable(words.PLAIN_FUNCTION.format(value=quoted(answer)))
        try:
            inspect.signature(answer).bind(None)
        except TypeError:
            raise Unreadable(words.ONE_PARAMETER.format(value=quoted(answer))) from None
        except ValueError:  # some builtins do not say what they take; running them will
            pass
        return answer

    def find(self, value: Callable[[Any], object], right: Collection[Any]) -> Finding:
        """Judge a value."""
        from vpclab import Topology

        network, untouched = self.given(), self.given()
        try:
            returned = run(value, network)
        except CodeRaised as raised:
            if not self.picture:  # what there is, is for the probes to find out
                raised.message = raised.message.partition("; there are:")[0]
            raise
        changed = returned if isinstance(returned, Topology) else network
        after = changed.snapshot()
        names = {h.name for h in after.all(Instance)}  # a machine may be set up anew under its name
        gone = [h.name for h in untouched.snapshot().all(Instance) if h.name not in names]
        found = judge_network(changed, self.intents)
        if found.right:
            found = self._exposed(changed) or self._short(changed) or found
        elif gone:
            said = words.REMOVED.format(names=", ".join(gone))
            found = Finding(False, said, key=("removed", *gone), subject=changed)
        if not found.right and after.tables == untouched.snapshot().tables:
            said = f"{found.sentence} {words.LEFT_AS_IT_WAS}"
            found = replace(found, sentence=said, key="nothing changed")
        if self.picture:
            return found
        said = found.sentence.replace(f" {words.REPLY_STOPPED}", "")  # that is for the probes to find out
        found = replace(found, sentence=said)
        was = judge_network(self.given(), self.intents)
        was = self._short(self.given()) or was if was.right else was
        before = (words.AS_IT_WAS, *was.evidence)
        return replace(found, evidence=before if found.right else ())

    def _exposed(self, network: Topology) -> Finding | None:
        """Return what puts a hidden instance on the internet's side, or None."""
        for name in self.hidden:
            try:
                host = network[name]
                subnet = host.topology.one(Subnet, host.value.subnet_id)
                public = any(network.snapshot().is_public(subnet, version) for version in (4, 6))
                address = host.public_ip
            except Exception as error:  # a learner may have removed or bent anything
                return Finding(False, words.CHECK_FAILED.format(message=error), subject=network)
            if public or address:
                said = words.EXPOSED_SUBNET if public else words.EXPOSED_ADDRESS
                said = said.format(host=name, subnet=subnet.name, address=address)
                return Finding(False, said, key=("exposed", name), subject=network)
        return None

    def _short(self, network: Topology) -> Finding | None:
        """Return in what a network falls short although all rows hold, or None."""
        try:
            said = self.also(network) if self.also else ()
        except Exception as error:  # a learner may have removed or bent anything
            said = (words.CHECK_FAILED.format(message=error),)
        return Finding(False, said[0], said[1:], ("also", said[0]), network) if said else None


class Build(Edit):
    """Build a network from (almost) nothing; judged as `Edit` is."""

    name = "build"


def run(function: Callable[[Any], object], network: Topology) -> object:
    """Run a learner's function and return its value; an error becomes CodeRaised with the learner's line."""
    try:
        return function(network)
    except (Exception, SystemExit) as error:
        code = getattr(function.func if isinstance(function, partial) else function, "__code__", None)
        file, number = (code.co_filename, code.co_firstlineno) if code else ("", 0)
        for frame in traceback.extract_tb(error.__traceback__):
            number = frame.lineno or number if frame.filename == file else number
        raise CodeRaised(error, number, linecache.getline(file, number).strip()) from None


@dataclass(frozen=True)
class Cidr(Kind):
    """A CIDR block, judged by what it must do rather than by one stored answer.

    It must hold `covers`, leave `avoids` alone, lie `inside` (or in one of several), leave `hosts` usable
    addresses (five of a subnet's are AWS's, SUB-3), and, if `smallest`, be no larger than that takes. With
    `given`, `place` and `intents` the block is also put into a network, and the traces judge it. Without
    any of these the declared answers do.
    """

    name = "cidr"
    covers: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    inside: str | tuple[str, ...] | None = None
    hosts: int = 0
    smallest: bool = False
    given: Given | None = None
    place: Callable[[Topology, str], object] | None = None
    intents: tuple[Intent, ...] = ()
    version: int = 4

    def ask(self) -> tuple[Any, ...]:
        """Return what stands below the prompt."""
        return (intent_table(self.intents), self.given()) if self.given else ()

    def read(self, answer: object) -> IPv4Network | IPv6Network:
        """Return the answer as a value, or raise Unreadable."""
        bare = self._bare(answer)
        if re.fullmatch(r"[0-9a-f.:]*[.:][0-9a-f.:]*", bare, re.ASCII):
            raise Unreadable(words.WRITE_LENGTH.format(value=quoted(answer)))
        if not re.fullmatch(r"[0-9a-f.:]+/\d{1,3}", bare, re.ASCII):
            raise Unreadable(words.WRITE_BLOCK.format(value=quoted(answer)))
        try:
            block = ip_network(bare, strict=False)  # AWS clears host bits by itself (VPC-5)
        except ValueError:
            raise Unreadable(words.WRITE_BLOCK.format(value=quoted(answer))) from None
        if block.version != self.version:
            raise Unreadable(
                words.OTHER_FAMILY.format(value=block, family=block.version, wanted=self.version)
            )
        return block

    def _bare(self, answer: object) -> str:
        answer = _unwrapped(answer)
        if isinstance(answer, Handle):
            answer = getattr(answer.value, "cidr", None) or answer
        if isinstance(answer, IPv4Network | IPv6Network | IPv4Address | IPv6Address):  # interfaces too
            answer = str(answer)
        return text_of(answer, words.WRITE_BLOCK).replace(" ", "").strip("'\"`“”’‘.,;()[]")

    def remark(self, answer: object) -> str:
        """Return what AWS makes of an address that is not the block's first one (VPC-5)."""
        bare, block = self._bare(answer), self.read(answer)
        typed = ip_address(bare.partition("/")[0])
        return "" if typed == block[0] else words.HOST_BITS.format(typed=bare, block=block, first=block[0])

    def find(self, value: IPv4Network | IPv6Network, right: Collection[Any]) -> Finding:
        """Judge a value."""
        facts = (self._facts(value),)
        if self.given is not None and self.place is not None:
            network = self.given()
            try:
                with redirect_stdout(StringIO()):  # what the builder says of the change is not the learner's
                    self.place(network, str(value))
            except Exception as error:  # AWS refuses such a block here: that is the evidence
                said = str(error) if isinstance(error, VpclabError) else ""
                said = said or self._failure(value) or words.BLOCK_REFUTED.format(block=value)
                return Finding(False, said, facts, value, value)
            traced = judge_network(network, self.intents)
            if not traced.right:
                said = self._failure(value) or traced.sentence
                return Finding(False, said, (*facts, *traced.evidence), value, value)
        failure = self._failure(value)
        judged = self.covers or self.avoids or self.inside or self.hosts or self.intents
        if not failure and not judged and value not in right:
            failure = words.BLOCK_REFUTED.format(block=value)
        return Finding(not failure, failure, facts, value, value)

    def _failure(self, block: Any) -> str:
        for item in self.covers:
            if not ip_network(item).subnet_of(block):
                return words.BLOCK_MISSES.format(block=block, item=item)
        for item in self.avoids:
            if ip_network(item).overlaps(block):
                return words.BLOCK_HITS.format(block=block, item=item)
        around = (self.inside,) if isinstance(self.inside, str) else self.inside or ()
        if around and not any(block.subnet_of(ip_network(item)) for item in around):
            return words.BLOCK_OUTSIDE.format(block=block, item=" or ".join(around))
        if usable(block) < self.hosts:
            return words.BLOCK_TOO_SMALL.format(
                block=block, usable=f"{usable(block):,}", hosts=f"{self.hosts:,}"
            )
        if self.smallest and block.prefixlen < block.max_prefixlen:
            halves = block.subnets()
            if any(
                not Cidr(self.covers, self.avoids, self.inside, self.hosts)._failure(half) for half in halves
            ):
                return words.BLOCK_TOO_LARGE.format(block=block)
        return ""

    def _facts(self, block: Any) -> str:
        size, left = f"{block.num_addresses:,}", f"{usable(block):,}"
        facts = words.BLOCK_FACTS.format(block=block, first=block[0], last=block[-1], size=size)
        if block.num_addresses == 1:
            facts = words.BLOCK_ONE.format(block=block)
        if not self.hosts:
            return facts
        return f"{facts} {words.BLOCK_USABLE.format(usable=left) if usable(block) else words.BLOCK_TINY}"


def usable(block: IPv4Network | IPv6Network) -> int:
    """Return how many addresses a subnet of this block can give: AWS keeps five (SUB-3), /28 is smallest.

    >>> usable(ip_network("10.0.0.0/24")), usable(ip_network("10.0.0.0/29"))
    (251, 0)
    """
    return block.num_addresses - 5 if block.num_addresses >= 16 else 0


@dataclass(frozen=True)
class Diagnose(Kind):
    """Name the component that stops a flow, and the code of why; the trace's own blockers are the answer."""

    name = "diagnose"
    given: Given
    flow: Intent

    def ask(self) -> tuple[Any, ...]:
        """Return what stands below the prompt."""
        return (words.STEP_FLOW.format(flow=self.flow.flow), self.given())

    def solve(self) -> tuple[str, str]:
        """Return what the trace says."""
        first = self.flow.trace(self.given()).blockers[0]
        return (first.component.name, first.code)

    def read(self, answer: object) -> tuple[str, str]:
        """Return the answer as a value, or raise Unreadable."""
        if isinstance(answer, str):  # both in one text
            answer = re.split(r"\s*[,;:]\s*|\s+(?=[A-Za-z]+[_:]\w*$)", answer.strip())
        parts = [single(part) for part in answer] if isinstance(answer, list | tuple) else []
        if len(parts) != 2 or not all(isinstance(part, str) and part.strip() for part in parts):
            raise Unreadable(words.WRITE_DIAGNOSIS.format(value=quoted(answer)))
        network = self.given()
        known = {**_names(network), **{thing.id: thing.name for thing in network.snapshot()}}
        for first, second in (parts, parts[::-1]):
            if name := one_of(plain(first), known):
                return (plain(name), plain(second))
        raise Unreadable(words.WRITE_COMPONENT_OF.format(value=quoted(parts[0])))

    def find(self, value: tuple[str, str], right: Collection[Any]) -> Finding:
        """Judge a value."""
        way = self.flow.trace(self.given())
        component, code = value

        def meant(thing: Any) -> bool:
            return component in map(plain, (*_called(thing), thing.id))

        here = [squash(b.code) for b in way.blockers if meant(b.component)]
        sentence = words.DIAGNOSIS_CODE if here else words.DIAGNOSIS_NOT_THERE
        hops = (*way.forward, *way.reply)
        seen = tuple(str(h) for h in hops if not here and meant(h.component))
        said = sentence.format(component=component, code=squash(code).replace(" ", "_").upper())
        return Finding(squash(code) in here, said, seen, value, value)


@dataclass(frozen=True)
class Step(Kind):
    """What does this hop do with the packet? The answer is read from the trace, not from a stored one.

    `at` names a component on the way. `asks` is "next" (which component comes after it), "passes" (does
    it pass or stop here), "source" or "destination" (the packet's address when it leaves). Without
    `picture` the prompt shows no map.
    """

    name = "step"
    given: Given
    flow: Intent
    at: str
    asks: str = "next"
    leg: str = "forward"
    picture: bool = True

    @property
    def typed(self) -> str:
        """Return the key of what says where to type."""
        return f"{self.name} passes" if self.asks == "passes" else self.name

    def ask(self) -> tuple[Any, ...]:
        """Return what stands below the prompt."""
        question = {
            "next": words.STEP_NEXT,
            "passes": words.STEP_PASSES,
            "source": words.STEP_SOURCE,
            "destination": words.STEP_DESTINATION,
        }[self.asks]
        hop, _ = self._hops()
        packet = words.STEP_STANDS.format(where=_called(hop.component)[-1], packet=hop.packet_in)
        return (f"{packet} {question}", *([self.given()] if self.picture else []))

    def solve(self) -> str:
        """Return what the trace says."""
        hop, after = self._hops()
        if self.asks in ("source", "destination"):
            return str(self._address(hop))
        if self.asks == "passes":
            return words.PASSES if hop.allowed else words.STOPS
        return after.component.name if after and hop.allowed else words.STOPS_HERE

    def read(self, answer: object) -> str:
        """Return the answer as a value, or raise Unreadable."""
        if self.asks in ("source", "destination"):
            text = single(answer)
            text = str(text) if isinstance(text, IPv4Address | IPv6Address) else text
            bare = text_of(text, words.WRITE_ADDRESS).strip("'\"`“”’‘,;.() ")
            bare = re.sub(r"^([\d.]+):\d+$|^\[(.+)\](?::\d+)?$", r"\1\2", bare)  # with its port, as in tables
            bare = re.sub(r"/(32|128)$", "", bare)
            try:
                return str(ip_address(bare))
            except ValueError:
                raise Unreadable(words.WRITE_ADDRESS.format(value=quoted(answer))) from None
        complaint = words.WRITE_PASSES if self.asks == "passes" else words.WRITE_COMPONENT
        known = {words.PASSES: words.PASS, words.STOPS: words.STOPS_HERE, words.STOP: words.STOP}
        if self.asks == "next":
            known = {words.STOPS_HERE: words.STOPS, **_names(self.given())}
        key = one_of(text_of(answer, complaint), known)
        if key is None:
            raise Unreadable(complaint.format(value=quoted(answer)))
        return words.STOPS if self.asks == "passes" and key == words.STOP else key

    def find(self, value: str, right: Collection[Any]) -> Finding:
        """Judge a value."""
        hop, after = self._hops()
        wanted = {self.solve()}
        if self.asks == "next" and after and hop.allowed:
            wanted |= set(_called(after.component))
        every = [rule for d in hop.decisions for rule in (*d.passed_over, d.rule) if rule is not None]
        every.sort(key=lambda rule: (getattr(rule, "number", 0), _written(self.given(), rule)))
        rules = [_written(self.given(), rule) for rule in every]
        seen = [words.STEP_STANDS.format(where=_called(hop.component)[-1], packet=hop.packet_in)]
        seen += [words.HOP_DOES.format(rules="; ".join(rules))] if rules else []
        return Finding(
            value in wanted, words.STEP_REFUTED[self.asks].format(value=value), tuple(seen), value, value
        )

    def _hops(self) -> tuple[Hop, Hop | None]:
        """Return the hop that is asked about, and the one after it."""
        way = self.flow.trace(self.given())
        hops = way.forward if self.leg == "forward" else way.reply
        place = next(i for i, hop in enumerate(hops) if self.at in _called(hop.component))
        return hops[place], hops[place + 1] if place + 1 < len(hops) else None

    def _address(self, hop: Hop) -> object:
        packet = hop.packet_out or hop.packet_in
        return packet.src if self.asks == "source" else packet.dst


def _called(component: Any) -> tuple[str, ...]:
    """Return what people may call a component: its name, its kind, both."""
    kind = component.kind.replace("_", " ").replace("acl", "ACL")
    return (component.name, kind, kind if kind == component.name else f"{kind} {component.name}")


def _names(network: Topology) -> dict[str, str]:
    """Return every name and kind in a network, and the internet."""
    return {name: name for thing in network.snapshot() for name in _called(thing)} | {"internet": "internet"}


def _written(network: Topology, rule: Any) -> str:
    """Return a rule or route as people write it: names in the place of ids."""
    if not isinstance(rule, Route):
        return str(rule)
    from vpclab.render.words import name_of

    snapshot = network.snapshot()
    return f"{name_of(snapshot, str(rule.destination))} → {name_of(snapshot, rule.target)}"
