"""Claims that are right, wrong, wrong by another's fault, or right by chance only."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from books import Content, book_of, place

from sheetgen.audit.causes import causes_of
from sheetgen.audit.claims import Claim, Structure
from sheetgen.audit.equations import cell_name, equations_of
from sheetgen.audit.graph import Graph
from sheetgen.audit.judge import Judged, Verdict, graph_of, judge

ROW: Mapping[str, Content] = {  # x, t, w, v, h, a, o, E, and the derivatives by o, a, h, v, w
    "A2": 0.5, "B2": 0.1, "C2": 0.3, "D2": -0.7,
    "E2": "=C2*A2", "F2": "=1/(1+EXP(-E2))", "G2": "=D2*F2", "H2": "=0.5*(B2-G2)^2",
    "I2": "=G2-B2", "J2": "=I2*D2", "K2": "=J2*F2*(1-F2)", "L2": "=I2*F2", "M2": "=K2*A2",
}  # fmt: skip
ABOUT = {"I2": "G2", "J2": "F2", "K2": "E2", "L2": "D2", "M2": "C2"}


def verdicts(cells: Mapping[str, Content], about: Mapping[str, str] = ABOUT, sure: bool = True) -> dict[str, Judged]:
    graph = Graph(equations_of(book_of(cells)), {cell_name(place(name)) for name in ("C2", "D2")})
    claims = [
        Claim(place(cell), place("H2"), place(by), f"∂E/∂{by}", f"column {cell[0]}", sure) for cell, by in about.items()
    ]
    return {entry.claim.cell.address: entry for entry in judge(graph, claims).entries}


def test_what_is_right_is_right() -> None:
    assert {entry.verdict for entry in verdicts(ROW).values()} == {Verdict.RIGHT}


@pytest.mark.parametrize(
    ("cell", "formula", "follow"),
    [
        ("I2", "=B2-G2", {"J2", "K2", "L2", "M2"}),
        ("K2", "=J2*E2*(1-E2)", {"M2"}),
        ("J2", "=I2*C2", {"K2", "M2"}),
        ("M2", "=K2*B2", set()),
    ],
)
def test_the_first_wrong_cell_is_the_cause_and_the_others_follow(cell: str, formula: str, follow: set[str]) -> None:
    found = verdicts({**ROW, cell: formula})
    assert {name for name, entry in found.items() if entry.verdict == Verdict.WRONG} == {cell}
    assert {name for name, entry in found.items() if entry.verdict == Verdict.FOLLOWS} == follow


def test_two_faults_one_behind_the_other_are_two_causes() -> None:
    found = verdicts({**ROW, "I2": "=B2-G2", "M2": "=K2*B2"})
    assert {name for name, entry in found.items() if entry.verdict == Verdict.WRONG} == {"I2", "M2"}


def test_an_input_that_happens_to_be_another_number_is_no_excuse() -> None:
    """w and v are equal, so ∂E/∂a has the right number with the wrong weight: only there."""
    found = verdicts({**ROW, "C2": -0.7, "J2": "=I2*C2"})
    assert found["J2"].verdict == Verdict.WRONG
    assert found["J2"].by_chance


def test_a_unit_that_never_fires_hides_no_fault() -> None:
    dead = {**ROW, "F2": "=MAX(0,E2)", "C2": -0.3, "K2": "=J2*IF(E2>0,1,0)", "L2": "=I2*F2", "M2": "=K2*B2"}
    assert verdicts(dead)["M2"].verdict == Verdict.RIGHT  # 0 whatever the weights nearby: nothing can be said
    alive = {**dead, "C2": 0.3}
    assert verdicts(alive)["M2"].verdict == Verdict.WRONG


@pytest.mark.parametrize("slope", [0, 0.25, 1])
def test_at_a_kink_either_side_is_right(slope: float) -> None:
    cells = {**ROW, "A2": 0, "F2": "=MAX(0,E2)", "K2": f"=J2*IF(E2>0,1,IF(E2=0,{slope},0))", "M2": "=K2*A2"}
    assert verdicts(cells)["K2"].verdict == Verdict.RIGHT


def test_beyond_a_kink_nothing_else_is_right() -> None:
    cells = {**ROW, "A2": 0, "F2": "=MAX(0,E2)", "K2": "=J2*IF(E2>0,1,IF(E2=0,1.5,0))", "M2": "=K2*A2"}
    assert verdicts(cells)["K2"].verdict == Verdict.WRONG


def test_a_saturated_sigmoid_is_judged_by_its_rounding() -> None:
    """At h = 35 the sheet's a·(1 − a) has two right digits, as nothing in float64 has more."""
    assert {entry.verdict for entry in verdicts({**ROW, "C2": 70.0}).values()} == {Verdict.RIGHT}
    assert verdicts({**ROW, "C2": 40.0, "K2": "=2*J2*F2*(1-F2)"})["K2"].verdict == Verdict.WRONG


def test_the_sign_is_a_convention_only_where_the_label_leaves_it_open() -> None:
    negative = {**ROW, "I2": "=B2-G2"}
    assert {entry.sign for entry in verdicts(negative, sure=False).values()} == {-1}
    assert {entry.verdict for entry in verdicts(negative, sure=False).values()} == {Verdict.RIGHT}
    assert verdicts(negative)["I2"].verdict == Verdict.WRONG


def test_what_the_loss_does_not_depend_on_is_not_judged() -> None:
    found = verdicts(ROW, {"M2": "M2"})
    assert found["M2"].verdict == Verdict.UNKNOWN
    assert "does not depend" in found["M2"].reason


def test_cells_with_the_same_formula_are_one_cause() -> None:
    cells = dict(ROW)
    for row in (3, 4):
        for name, content in ROW.items():
            text = content.replace("2", str(row)).replace(f"^{row}", "^2") if isinstance(content, str) else content
            cells[name.replace("2", str(row))] = text
    for row in (2, 3, 4):
        cells[f"K{row}"] = f"=J{row}*E{row}*(1-E{row})"
    graph = Graph(
        equations_of(book_of(cells)), {cell_name(place(f"{name}{row}")) for name in "CD" for row in (2, 3, 4)}
    )
    claims = [
        Claim(place(f"{cell[0]}{row}"), place(f"H{row}"), place(f"{by[0]}{row}"), by, cell[0])
        for cell, by in ABOUT.items()
        for row in (2, 3, 4)
    ]
    (cause,) = causes_of(judge(graph, claims).entries, graph)
    assert [entry.address for entry in cause.places] == ["K2", "K3", "K4"]
    assert cause.follow == 3


@pytest.mark.parametrize(("times", "verdict"), [("1", Verdict.RIGHT), ("1.000001", Verdict.WRONG)])
def test_bounds_do_not_grow_until_they_allow_everything(times: str, verdict: Verdict) -> None:
    """Thirty layers 10·(x − 0.9·x), each of which may make the rounding before it 19 times as large: 19^30 in all."""
    last = 31
    cells: dict[str, Content] = {"A1": 0.3, f"C{last}": f"=0.5*A{last}^2", f"B{last}": f"={times}*A{last}"}
    for row in range(1, last):
        cells[f"A{row + 1}"] = f"=10*(A{row}-0.9*A{row})"
        cells[f"B{row}"] = f"=10*(B{row + 1}-0.9*B{row + 1})"
    graph_ends, loss = {cell_name(place("A1"))}, place(f"C{last}")
    claims = [Claim(place(f"B{row}"), loss, place(f"A{row}"), "∂E/∂x", "B") for row in range(1, last + 1)]
    structure = Structure(claims=tuple(claims), parameters=frozenset({place("A1")}))
    graph = graph_of(equations_of(book_of(cells)), structure)
    assert graph.ends == graph_ends
    found = judge(graph, claims).entries
    assert found[-1].verdict == verdict
    assert {entry.verdict for entry in found[:-1]} == {Verdict.RIGHT if verdict == Verdict.RIGHT else Verdict.FOLLOWS}


class Counted(dict[str, tuple[str, ...]]):
    """What cells refer to, and how often that was asked for."""

    asked = 0

    def get(self, key: str, default: object = None) -> tuple[str, ...]:  # type: ignore[override]
        self.asked += 1
        return super().get(key, default)  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [50, 400])
def test_losses_that_add_up_over_the_rows_of_an_epoch_cost_as_much_as_their_rows(rows: int) -> None:
    """Each refers to the one above, and through it to all rows, though the sum begins anew after two of them."""
    cells: dict[str, Content] = {"E1": 0.0}
    for row in range(2, rows + 2):
        total = f"=IF(A{row}=1,0,E{row - 1})+D{row}"
        cells |= {
            f"A{row}": row % 2 + 1,
            f"B{row}": 0.3,
            f"C{row}": f"=2*B{row}",
            f"D{row}": f"=B{row}^2",
            f"E{row}": total,
        }
    graph = Graph(equations_of(book_of(cells)), {f"S!B{row}" for row in range(2, rows + 2)})
    claims = [Claim(place(f"C{r}"), place(f"E{r}"), place(f"B{r}"), "∂E/∂w", "C") for r in range(2, rows + 2)]
    graph.uses = uses = Counted(graph.uses)
    assert {entry.verdict for entry in judge(graph, claims).entries} == {Verdict.RIGHT}
    assert uses.asked < 10 * rows
