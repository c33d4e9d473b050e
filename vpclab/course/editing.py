"""The rule editor: change the rules of a security group or network ACL, and see what becomes of packets.

`RulesView` is the page, as text and as HTML: what each rule says to each packet, and the code that makes the
same rules. `rule_editor` is a thin shell around it. Both work on copies: nothing changes in the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from ipaddress import IPv4Address
from operator import itemgetter
from typing import Any

from vpclab.course import words
from vpclab.course.cards import Card, Code, Table
from vpclab.course.controls import button, columns, complaint, field, line, live, row, sheet, shell
from vpclab.course.exercises import value_source
from vpclab.evaluate.filters import evaluate_network_acl, evaluate_security_groups
from vpclab.evaluate.packets import Packet, read_traffic
from vpclab.evaluate.results import Decision
from vpclab.render import theme
from vpclab.topology import rules
from vpclab.topology.errors import BadInput, VpclabError
from vpclab.topology.filters import NetworkAclHandle, SecurityGroupHandle, open_outbound
from vpclab.topology.model import (
    INBOUND,
    OUTBOUND,
    Address,
    NetworkAcl,
    NetworkAclEntry,
    NetworkInterface,
    Vpc,
)
from vpclab.topology.syntax import read_entry

__all__ = ["Line", "RulesView", "rule_editor"]

SIDES = (INBOUND, OUTBOUND)
Guard = SecurityGroupHandle | NetworkAclHandle
_PACKET = re.compile(r"\s*(?P<what>.+?)\s+(?P<word>from|to)\s+(?P<peer>\S+)\s*", re.IGNORECASE)
_STEP = 10  # between the numbers of new network ACL rules


@dataclass(frozen=True)
class Line:
    """One rule as it was typed: what it was read as, or what is wrong with it."""

    text: str
    direction: str
    rule: Any = None
    wrong: str = ""


@dataclass(frozen=True)
class Probe:
    """A packet as it was typed, in the direction in which it meets the rules; or what is wrong with it."""

    text: str
    direction: str = ""
    packet: Packet | None = None
    wrong: str = ""


@dataclass(frozen=True)
class RulesView:
    """Rules in both directions as texts, what they say to packets, and the code that makes them."""

    guard: Guard
    inbound: tuple[str, ...]
    outbound: tuple[str, ...]
    packets: tuple[str, ...] = ()

    @classmethod
    def of(cls, guard: Guard, packets: Iterable[str] = ()) -> RulesView:
        """Return the view of the rules that a security group or network ACL has now."""
        texts = [tuple(map(str, guard.value.side(side))) for side in SIDES]
        return cls(guard, texts[0], texts[1], tuple(packets))

    @property
    def is_acl(self) -> bool:
        """Return whether these are a network ACL's rules: numbered, the first that fits decides (ACL-4)."""
        return isinstance(self.guard, NetworkAclHandle)

    # -- reading ---------------------------------------------------------------------------------

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Return every rule, read as the builder reads it; empty ones are left out."""
        found: list[Line] = []
        for direction, texts in ((INBOUND, self.inbound), (OUTBOUND, self.outbound)):
            for text in filter(str.strip, texts):
                good = [done.rule for done in found if done.rule is not None]
                try:
                    found.append(Line(text, direction, self._read(text, direction, good)))
                except VpclabError as error:
                    found.append(Line(text, direction, wrong=str(error)))
        return tuple(found)

    def _read(self, text: str, direction: str, before: list[Any]) -> Any:
        """Return a rule from its text, or raise what the builder says against it beside those before."""
        if isinstance(self.guard, NetworkAclHandle):
            entry = read_entry(text, direction)
            rules.acl_entries([*before, entry])
            return entry
        sides = ([text], []) if direction == INBOUND else ([], [text])
        (rule,) = self.guard.read(*sides)
        self.guard.checked([*before, rule])
        return rule

    @cached_property
    def probes(self) -> tuple[Probe, ...]:
        """Return the packets, read in the same words as rules: ``tcp 443 from 203.0.113.10``."""
        found = []
        for text in filter(str.strip, self.packets):
            try:
                found.append(self._probe(text.strip()))
            except VpclabError as error:
                found.append(Probe(text.strip(), wrong=str(error)))
        return tuple(found)

    def _probe(self, text: str) -> Probe:
        match = _PACKET.fullmatch(text)
        if match is None:
            raise BadInput(words.WRITE_PACKET.format(text=text))
        peer = self._address(match["peer"])
        direction = INBOUND if match["word"].lower() == "from" else OUTBOUND
        ends = (peer, self._here(peer)) if direction == INBOUND else (self._here(peer), peer)
        return Probe(text, direction, Packet.of(read_traffic(match["what"]).header(*ends)))

    def _address(self, text: str) -> Address:
        """Return an address, or the private one of the instance that is called so."""
        if re.search(r"[g-zG-Z_-]", text) is None:
            return rules.read_address(text)
        found: IPv4Address | None = getattr(self.guard.topology[text], "private_ip", None)
        return found or rules.read_address(text)

    def _here(self, peer: Address) -> Address:
        """Return an address that these rules guard, of the family of the other end."""
        value: Any = self.guard.value
        for eni in self.guard.topology.values(NetworkInterface):
            if getattr(value, "id", "") in eni.group_ids or eni.subnet_id in getattr(value, "subnet_ids", ()):
                mine = (eni.private_ip, *eni.ipv6_addresses)
                found: Address | None = next((a for a in mine if a and a.version == peer.version), None)
                if found is not None:
                    return found
        vpc = self.guard.topology.one(Vpc, value.vpc_id)
        block = next((b for b in vpc.blocks if b.version == peer.version), None)
        if block is None:
            raise BadInput(words.NO_FAMILY.format(vpc=vpc.name, family=peer.version))
        here: Address = block[10]
        return here

    # -- judging ---------------------------------------------------------------------------------

    def _decide(self, probe: Probe, chosen: Iterable[Any]) -> Decision:
        """Return what these rules decide about a packet, in a copy of the network."""
        assert probe.packet is not None
        if isinstance(self.guard, NetworkAclHandle):
            acl: NetworkAcl = replace(self.guard.value, entries=tuple(chosen))
            return evaluate_network_acl(probe.packet, acl, probe.direction)
        twin = self.guard.topology.copy()
        twin.put(replace(self.guard.value, rules=tuple(chosen)))
        group = SecurityGroupHandle(twin, self.guard.value)
        return evaluate_security_groups(probe.packet, group, probe.direction)

    @cached_property
    def decisions(self) -> tuple[tuple[Probe, Decision], ...]:
        """Return each packet that could be read, and what is decided about it."""
        good = [done.rule for done in self.lines if done.rule is not None]
        return tuple((probe, self._decide(probe, good)) for probe in self.probes if probe.packet)

    def _cell(self, rule: Any, probe: Probe, decision: Decision) -> str:
        """Return what one rule says to one packet; each rule is also asked alone."""
        alone = self._decide(probe, [rule])
        if isinstance(rule, NetworkAclEntry):
            fits = alone.rule == rule
            if decision.rule == rule:
                return words.DECIDES_ALLOW if rule.allow else words.DECIDES_DENY
            if rule.number > decision.rule.number:
                return words.FITS_LATER if fits else words.NOT_READ
            return words.FITS_NOT
        return {True: words.ADMITS, False: words.FITS_NOT, None: words.MARK_UNKNOWN}[alone.allowed]

    def tables(self) -> list[Table]:
        """Return for each direction with packets what every rule says to each of them."""
        found = []
        for direction in SIDES:
            asked = [(probe, decision) for probe, decision in self.decisions if probe.direction == direction]
            if not asked:
                continue
            mine = [done.rule for done in self.lines if done.rule and done.direction == direction]
            if self.is_acl:
                mine.sort(key=lambda entry: entry.number)
            rows = [(str(rule), *(self._cell(rule, *pair) for pair in asked)) for rule in mine]
            rows.append(self._last(asked))
            marked = next((i for i, cells in enumerate(rows) if cells[1][0] in "◀✔"), None)
            head = (words.RULES_HEAD.format(direction=direction), *(probe.text for probe, _ in asked))
            found.append(Table(head, tuple(rows), marked if len(asked) == 1 else None))
        return found

    def _last(self, asked: Sequence[tuple[Probe, Decision]]) -> tuple[str, ...]:
        """Return the row for what no rule decides: denied by either kind of list (ACL-4, SG-6)."""
        mine = [done.rule for done in self.lines]
        left = (decision.allowed is False and decision.rule not in mine for _, decision in asked)
        cells = (words.DECIDES_DENY if decides else words.NOT_NEEDED for decides in left)
        return (words.LAST_ENTRY if self.is_acl else words.LAST_RULE, *cells)

    def said(self) -> list[tuple[str, str]]:
        """Return a verdict and its reason for each packet, and what could not be read."""
        found = []
        for probe, decision in self.decisions:
            mark = theme.MARKS[decision.allowed]
            found.append((f"{mark.sign} {probe.text}, {mark.word}:", decision.because))
        found += [("✖", probe.wrong) for probe in self.probes if probe.packet is None]
        if wrong := sum(bool(done.wrong) for done in self.lines):
            found.append(("", words.LEFT_OUT.format(count=wrong)))
        return found or [("", words.TYPE_PACKET)]

    # -- code ------------------------------------------------------------------------------------

    def code(self) -> str:
        """Return the line that makes the same rules, to copy into a cell."""
        value: Any = self.guard.value
        vpc = self.guard.topology.one(Vpc, value.vpc_id)
        good = [done.rule for done in self.lines if done.rule]
        new = {side: [rule for rule in good if rule.direction == side] for side in SIDES}
        texts = {side: list(dict.fromkeys(map(str, found))) for side, found in new.items()}
        if self.is_acl:
            call = "default_network_acl.entries" if value.is_default else "network_acl"
            return _call(f"{vpc.name}.{call}", "" if value.is_default else value.name, texts)
        if value.name == "default":
            return self._changes(f"{vpc.name}.default_security_group", texts)
        if tuple(new[OUTBOUND]) == open_outbound(bool(vpc.ipv6_cidrs)):
            del texts[OUTBOUND]  # a new group has these by itself (SG-2)
        return _call(f"{vpc.name}.security_group", value.name, texts)

    def _changes(self, group: str, texts: dict[str, list[str]]) -> str:
        """Return the calls that bring a default group, which nobody declares, to these rules."""
        had = {side: list(map(str, self.guard.value.side(side))) for side in SIDES}
        calls = []
        for verb, there, wanted in (("revoke", texts, had), ("allow", had, texts)):
            changed = {side: [text for text in wanted[side] if text not in there[side]] for side in SIDES}
            if any(changed.values()):
                calls.append(
                    _call(f"{group}.{verb}", "", {s: found for s, found in changed.items() if found})
                )
        return "\n".join(calls) or words.NOTHING_CHANGED

    # -- showing ---------------------------------------------------------------------------------

    def __str__(self) -> str:
        said = [" ".join(pair).strip() for pair in self.said()]
        parts = [*said, *self.tables(), words.CODE_HEAD, Code(self.code())]
        return "\n".join(map(str, parts))

    __repr__ = __str__

    def html(self) -> str:
        """Return the verdicts, the tables and the code."""
        told = live("".join(line(reason, strong=verdict) for verdict, reason in self.said()))
        tables = "".join(table.html() for table in self.tables())
        return sheet(told, tables, line(words.CODE_HEAD), Code(self.code()).html())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def _call(call: str, name: str, texts: dict[str, list[str]]) -> str:
    """Return a call with lists of rules; a list that is too long for a line stands on its own lines."""
    parts = [value_source(name)] if name else []
    for side, rows in texts.items():
        flat = f"{side}=[{', '.join(map(value_source, rows))}]"
        long = f"{side}=[\n" + "".join(f"        {value_source(text)},\n" for text in rows) + "    ]"
        parts.append(flat if len(flat) < 60 else long)
    flat = f"{call}({', '.join(parts)})"
    if len(flat) < 76 and "\n" not in flat:
        return flat
    return f"{call}(\n" + "".join(f"    {part},\n" for part in parts) + ")"


def rule_editor(guard: Guard, *packets: str, after: str = "") -> Any:
    """Return controls to change the rules of a security group or network ACL, and what becomes of packets.

    A packet is written like a rule: ``tcp 443 from 203.0.113.10`` comes in, ``tcp 443 to ...`` goes out.
    What would answer a prediction stands `after` it: until that is committed there is a card that says so.
    """
    from ipywidgets import HTML, VBox

    from vpclab.course.lesson import gated
    from vpclab.course.widgets import guarded

    if after and isinstance(card := gated(after), Card):
        return card
    if not isinstance(guard, Guard):
        raise BadInput(words.WRITE_GUARD.format(value=repr(guard)))
    begin = RulesView.of(guard, map(str, packets))
    page = HTML()
    asked = field(words.PACKETS, ", ".join(begin.packets), words.PACKETS_LIKE, "60em")
    lists = {side: VBox() for side in SIDES}

    def texts(side: str) -> tuple[str, ...]:
        return tuple(line.children[0].children[0].value for line in lists[side].children)

    def view() -> RulesView:
        return RulesView(guard, texts(INBOUND), texts(OUTBOUND), tuple(re.split(r"[,;]", asked.value)))

    def show(_: object = None) -> None:
        """Judge everything anew, and put each complaint beside the rule that it is about."""
        now = view()
        read = iter(now.lines)
        for each in (each for side in SIDES for each in lists[side].children):
            typed, message = each.children[0].children[0], each.children[1]
            message.value = complaint(next(read).wrong if typed.value.strip() else "")
        guarded(page, lambda: now.html())

    def add(side: str, text: str = "") -> Any:
        """Add a rule's field with its buttons, and return the field."""
        number = len(lists[side].children) + 1
        word = "from" if side == INBOUND else "to"
        like = words.ENTRY_LIKE if begin.is_acl else words.RULE_LIKE
        typed = field(f"{words.SIDE_SHORT[side]} {number}", text, like.format(word=word))
        typed.layout.flex = "1 1 12em"
        label = f"{side} {number}"
        buttons = [button(words.REMOVE, lambda: remove(side, made), f"{words.REMOVE}: {label}")]
        if begin.is_acl:
            buttons.insert(0, button(words.UP, lambda: earlier(side, typed), f"{words.UP_TIP}: {label}"))
        made = VBox([row(typed, *buttons), HTML()])
        lists[side].children = (*lists[side].children, made)
        typed.observe(show, names="value")
        return typed

    def remove(side: str, which: Any) -> None:
        lists[side].children = tuple(each for each in lists[side].children if each is not which)
        adders[side].focus()  # or the keyboard would lose its place with the rule
        show()

    def earlier(side: str, typed: Any) -> None:
        """Let a rule be tried one place earlier: it changes numbers with the one before it."""
        fields = [each.children[0].children[0] for each in lists[side].children]
        numbered = [(number, each) for each in fields if (number := _number(each.value)) is not None]
        numbered.sort(key=itemgetter(0))
        at = next((i for i, (_, each) in enumerate(numbered) if each is typed), 0)
        if at:
            (first, one), (second, other) = numbered[at - 1], numbered[at]
            rest = [each.value.split(None, 1)[1:] for each in (one, other)]
            one.value, other.value = " ".join([str(first), *rest[1]]), " ".join([str(second), *rest[0]])

    def add_new(side: str) -> None:
        number = max((_number(text) or 0 for text in texts(side)), default=0) + _STEP
        add(side, f"{number} " if begin.is_acl else "").focus()

    for side, there in ((INBOUND, begin.inbound), (OUTBOUND, begin.outbound)):
        for text in there:
            add(side, text)
    asked.observe(show, names="value")
    show()
    adders = {side: button(words.ADD_RULE.format(side=side), partial(add_new, side)) for side in SIDES}
    controls = VBox([asked, *(part for side in SIDES for part in (lists[side], adders[side]))])
    return shell([columns(controls, page, (430, 500))], view)


def _number(text: str) -> int | None:
    """Return the number with which a network ACL rule begins."""
    first = text.split(None, 1)[:1]
    return int(first[0]) if first and first[0].isdigit() else None
