"""The blank `____`: what a learner has not filled in yet.

A cell with a blank in it must run without an error, so that an untouched chapter runs from top to bottom.
So every operation on a blank gives a blank again (or, where Python insists on a type of its own, the
emptiest value of it), and `holds_blank` finds a blank wherever it hides in an answer: in a list, in text
that was formatted with it, or in the code of a function that nobody has finished.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from typing import Any

__all__ = ["____", "holds_blank"]

NAME = "____"

_SUMS = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow")
_BITS = ("lshift", "rshift", "and", "or", "xor")
_ONE_SIDED = ("neg", "pos", "abs", "invert", "round", "trunc", "floor", "ceil")
_COMPARING = ("lt", "le", "gt", "ge", "eq", "ne")
_DOING = ("call", "getitem", "enter", "copy", "deepcopy")


class Blank:
    """A value that stays blank whatever is done with it.

    >>> ____ + 1, f"{____}/24", ____.subnet("a")[0] > 3
    (____, '____/24', ____)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return NAME

    def __format__(self, spec: str) -> str:
        return NAME

    def __reduce__(self) -> str:
        return NAME

    def __fspath__(self) -> str:
        return NAME

    def __hash__(self) -> int:
        return hash(NAME)

    def __bool__(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Blank:
        if name.startswith(
            "_"
        ):  # questions of Python and Jupyter, such as _repr_html_, are not the learner's
            raise AttributeError(name)
        return self

    def __setattr__(self, name: str, value: object) -> None: ...

    def __delattr__(self, name: str) -> None: ...

    def __setitem__(self, key: object, value: object) -> None: ...

    def __delitem__(self, key: object) -> None: ...

    def __exit__(self, *error: object) -> None: ...

    def __contains__(self, item: object) -> bool:
        return False

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return ()

    def __iter__(self) -> Iterator[Blank]:
        return iter((self,))  # once, so that list(____) is still seen to hold a blank

    def __reversed__(self) -> Iterator[Blank]:
        return iter((self,))

    def __len__(self) -> int:
        return 1

    def __index__(self) -> int:
        return 0

    def __int__(self) -> int:
        return 0

    def __float__(self) -> float:
        return 0.0

    def __complex__(self) -> complex:
        return 0j

    def __bytes__(self) -> bytes:
        return NAME.encode()


def _stay_blank(self: Blank, *args: object, **kwargs: object) -> Blank:
    return self


for _name in (
    *_ONE_SIDED,
    *_COMPARING,
    *_DOING,
    *(side + name for name in _SUMS + _BITS for side in ("", "r", "i")),
):
    setattr(Blank, f"__{_name}__", _stay_blank)

____: Any = Blank()


def holds_blank(value: object) -> bool:
    """Return whether a blank is left anywhere in `value`; a function is read, not run.

    >>> holds_blank(["10.0.0.0/16", ____]), holds_blank(lambda shop: shop.route(____)), holds_blank("no")
    (True, True, False)
    """
    return _holds_blank(value, set())


def _holds_blank(value: object, seen: set[int]) -> bool:
    if isinstance(value, Blank):
        return True
    if isinstance(value, str | bytes):
        return (NAME if isinstance(value, str) else NAME.encode()) in value  # type: ignore[operator]
    if id(value) in seen:
        return False
    seen.add(id(value))
    inside: tuple[Any, ...] = ()
    if isinstance(value, dict):
        inside = (*value.keys(), *value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        inside = tuple(value)
    elif isinstance(value, functools.partial):
        inside = (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, types.MethodType):
        inside = (value.__func__,)
    elif isinstance(value, types.FunctionType):
        named = (value.__globals__.get(name) for name in _names(value.__code__))
        inside = (
            *(value.__defaults__ or ()),
            *(value.__kwdefaults__ or {}).values(),
            *(cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)),
            # a blank itself, or a helper of the learner's own that holds one
            *(
                v
                for v in named
                if isinstance(v, Blank) or getattr(v, "__globals__", None) is value.__globals__
            ),
        )
    return any(_holds_blank(item, seen) for item in inside)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - reading it is the question
    except ValueError:
        return False
    return True
