"""The files of `data/`: topologies, quizzes, ports, prices."""

from __future__ import annotations

from pathlib import Path

from vpclab.topology.errors import BadInput, NotFound

_DATA = Path(__file__).resolve().parent.parent / "data"


def data_path(name: str) -> Path:
    """Return the path of a file or folder in `data/`, such as ``topologies/web-shop``.

    >>> data_path("topologies/web-shop").is_dir()
    True
    """
    if not _DATA.is_dir():
        raise BadInput(
            "the folder data/ is missing beside vpclab/: install vpclab from its checkout (pip install -e .)"
        )
    path = _DATA / name
    if not path.exists():
        near = path.parent if path.parent.is_dir() else _DATA
        raise NotFound(f"data/{name} does not exist", (child.name for child in near.iterdir()))
    return path
