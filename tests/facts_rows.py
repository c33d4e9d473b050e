"""How a row of the facts table is written and asked: the rows themselves are in the other facts_*.py.

Every row begins with the number of a fact of the reference document and says in a sentence what is
expected. The expectation is read off the fact, never off the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from networks import Base, nothing

from vpclab import NotFound, Refused, Trace, reachability, tcp, trace
from vpclab.evaluate.packets import TrafficType

Prepare = Callable[[Base], Any]


@dataclass(frozen=True)
class Row:
    """One row: its sentence, what asks the question, and why it is expected to fail for now."""

    id: str
    ask: Callable[[], None]
    xfail: str = ""


ROWS: list[Row] = []


def flow(
    id: str,
    prepare: Prepare,
    src: object,
    dst: object,
    traffic: TrafficType,
    outcome: str,
    *blockers: str,
    v6: bool = False,
    path: str | None = None,
    via: tuple[str, ...] = (),
    past: tuple[str, ...] = (),
    seen: str | None = None,
    hops: dict[str, tuple[str, str]] | None = None,
    back: dict[str, tuple[str, str]] | None = None,
    note: str | None = None,
    says: str | None = None,
    reach: bool = True,
    base: Callable[..., Any] = Base,
    xfail: str = "",
    **options: Any,
) -> None:
    """Ask for one flow.

    A blocker is written ``[reply] kind/name [inbound|outbound] [CODE|CODE]`` or ``[reply] * CODE``; given
    any, they are all of them, in order; ``...`` at the end stands for more. `path` are the names of the
    forward leg, `via` and `past` names that are on it and names that are not, `seen` the source that the far
    end sees, `hops` and `back` the packets that go into and out of a hop of the request and of the reply.
    With `reach` the answer for all traffic must agree.
    """

    def ask() -> None:
        net = base(**({"dual": True} if v6 else {}), **options)
        prepare(net)
        version = 6 if v6 else 4
        found = trace(net.topology, src, dst, traffic, ip_version=version)
        check(found, outcome, *blockers)
        if path is not None:
            assert " ".join(found.path) == path, str(found)
        assert set(via) <= set(found.path), str(found)
        assert not set(past) & set(found.path), str(found)
        if seen is not None:
            assert str(found.forward[-1].packet_in.src) == seen, str(found)
        for wanted, leg in ((hops, found.forward), (back, found.reply)):
            for name, (came, left) in (wanted or {}).items():
                hop = next(hop for hop in leg if hop.component.name == name)
                assert (str(hop.packet_in), str(hop.packet_out)) == (came, left), str(found)
        if note is not None:
            assert any(note in text for text in found.notes), str(found)
        if says is not None:
            assert says in found.because, str(found)
        if reach and outcome in ("delivered", "blocked", "reply-blocked"):
            agrees(net, found, src, dst, version)

    ROWS.append(Row(id, ask, xfail))


def check(found: Trace, outcome: str, *blockers: str) -> None:
    """Check the outcome and, if any are given, all blockers of both legs."""
    assert found.outcome == outcome, str(found)
    assert found.reaches == (outcome == "delivered")
    if outcome == "delivered":
        assert found.blockers == (), str(found)
    if blockers[-1:] == ("...",):
        for got, text in zip(found.blockers, blockers[:-1], strict=False):
            blocker(got, text, found)
        assert len(found.blockers) >= len(blockers), str(found)
    elif blockers:
        assert len(found.blockers) == len(blockers), str(found)
        for got, text in zip(found.blockers, blockers, strict=True):
            blocker(got, text, found)


def blocker(got: Any, text: str, found: Trace) -> None:
    """Check one blocker against its text."""
    leg, words = ("reply", text[6:]) if text.startswith("reply ") else ("forward", text)
    if words.startswith("* "):
        assert (got.leg, got.code) == (leg, words[2:]), str(found)
        return
    kind, _, rest = words.partition("/")
    parts = rest.split(" ")
    codes = parts.pop().split("|") if parts[-1].isupper() or parts[-1].startswith("vpclab:") else []
    direction = parts.pop() if parts[-1] in ("inbound", "outbound") else ""
    assert (got.leg, got.kind, got.component.name) == (leg, kind, " ".join(parts)), str(found)
    assert not direction or got.direction == direction, str(found)
    assert not codes or got.code in codes, (got.code, str(found))
    assert got.because


def agrees(net: Any, found: Trace, src: object, dst: object, version: int) -> None:
    """Check that the answer for all traffic is the same for this flow."""
    every = reachability(net.topology).between(src, dst, ip_version=version)
    assert every.allows(found.traffic) == found.reaches, f"{every} | {found}"
    if found.outcome == "reply-blocked":
        assert every.reply_blocked.allows(found.traffic), f"{every.reply_blocked} | {found}"


def refusal(
    id: str,
    code: str | None,
    attempt: Prepare,
    prepare: Prepare = nothing,
    *,
    error: type[Exception] = Refused,
    xfail: str = "",
    **options: Any,
) -> None:
    """Ask the builder for what AWS refuses; `code` is AWS's own where it binds."""

    def ask() -> None:
        net = Base(**options)
        prepare(net)
        with pytest.raises(error) as caught:
            attempt(net)
        if code:
            assert getattr(caught.value, "code", "") in code.split("|"), str(caught.value)

    ROWS.append(Row(id, ask, xfail))


def gone(id: str, attempt: Prepare, prepare: Prepare = nothing, **options: Any) -> None:
    """Ask for what is not there."""
    refusal(id, None, attempt, prepare, error=NotFound, **options)


def answer(
    id: str, ask_for: Callable[[Base], Any], expected: object, *, xfail: str = "", **options: Any
) -> None:
    """Ask for a value."""

    def ask() -> None:
        got = ask_for(Base(**options))
        assert got == expected, got

    ROWS.append(Row(id, ask, xfail))


def web(net: Any, src: object, dst: object, **more: Any) -> str:
    """Return the outcome of one HTTPS connection."""
    return trace(net.topology, src, dst, tcp(443), **more).outcome
