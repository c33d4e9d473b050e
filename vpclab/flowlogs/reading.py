"""Read and write flow log files: plain or gzip, with or without a header, in bounded memory.

A file is read block by block. Lines that have the right number of fields go through pandas' parser
together; the few others are looked at one by one. A line that is no record is set aside with its number
and the reason, never lost and never guessed.
"""

from __future__ import annotations

import gzip
import io
import socket
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from vpclab.flowlogs.fields import TEXT, is_header, kind_of, read_format
from vpclab.flowlogs.log import Broken, Log, Names, lines_of, named, snapshot_of, typed
from vpclab.topology.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = 1 << 23
_LONGEST = 1 << 16  # no record is longer
_LIMITS = {"srcport": 65535, "dstport": 65535, "protocol": 255, "tcp-flags": 255}
_WORDS = {
    "action": ("ACCEPT", "REJECT"),
    "log-status": ("OK", "NODATA", "SKIPDATA"),
    "flow-direction": ("ingress", "egress"),
    "type": ("IPv4", "IPv6", "EFA"),
}
_ADDRESSES = ("srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr")


@dataclass(slots=True)
class _Block:
    """Some whole lines of a file; the number of the first, how many there are, how much is read by now."""

    file: str
    fields: tuple[str, ...]
    first: int
    text: bytes
    count: int = 0
    done: float = 0.0


# -- one line ------------------------------------------------------------------------------------------


def _is_address(text: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, text)
        except (OSError, ValueError):
            continue
        return True
    return False


def _why(words: Sequence[str], fields: Sequence[str]) -> str:
    """Return why the words of a line are no record of a format, or nothing."""
    if len(words) != len(fields):
        return f"it has {len(words)} fields and the format has {len(fields)}"
    for name, word in zip(fields, words, strict=True):
        if word == "-":
            continue
        if kind_of(name) != TEXT:
            most = _LIMITS.get(name, 1 << 62)
            if not (word.isascii() and word.isdigit()) or int(word) > most:
                limit = f" from 0 to {most}" if name in _LIMITS else ""
                return f"{name} is {word!r}, which is not a whole number{limit}"
        elif name in _WORDS and word not in _WORDS[name]:
            return f"{name} is {word!r}, which is not {' or '.join(_WORDS[name])}"
        elif name in _ADDRESSES and not _is_address(word):
            return f"{name} is {word!r}, which is not an IP address"
    return ""


def _words(line: str, count: int) -> list[str]:
    """Return the words of a line, without a remark after the last field as in AWS's own examples."""
    words = line.split()
    return words[:count] if len(words) > count and words[count].startswith("#") else words


# -- blocks of lines -----------------------------------------------------------------------------------


def _files(source: object) -> list[Path]:
    """Return the files of a source: one, several, or all log files in a folder, as S3 holds them."""
    if isinstance(source, (list, tuple)):
        return [path for one in source for path in _files(one)]
    if not isinstance(source, (str, Path)):
        raise BadInput(f"{source!r} is not a flow log: give the path of a file or folder")
    path = Path(source)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and (".log" in p.name or p.suffix == ".gz"))
        if not found:
            raise BadInput(f"{path} holds no flow log: no file ends in .log or .log.gz")
        return found
    if not path.is_file():
        raise BadInput(f"{path} is not there: give the path of a flow log file or folder")
    return [path]


def _blocks(source: object, format: str | Sequence[str] | None) -> Iterator[_Block]:
    """Yield all files of a source in blocks of whole lines."""
    files = _files(source)
    total = sum(path.stat().st_size for path in files) or 1
    before = 0
    for path in files:
        name = path.name if len(files) > 1 else ""
        try:
            with path.open("rb") as raw:
                zipped = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                stream: Any = gzip.GzipFile(fileobj=raw) if zipped else raw
                for block in _blocks_of(stream, name, format):
                    block.done = (before + raw.tell()) / total
                    yield block
        except (OSError, EOFError, zlib.error) as error:
            raise BadInput(f"{path} cannot be read: {error}") from error
        before += path.stat().st_size


def _blocks_of(stream: IO[bytes], file: str, format: str | Sequence[str] | None) -> Iterator[_Block]:
    fields: tuple[str, ...] = ()
    number = 1
    while text := stream.read(_BLOCK):
        if not text.endswith(b"\n"):
            text += stream.readline(_BLOCK)
            if len(text) >= 2 * _BLOCK:
                raise BadInput(f"{file or 'the file'}: a line after line {number} does not end; no flow log")
            if not text.endswith(b"\n"):
                text += b"\n"
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n")
        if not fields:
            text = text.removeprefix(b"\xef\xbb\xbf")
            fields, skipped = _fields(text, file, format)
            number += skipped
            text = _after(text, skipped)
        if text:
            block = _Block(file, fields, number, text)
            yield block
            number += block.count


def _after(text: bytes, lines: int) -> bytes:
    for _ in range(lines):
        text = text[text.find(b"\n") + 1 :]
    return text


def _fields(text: bytes, file: str, format: str | Sequence[str] | None) -> tuple[tuple[str, ...], int]:
    """Return the fields of a file by its header or the format given, and how many lines to leave out."""
    blank = 0
    while text.startswith(b"\n"):
        text, blank = text[1:], blank + 1
    line = text[: text.find(b"\n")][:_LONGEST].decode("utf-8", "replace")
    where = f"{file}: " if file else ""
    given = read_format(format) if format is not None else None
    if is_header(line):
        header = read_format(line)
        if given is not None and given != header:
            both = f"the header says {' '.join(header)}, the format given is {' '.join(given)}"
            raise BadInput(where + both)
        return header, blank + 1
    if given is not None:
        return given, blank
    default = read_format()
    words = _words(line, len(default))
    if len(words) != len(default) and line.strip():
        raise BadInput(
            f"{where}the first line is no header and has {len(words)} fields, not the default format's "
            f"{len(default)}: give the format, such as format='version srcaddr dstaddr action'"
        )
    return default, blank


@dataclass(slots=True)
class _Known:
    """What earlier blocks told: words that are addresses, and columns whose words are too many to sort."""

    addresses: set[str] = field(default_factory=set)
    wide: set[str] = field(default_factory=set)


def _parse(block: _Block, use: Sequence[str], known: _Known) -> tuple[pd.DataFrame, list[Broken]]:
    """Return the columns `use` of a block, as pandas reads them, and the lines that are no records.

    Text columns are categories in which ``-`` is a word. The last field of the format is always read, because
    a line that is too short lacks it.
    """
    import numpy as np
    import pandas as pd

    text, fields = block.text, block.fields
    wanted = [*use, *(name for name in fields[-1:] if name not in use)]
    numbers: Any = None
    broken: list[Broken] = []
    frame = _read_csv(text, fields, wanted, known.wide)
    if frame is None:
        text, numbers, broken = _mended(block)
        frame = (
            _read_csv(text, fields, wanted, known.wide)
            if numbers
            else pd.DataFrame({name: [] for name in wanted})
        )
    if frame is None:
        raise BadInput(f"{block.file or 'the file'} cannot be read as a flow log from line {block.first} on")
    if numbers is None:
        block.count = len(frame)
        numbers = range(block.first, block.first + len(frame))
    doubtful = _doubtful(frame, fields[-1], known.addresses)
    if doubtful.any():
        lines = text.split(b"\n")
        bad = []
        for at in np.flatnonzero(doubtful):
            line = lines[at].decode("utf-8", "replace")
            because = _why(_words(line, len(fields)), fields)
            if because:
                bad.append(at)
                broken.append(Broken(int(numbers[at]), line[:_LONGEST], because, block.file))
        frame = frame.drop(index=bad).reset_index(drop=True)
        for name in wanted:
            if kind_of(name) != TEXT:
                frame[name] = pd.to_numeric(frame[name])
        broken.sort(key=lambda one: one.number)
    return frame[list(use)], broken


def _read_csv(text: bytes, fields: Sequence[str], use: Sequence[str], wide: set[str]) -> pd.DataFrame | None:
    """Return some columns of lines that all have the right number of fields; None if one has not.

    Texts become categories; pandas sorts their words, so a column of very many is read as it is.
    """
    import pandas as pd

    first = text[: text.find(b"\n")]
    if first.count(b" ") != len(fields) - 1 or b"\0" in text:
        return None
    numbers = {name: ["-"] for name in use if kind_of(name) != TEXT}
    try:
        frame = pd.read_csv(
            io.BytesIO(text), sep=" ", header=None, names=list(fields), usecols=list(use),
            dtype={n: object if n in wide else "category" for n in use if n not in numbers},
            na_values=numbers, keep_default_na=False, quoting=3, low_memory=False, skip_blank_lines=False,
        )[list(use)]  # fmt: skip
    except ValueError:  # a line has more fields, or is no text
        return None
    for name in use:
        if name in numbers:
            continue
        if name in wide:
            codes, words = pd.factorize(frame[name].to_numpy())
            frame[name] = pd.Categorical.from_codes(codes, pd.Index(words, dtype=object))
        found = frame[name].cat
        if found.codes.min() < 0 or "" in found.categories:
            return None  # a line has fewer
        if len(found.categories) > 10_000:
            wide.add(name)
    return frame


def _mended(block: _Block) -> tuple[bytes, list[int], list[Broken]]:
    """Return the lines of a block that have the right number of fields, their numbers, and the others."""
    lines = block.text.split(b"\n")[:-1]
    block.count = len(lines)
    kept, numbers, broken = [], [], []
    for number, line in enumerate(lines, block.first):
        shown = line.decode("utf-8", "replace")
        words = _words(shown, len(block.fields))
        plain = shown.isascii() and " ".join(words).isprintable()
        if len(words) == len(block.fields) and plain:
            kept.append(" ".join(words).encode())
            numbers.append(number)
        elif words:
            because = _why(words, block.fields) or "it holds something that is no plain text"
            broken.append(Broken(number, shown[:_LONGEST], because, block.file))
    return b"\n".join([*kept, b""]), numbers, broken


def _doubtful(frame: pd.DataFrame, last: str, seen: set[str]) -> Any:
    """Return which rows hold something that may be no value of its field."""
    import numpy as np

    doubtful = np.zeros(len(frame), dtype=bool)
    for name in frame.columns if len(frame) else ():
        values = frame[name]
        if kind_of(name) != TEXT:
            if values.dtype.kind not in "iuf":  # a word that is no number
                doubtful |= (~values.fillna("0").astype(str).str.fullmatch("[0-9]+")).to_numpy(dtype=bool)
                continue
            numbers, most = values.to_numpy(), _LIMITS.get(name, 1 << 62)
            if values.dtype.kind == "f":
                missing = np.isnan(numbers)
                if name == last:  # or a line that lacks it
                    doubtful |= missing
                doubtful |= ~missing & (np.rint(numbers) != numbers) | np.isinf(numbers)
                if not missing.any():  # then something is written with a point or an exponent
                    doubtful[:] = True
                numbers = np.nan_to_num(numbers)
            if numbers.min() < 0 or numbers.max() > most:
                doubtful |= (numbers < 0) | (numbers > most)
        elif name in _WORDS or name in _ADDRESSES:
            words = {*values.cat.categories.tolist()} - {"-"}
            if name in _WORDS:
                bad = words.difference(_WORDS[name])
            else:
                bad = {word for word in words - seen if not _is_address(word)}
                if len(seen) > 200_000:
                    seen.clear()
                seen |= words - bad
            if bad:
                doubtful |= values.isin(bad).to_numpy()
    return doubtful


# -- progress ------------------------------------------------------------------------------------------


class _Progress:
    """A bar: a control in a notebook, a line of text in a terminal, nothing for a small file."""

    def __init__(self, source: object, want: bool | None) -> None:
        big = sum(path.stat().st_size for path in _files(source)) > 1 << 25
        self.on = big if want is None else want
        self.bar: Any = None
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if self.on and hasattr(shell, "kernel"):  # a notebook
            from IPython.display import display
            from ipywidgets import FloatProgress

            self.bar = FloatProgress(min=0, max=1, description="reading")
            display(self.bar)  # type: ignore[no-untyped-call]

    def at(self, done: float) -> None:
        """Show how much is read, from 0 to 1."""
        if self.bar is not None:
            self.bar.value = done
        elif self.on:
            filled = round(done * 40)
            bar = f"\rreading [{'#' * filled}{'.' * (40 - filled)}] {done:4.0%}"
            sys.stderr.write(bar + "\n" * (done >= 1))
            sys.stderr.flush()


# -- what people call ----------------------------------------------------------------------------------


def read_chunks(
    source: object, *, format: str | Sequence[str] | None = None, topology: object = None,
    progress: bool | None = None,
) -> Iterator[Log]:  # fmt: skip
    """Yield a flow log in parts of some ten thousand records, so that a large one fits into memory."""
    snapshot = snapshot_of(topology) if topology is not None else None
    names = Names(snapshot) if snapshot is not None else None
    known = _Known()
    bar = _Progress(source, progress)
    for block in _blocks(source, format):
        frame, broken = _parse(block, block.fields, known)
        columns = {
            name: frame[name].cat.set_categories([w for w in frame[name].cat.categories if w != "-"])
            if kind_of(name) == TEXT and len(frame)
            else frame[name]
            for name in block.fields
        }
        made = typed(columns, block.fields, names)
        yield Log(block.fields, made, snapshot, tuple(broken))
        bar.at(block.done)


def read_log(
    source: object, *, format: str | Sequence[str] | None = None, topology: object = None,
    progress: bool | None = None,
) -> Log:  # fmt: skip
    """Return a flow log file, or all log files of a folder, as a `Log`.

    A header in the first line says which fields there are; without one the lines are of the default format,
    or of the `format` given. A `topology` adds readable names. Broken lines are in `Log.broken`. A bar shows
    the progress with a file of more than 32 MiB, always with ``progress=True``, never with False.
    """
    import pandas as pd

    parts = list(read_chunks(source, format=format, progress=progress))
    if not parts:
        fields = read_format(format)
        return Log(fields, typed({name: [] for name in fields}, fields))
    kinds = {part.fields for part in parts}
    if len(kinds) > 1:
        shown = "; ".join(" ".join(fields) for fields in sorted(kinds))
        raise BadInput(f"these files have different formats, read them one by one: {shown}")
    frame = pd.concat([part.table() for part in parts], ignore_index=True)
    snapshot = snapshot_of(topology) if topology is not None else None
    broken = tuple(line for part in parts for line in part.broken)
    frame = named(frame, Names(snapshot) if snapshot is not None else None)
    return Log(parts[0].fields, frame, snapshot, broken)


def write_log(
    log: Any, path: str | Path, *, format: str | Sequence[str] | None = None, header: bool = True
) -> Path:
    """Write a `Log`, or a table of records, as AWS does; a name that ends in .gz is compressed.

    The format is the log's own unless another is given; a field that the records lack is refused. The same
    records make the same file.
    """
    path = Path(path)
    frame = log.table() if isinstance(log, Log) else log
    if not hasattr(frame, "columns"):
        raise BadInput(f"{log!r} is no flow log: give a Log or a DataFrame of records")
    own = log.fields if isinstance(log, Log) else tuple(n for n in frame.columns if _is_field(n))
    fields = read_format(format) if format is not None else own

    def text() -> Iterable[str]:
        if header:
            yield " ".join(fields)
        yield from lines_of(frame, fields)

    with path.open("wb") as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as zipped:
                zipped.writelines(line.encode() + b"\n" for line in text())
        else:
            raw.writelines(line.encode() + b"\n" for line in text())
    return path


def _is_field(name: object) -> bool:
    return name not in ("interface", "source", "destination")


PORT = "port"  # of the two ports the lower one, which nearly always is the service's


def summary_columns(by: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that a summary reads."""
    keys = [name for one in by for name in (("srcport", "dstport") if one == PORT else (one,))]
    return tuple(dict.fromkeys((*keys, *_SUMMED, "log-status")))


def totals(
    source: object, by: Sequence[str], *, format: str | Sequence[str] | None = None,
    progress: bool | None = None,
) -> tuple[pd.DataFrame | None, list[Broken], dict[str, int]]:  # fmt: skip
    """Return a log summed up by some fields, read in chunks; its broken lines; and its lines by status."""
    sums = _Totals(by)
    broken: list[Broken] = []
    statuses: dict[str, int] = {}
    known = _Known()
    bar = _Progress(source, progress)
    for block in _blocks(source, format):
        use = summary_columns(by)
        if missing := [name for name in use if name not in block.fields and name != "log-status"]:
            raise BadInput(f"a summary needs {', '.join(missing)}; the log has: {' '.join(block.fields)}")
        frame, bad = _parse(block, [name for name in use if name in block.fields], known)
        broken += bad
        for status, count in frame["log-status"].value_counts().items() if "log-status" in frame else ():
            statuses[str(status)] = statuses.get(str(status), 0) + int(count)
        if len(frame):
            sums.add(frame)
        bar.at(block.done)
    return sums.table() if sums.parts else None, broken, statuses


_SUMMED = ("packets", "bytes", "start", "end")


class _Totals:
    """Sums by some fields, grown block by block: numbers only, so that a million groups stay small."""

    def __init__(self, by: Sequence[str]) -> None:
        self.by = by
        self.labels: list[dict[Any, int]] = [{} for _ in by]
        self.parts: list[list[Any]] = []

    def add(self, frame: pd.DataFrame) -> None:
        """Add the lines of a block that hold a flow."""
        import numpy as np

        told = np.ones(len(frame), dtype=bool)

        def numbers(name: str) -> Any:
            values = frame[name].to_numpy()
            if values.dtype.kind == "f":  # some are missing
                missing = np.isnan(values)
                if name not in ("packets", "bytes"):
                    told[missing] = False
                values = np.where(missing, 0, values).astype(np.int64)
            return values.astype(np.int32) if name in _LIMITS else values

        keys = []
        for name, known in zip(self.by, self.labels, strict=True):
            if name == PORT:
                keys.append(np.minimum(numbers("srcport"), numbers("dstport")))
            elif kind_of(name) == TEXT:
                codes, labels = frame[name].cat.codes.to_numpy(), frame[name].cat.categories.tolist()
                number = np.array([known.setdefault(label, len(known)) for label in labels], dtype=np.int32)
                keys.append(number[codes])
                if "-" in known:
                    told &= keys[-1] != known["-"]
            else:
                keys.append(numbers(name))
        columns = [numbers(name) for name in _SUMMED]
        if not told.all():
            keys, columns = [key[told] for key in keys], [column[told] for column in columns]
        self.parts.append(self._grouped(keys, [np.ones(len(columns[0]), dtype=np.int32), *columns]))
        if sum(len(part[0]) for part in self.parts[1:]) > 300_000:
            self._join()

    def _join(self) -> None:
        import numpy as np

        columns = [list(column) for column in zip(*self.parts, strict=True)]
        self.parts = []
        every = []
        for column in columns:
            every.append(np.concatenate(column))
            column.clear()  # one column at a time is there twice
        self.parts = [self._grouped(every[: len(self.by)], every[len(self.by) :])]

    def _grouped(self, keys: list[Any], values: list[Any]) -> list[Any]:
        """Return keys and values with one entry for each group: three sums, the earliest, the latest."""
        import numpy as np
        import pandas as pd

        group = np.zeros(len(keys[0]), dtype=np.int64)
        span = 1
        for key in keys:
            low, high = int(key.min(initial=0)), int(key.max(initial=0))
            if span * (high - low + 1) >= 1 << 62:  # number the groups so far, so that one number still tells
                group, seen = pd.factorize(group)
                span = len(seen)
            group = group * (high - low + 1) + (key - low)
            span *= high - low + 1
        codes, found = pd.factorize(group)
        first = np.empty(len(found), dtype=np.int64)
        first[codes[::-1]] = np.arange(len(codes))[::-1]
        sums = []
        for value in values[:3]:
            sums.append(np.zeros(len(found), dtype=value.dtype))
            np.add.at(sums[-1], codes, value)
        early, late = values[3][first], values[4][first]
        np.minimum.at(early, codes, values[3])
        np.maximum.at(late, codes, values[4])
        return [*(key[first] for key in keys), *sums, early, late]

    def table(self) -> pd.DataFrame:
        """Return one row for each group, the one with most bytes first."""
        import numpy as np
        import pandas as pd

        if len(self.parts) > 1:
            self._join()
        columns = self.parts.pop()
        names = [*self.by, "records", "packets", "bytes", "first", "last"]
        order = np.argsort(-columns[names.index("bytes")], kind="stable")
        made: dict[str, Any] = {}
        for at, name in enumerate(names):
            values, columns[at] = columns[at][order], None  # each column is there once
            if at < len(self.by) and self.labels[at]:
                values = np.array([*self.labels[at]], dtype=object)[values]
            made[name] = pd.to_datetime(values, unit="s", utc=True) if name in ("first", "last") else values
        return pd.DataFrame(made, copy=False)
