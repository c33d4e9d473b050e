"""The commands for lesson writers: build, check, new."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vpclab.authoring.build import build, check
from vpclab.authoring.skeleton import skeleton

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 1 when there is something to mend."""
    parser = argparse.ArgumentParser(prog="python -m vpclab.authoring", description=__doc__)
    parser.add_argument("--root", type=Path, default=NOTEBOOKS, help="another notebooks folder")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, help_ in (
        ("build", "execute and write the notebooks"),
        ("check", "compare them with the sources"),
    ):
        command = commands.add_parser(name, help=help_)
        command.add_argument("numbers", nargs="*", metavar="NN", help="chapters, such as 04 (default: all)")
    command = commands.add_parser("new", help="begin a chapter")
    command.add_argument("number", metavar="NN")
    command.add_argument("name", help="words_with_underscores")
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    if options.command == "new":
        return begin(root, options.number, options.name)

    from vpclab.course import catalogue

    act = {"build": build, "check": check}[options.command]
    findings = act(root, catalogue(), [number.zfill(2) for number in options.numbers])
    for finding in findings:
        print(finding)
    print(f"{options.command}: {len(findings) or 'nothing'} to mend")
    return 1 if findings else 0


def begin(root: Path, number: str, name: str) -> int:
    """Write the skeleton of a chapter, never over one that exists."""
    path = root / "source" / f"{number}_{name}.md"
    shown = path.relative_to(root.parent).as_posix()
    if path.exists():
        print(f"{shown} exists already; nothing was written")
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(skeleton(number, name), encoding="utf-8", newline="\n")
    print(f"wrote {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
