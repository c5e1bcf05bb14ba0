"""The step of an optimiser to which a cell belongs, however long its column is."""

from __future__ import annotations

from formula_books import book_of

from sheetgen.audit.equations import equations_of
from sheetgen.audit.graph import Graph
from sheetgen.audit.memories import Memories
from sheetgen.audit.unfolded import Unfolded

ROWS = 400


def test_steps_are_counted_from_the_first_with_one_look_at_each_cell() -> None:
    cells: dict[str, float | str] = {"A1": 0.0, "C1": 1.0}
    for row in range(2, ROWS + 2):
        cells |= {f"A{row}": f"=0.9*A{row - 1}+B{row}", f"B{row}": 0.1, f"C{row}": f"=C{row - 1}-A{row}"}
    graph = Graph(equations_of(book_of(cells)), ends=())
    lengths: dict[str, int] = {}
    looks = 0

    class Counted(Memories):
        def of(self, name: str) -> str | None:
            nonlocal looks
            looks += 1
            return super().of(name)

    found = []
    for row in range(2, ROWS + 2):
        update = Unfolded(graph, f"S!C{row}", (f"S!A{row}",), (f"S!B{row}",), (f"S!A{row - 1}",))
        found.append(Counted(update, lengths).steps(f"S!A{row}"))
    assert found == list(range(1, ROWS + 1))
    assert looks < 4 * ROWS
