"""Rows of a very large workbook that repeat the rows above them: some are judged, and the others held against these.

A row repeats another where each of its formulas does the same to cells that lie as far away. What is proven of the
derivatives of some rows then holds for all that repeat them; of these it remains to be seen that each shows the value
that its formulas give (`sheetgen.audit.beside.stale`). So memory and time are those of the rows that are judged.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from sheetgen.audit.beside.kept_values import KeptValues
from sheetgen.audit.book import Book, BookCell
from sheetgen.audit.cut import Cells, Cut, cut
from sheetgen.audit.grid import runs_of
from sheetgen.audit.outcome import Repeated

MOST = 300_000
"""The formulas of a workbook up to which every one is judged by itself."""
KEPT = 120_000
"""About how many formulas are judged where there are more."""
_LARGE = 20_000
"""The formulas of a sheet up to which it is judged as a whole."""
_AROUND = 6_000
"""About how many formulas are judged above and below a row that breaks off."""
_MOST_BREAKS = 12
"""The places at which rows break off up to which the others are taken for copies."""
_LONGEST, _CANDIDATES = 2_000, 8
"""The rows after which rows may begin anew, as those of a batch do, and how many such lengths are tried."""
_NEARLY_ALL = 0.95

_Row = tuple[int, Sequence[BookCell]]


def without_copies(book: Book, most: int = MOST, kept: int = KEPT) -> Book:
    """Return a very large workbook with the rows that only repeat others marked as left out, any other as it is."""
    counts = Counter(cell.place.sheet for cell in book.cells.values() if cell.formula is not None)
    total = sum(counts.values())
    if total <= most:
        return book
    rows = _rows_of(book, {sheet for sheet, count in counts.items() if count > _LARGE})
    copies = {sheet: _copies(found, max(1, kept * counts[sheet] // total)) for sheet, found in rows.items()}
    values = KeptValues(book)
    for sheet, left in copies.items():
        stale = {row for row, cells in rows[sheet] if row in left and not all(map(values.are_right, cells))}
        copies[sheet] = _apart_from(left, stale, rows[sheet]) if stale else left
    return replace(book, left_out={sheet: frozenset(left) for sheet, left in copies.items() if left})


def rows_left_out(book: Book) -> Iterator[Repeated]:
    """Yield the rows that were left out, by sheet and from the top, with the number of their formulas."""
    for sheet, rows in book.left_out.items():
        counts = Counter(cell.place.row for cell in book.on(sheet) if cell.formula is not None)
        for first, last in runs_of(rows):
            yield Repeated(sheet, first, last, sum(counts[row] for row in range(first, last + 1)))


def _rows_of(book: Book, sheets: Collection[str]) -> dict[str, list[_Row]]:
    """Return the rows of sheets, from the top, each with its cells from the left."""
    found: dict[str, dict[int, list[BookCell]]] = {sheet: defaultdict(list) for sheet in sheets}
    for place, cell in book.cells.items():
        if place.sheet in found:
            found[place.sheet][place.row].append(cell)
    return {
        sheet: [(row, sorted(rows[row], key=lambda cell: cell.place.column)) for row in sorted(rows)]
        for sheet, rows in found.items()
    }


def _copies(rows: Sequence[_Row], kept: int) -> set[int]:
    """Return the rows that repeat others and are not among those that are kept to be judged."""
    shapes = list(_signatures(rows, 0))
    period = _period(shapes)
    signatures = list(_signatures(rows, period))
    usual = _usual(signatures, period)
    regular = {row for index, (row, _) in enumerate(rows) if signatures[index] == usual[index % period]}
    breaks = {row for row, cells in rows if row not in regular and any(cell.formula for cell in cells)}
    longest = max(_runs(rows, regular), key=len, default=range(0))
    if not longest:
        return set()
    left = _apart_from(regular, {row for row in breaks if row > longest[0]}, rows)
    runs = list(_runs(rows, left))
    across = max(1, len(rows[len(rows) // 2][1]))
    height = max(4 * period, kept // across)
    return {row for run in runs for row in _middle(run, max(4 * period, height * len(run) // len(rows)))}


def _runs(rows: Sequence[_Row], chosen: Collection[int]) -> Iterator[range]:
    """Yield the runs of chosen rows that stand below each other."""
    for first, last in runs_of(row for row, _ in rows if row in chosen):
        yield range(first, last + 1)


def _middle(run: range, height: int) -> Iterator[int]:
    """Yield the rows of a run but for its first ones, as many as half of a height, and a quarter halfway and last."""
    half, quarter, middle = height // 2, height // 4, len(run) // 2
    for index, row in enumerate(run):
        if index >= half and index < len(run) - quarter and not middle <= index < middle + quarter:
            yield row


def _apart_from(regular: set[int], breaks: Collection[int], rows: Sequence[_Row]) -> set[int]:
    """Return rows but for those around some others, none where there are too many of these."""
    across = max(1, len(rows[len(rows) // 2][1]))
    around = max(1, _AROUND // across)
    runs: list[tuple[int, int]] = []
    for row in sorted(breaks):
        if runs and row <= runs[-1][1] + 2 * around:
            runs[-1] = runs[-1][0], row
        else:
            runs.append((row, row))
    if len(runs) > _MOST_BREAKS:
        return set()
    return {row for row in regular if not any(first - around <= row <= last + around for first, last in runs)}


def _period(shapes: Sequence[object]) -> int:
    """Return after how many rows nearly all rows do what they did before, 1 where there is no such number."""
    last: dict[object, int] = {}
    distances: Counter[int] = Counter()
    for index, shape in enumerate(shapes):
        if shape in last:
            distances[index - last[shape]] += 1
        last[shape] = index
    tried = [length for length, _ in distances.most_common(_CANDIDATES) if length <= _LONGEST]
    for length in sorted(tried):
        again = sum(a == b for a, b in zip(shapes, shapes[length:], strict=False))
        if again >= _NEARLY_ALL * (len(shapes) - length):
            return length
    return 1


def _usual(signatures: Sequence[object], period: int) -> list[object]:
    """Return what most rows do, for each place in the period."""
    return [Counter(signatures[start::period]).most_common(1)[0][0] for start in range(period)]


def _signatures(rows: Iterable[_Row], period: int) -> Iterator[object]:
    """Yield what each row does, by numbers: two rows have the same one where their formulas do the same.

    With a period of rows, and by how much their references moved since the row so far above.
    """
    known: dict[object, int] = {}
    before: deque[dict[int, Cut]] = deque(maxlen=period or 1)
    for _, cells in rows:
        cuts: dict[int, Cut] = {}
        above = before[0] if period and len(before) == period else {}
        signature: list[object] = []
        for cell in cells:
            column = cell.place.column
            found = cut(cell.formula) if cell.formula is not None and cell.fills is None else None
            if found is not None:
                cuts[column] = found
                moved = _moved(above.get(column), found) if period else ()
                signature.append((column, type(cell.value), found.pieces, moved))
            else:
                signature.append((column, type(cell.value), cell.formula, cell.fills and cell.place))
        before.append(cuts)
        key = tuple(signature)
        yield known.setdefault(key, len(known))


def _moved(above: Cut | None, here: Cut) -> tuple[tuple[object, ...], ...] | None:
    """Return by how much the references of a formula moved from one to another, None where they do something else."""
    if above is None or above.pieces != here.pieces:
        return None
    return tuple([_step(a, b) for a, b in zip(above.references, here.references, strict=True)])


def _step(a: Cells, b: Cells) -> tuple[object, ...]:
    if a.sheet != b.sheet:
        return a.sheet, b.sheet
    return b[1] - a[1], b[2] - a[2], b[3] - a[3], b[4] - a[4]
