"""The builder's sentences: each stands in the table once, is used, and gets the facts it names."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

import vpclab.topology
from vpclab import VpclabError
from vpclab.topology import words

TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "refuse": dict(words.REFUSALS),
    "_refuse_use": dict(words.REFUSALS),
    "bad": {key: (text,) for key, text in words.BAD_INPUT.items()},
    "missing": {key: (text,) for key, text in words.NOT_FOUND.items()},
}


def calls() -> list[tuple[str, str, set[str]]]:
    """Return (function, key, names of the facts) of every call in the package that raises a sentence."""
    found = []
    for path in sorted(Path(vpclab.topology.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in TABLES:
                    facts = {str(k.arg) for k in node.keywords}
                    found.append((name, str(node.args[0].value), facts))
    return found


CALLS = calls()


@pytest.mark.parametrize(("function", "key", "facts"), CALLS, ids=[f"{c[0]} {c[1]}" for c in CALLS])
def test_a_call_gives_the_facts_that_its_sentence_names(function: str, key: str, facts: set[str]) -> None:
    given = {"label", "users"} if function == "_refuse_use" else facts
    named = {field for text in TABLES[function][key] for _, field, _, _ in Formatter().parse(text) if field}
    assert named == given


@pytest.mark.parametrize("function", ["refuse", "bad", "missing"])
def test_every_sentence_is_used(function: str) -> None:
    sources = {function, "_refuse_use"} if function == "refuse" else {function}
    used = {key for name, key, _ in CALLS if name in sources}
    assert sorted(set(TABLES[function]) - used) == []


@pytest.mark.parametrize("key", words.REFUSALS)
def test_a_refusal_has_a_code_a_value_a_rule_and_a_way_out(key: str) -> None:
    code, value, rule, way_out = words.REFUSALS[key]
    assert code.startswith("vpclab:") or code[0].isupper()
    assert value
    assert rule
    assert way_out
    assert not any(text.endswith(".") for text in (value, rule, way_out))


def test_a_refusal_in_a_notebook_shows_the_learners_line_and_no_frames_of_ours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.run_cell("from vpclab import Topology\n\ndef mine():\n    Topology('t').vpc('v', '10.0.0.0/8')")
    result = shell.run_cell("mine()")
    lines = capsys.readouterr().out.strip().splitlines()
    assert isinstance(result.error_in_exec, VpclabError)
    assert lines[0] == "line 4: Topology('t').vpc('v', '10.0.0.0/8')"
    assert lines[1].startswith("Refused: InvalidVpc.Range: 10.0.0.0/8")
    assert len(lines) == 2
