"""The second opinion: what real engines measure, what they confirm, contradict, and leave open."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from sheetgen.audit.book import Area, Place
from sheetgen.audit.claims import Claim
from sheetgen.audit.confirm import confirm
from sheetgen.audit.differences import SIDES, estimate, steps
from sheetgen.audit.engine import chosen_bench, differing, engine_values
from sheetgen.audit.equations import cell_name, equations_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.judge import Judged, judge
from sheetgen.audit.measured import opinions
from sheetgen.audit.read import read_book
from sheetgen.audit.tape import Slope
from sheetgen.engines.base import Value
from sheetgen.engines.embedded_trials import EmbeddedBench
from sheetgen.engines.ironcalc import IronCalcBench
from sheetgen.engines.office_trials import OfficeBench
from sheetgen.engines.trials import Bench, Trial
from sheetgen.errors import EngineError
from sheetgen.page.cell_names import row_and_column

CELLS: Mapping[str, str | float] = {
    "A1": 0.4,  # w
    "A2": -0.7,  # v
    "A3": 0.0,  # at the kink
    "B1": "=1/(1+EXP(-A1*2))",
    "B2": "=A2*B1",
    "C1": "=0.5*(B2-0.3)^2+MAX(A3,0)",  # the loss
    "D1": "=(B2-0.3)*A2*B1*(1-B1)*2",  # ∂/∂w, right
    "D2": "=(0.3-B2)*B1",  # ∂/∂v, with the other sign
    "D3": "=1+0*A3",  # ∂/∂A3
    "D4": "=(B2-0.3)*A2+1E-14*A1",  # ∂/∂B1, nearly right
    "D5": "=B2*0",  # by w again, wrong
}


def at(address: str) -> Place:
    return Place("S", *row_and_column(address))


CLAIMS = tuple(
    Claim(at(cell), at("C1"), at(by), f"∂E/∂{by}", cell)
    for cell, by in (("D1", "A1"), ("D2", "A2"), ("D3", "A3"), ("D4", "B1"), ("D5", "A1"))
)


def written(path: Path, cells: Mapping[str, str | float | ArrayFormula]) -> Path:
    book = Workbook()
    sheet = book["Sheet"]
    sheet.title = "S"
    for address, content in cells.items():
        sheet[address] = content
    book.save(path)
    return path


def graph_of(path: Path, ends: Sequence[str] = ("A1", "A2", "A3")) -> Graph:
    return Graph(equations_of(read_book(path)), {cell_name(at(end)) for end in ends})


def by_cell(graph: Graph, claims: Sequence[Claim] = CLAIMS) -> dict[Place, Judged]:
    return {entry.claim.cell: entry for entry in judge(graph, claims).entries}


def finding(cell: str, **changed: object) -> Finding:
    found = Finding("sign", Weight.WRONG, "It is wrong.", at(cell), (Area("S", *at(cell)[1:], *at(cell)[1:]),))
    return replace(found, **changed)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "book.xlsx", CELLS)


def embedded(path: Path) -> Bench:
    return EmbeddedBench(path, 60)


def ironcalc(path: Path) -> Bench:
    pytest.importorskip("ironcalc", reason="IronCalc is not installed: pip install 'sheetgen[audit]'")
    return IronCalcBench(path)


@pytest.fixture(params=[embedded, ironcalc])
def bench(request: pytest.FixtureRequest, path: Path) -> Bench:
    made: Bench = request.param(path)
    return made


@given(st.floats(-3, 3), st.sampled_from([2.0**-8, 2.0**-13, 2.0**-4]))
def test_the_error_of_an_estimate_is_within_its_bound(x: float, scale: float) -> None:
    def f(x: float) -> float:
        return math.exp(x) * math.sin(3 * x)

    sizes = steps(x, scale)
    pairs = [(f(x + SIDES[0] * size), f(x + SIDES[1] * size)) for size in sizes]
    found = estimate(sizes, pairs, 4e-16 * max(abs(value) for pair in pairs for value in pair))
    exact = math.exp(x) * (math.sin(3 * x) + 3 * math.cos(3 * x))
    assert abs(found.slope - exact) <= found.error
    assert scale > 0.01 or found.error < 1e-6 * (1 + math.exp(x))


def test_a_kink_is_seen_by_its_error() -> None:
    sizes = steps(0.001, 2.0**-4)
    assert estimate(sizes, [(max(0.001 + s, 0), max(0.001 - s, 0)) for s in sizes], 0).error > 0.01


def test_trials_change_nothing_for_one_another(bench: Bench) -> None:
    cells = tuple(("S", *row_and_column(address)) for address in ("B2", "C1"))
    plain = Trial(cells)
    typed, formula = (Trial(cells, {("S", *row_and_column(address)): 5.0}) for address in ("A2", "B1"))
    first, with_typed, again, with_formula, last = bench.tried([plain, typed, plain, formula, plain])
    sigmoid = 1 / (1 + math.exp(-0.8))
    assert first == again == last == pytest.approx([-0.7 * sigmoid, 0.5 * (-0.7 * sigmoid - 0.3) ** 2])
    assert with_typed is not None
    assert with_formula is not None
    assert with_typed[0] == pytest.approx(5 * sigmoid)
    assert with_formula[0] == pytest.approx(-3.5)


def test_the_engine_finds_the_slopes(path: Path, bench: Bench) -> None:
    graph = graph_of(path)
    entries = by_cell(graph)
    found = dict(zip("12345", opinions(bench, graph, [entries[at(f"D{n}")] for n in "12345"]), strict=True))
    assert {name: opinion.agrees for name, opinion in found.items()} == {
        "1": True,  # right, and measured so
        "2": True,  # wrong, and measured so
        "3": True,  # at a kink any slope between the two sides
        "4": True,
        "5": True,
    }
    sigmoid = 1 / (1 + math.exp(-0.8))
    assert found["2"].estimate is not None
    assert found["2"].estimate.slope == pytest.approx((-0.7 * sigmoid - 0.3) * sigmoid, rel=1e-9)


def test_an_engine_contradicts_a_false_derivative(path: Path, bench: Bench) -> None:
    """A mistake of our own: the claim is right, and our slope is not."""
    graph = graph_of(path)
    entry = by_cell(graph)[at("D1")]
    ours = replace(entry, verdict=by_cell(graph)[at("D2")].verdict, slope=Slope(1.0, 1.0, 0.0))
    told = confirm([finding("D1")], {at("D1"): ours}, graph, choose=lambda *asked: bench)
    assert told.findings[0].weight == Weight.NOTICE
    assert f"in doubt: {bench.version} does not find it" in told.findings[0].words
    assert told.remarks[0].startswith("In doubt: ∂E/∂A1 in D1 of 'S' is ")


def test_findings_are_confirmed_and_the_engine_is_named(path: Path, bench: Bench) -> None:
    graph = graph_of(path)
    others = [finding("D2"), finding("A1", kind="drifting-input", weight=Weight.NOTICE)]
    told = confirm(others, by_cell(graph), graph, choose=lambda *asked: bench)
    assert [found.confirmed for found in told.findings] == [f"central differences by {bench.version}", ""]
    assert told.engine == bench.version
    assert told.remarks == ()


def test_thorough_measures_what_is_right_too(path: Path, bench: Bench) -> None:
    graph = graph_of(path)
    entries = by_cell(graph)
    assert confirm([], entries, graph, choose=lambda *asked: bench).engine == ""
    measured = f"{bench.version} measured 5 of 5 gradients"
    assert confirm([], entries, graph, thorough=True, choose=lambda *asked: bench).remarks == (measured,)
    entries[at("D1")] = replace(entries[at("D1")], slope=Slope(0.1, 0.1, 0.0))
    doubt, *_ = confirm([], entries, graph, thorough=True, choose=lambda *asked: bench).remarks
    assert doubt.startswith("In doubt: ∂E/∂A1 in D1 of 'S' is ")
    late = confirm([finding("D2")], entries, graph, thorough=True, patience=0.0, choose=lambda *asked: bench)
    assert late.remarks == (f"{bench.version} measured 1 of 5 gradients",)


def test_other_parameters_stay_where_they_are(tmp_path: Path) -> None:
    """A2 is a parameter that was computed from another: differentiation ends at it."""
    cells = {"A1": 0.4, "A2": "=3*A1", "C1": "=A1^2+A2*A1", "D1": "=2*A1+A2", "D2": "=2*A1+2*A2"}
    path = written(tmp_path / "held.xlsx", cells)
    graph = graph_of(path, ("A1", "A2"))
    claims = [Claim(at(cell), at("C1"), at("A1"), "", cell) for cell in ("D1", "D2")]
    entries = by_cell(graph, claims)
    assert [opinion.agrees for opinion in opinions(EmbeddedBench(path, 60), graph, list(entries.values()))] == [
        True
    ] * 2


@pytest.mark.parametrize(("formula", "verdict"), [("=2*(A1-1)+2*(A1-3)", "right"), ("=2*(A1-1)", "wrong")])
def test_losses_whose_sum_stands_in_no_cell_are_added(tmp_path: Path, formula: str, verdict: str) -> None:
    path = written(tmp_path / "two.xlsx", {"A1": 0.4, "C1": "=(A1-1)^2", "C2": "=(A1-3)^2", "D1": formula})
    graph = graph_of(path, ("A1",))
    entries = by_cell(graph, [Claim(at("D1"), at("C1"), at("A1"), "dw", "D1", also=(at("C2"),))])
    (opinion,) = opinions(EmbeddedBench(path, 60), graph, list(entries.values()))
    assert entries[at("D1")].verdict == verdict
    assert opinion.agrees
    assert opinion.estimate is not None
    assert opinion.estimate.slope == pytest.approx(-6.4, rel=1e-9)


def test_an_engine_that_fails_on_the_way_loses_no_finding(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, bench = graph_of(path), EmbeddedBench(path, 60)
    monkeypatch.setattr(EmbeddedBench, "_tried", lambda self, trial: 1 / 0)
    with pytest.raises(EngineError, match="cannot calculate it anew"):
        bench.tried([Trial((at("C1"),))])
    told = confirm([finding("D2")], by_cell(graph), graph, choose=lambda *asked: bench)
    assert (told.findings, told.engine, told.measured) == ((finding("D2"),), "", 0)


def test_a_sum_over_copies_is_moved_as_one(tmp_path: Path) -> None:
    path = written(tmp_path / "sum.xlsx", {"A1": 0.4, "A2": 0.4, "C1": "=A1^2+3*A2", "D1": "=2*A1+3"})
    graph = graph_of(path, ("A1", "A2"))
    claim = Claim(at("D1"), at("C1"), at("A1"), "", "D1", summed=(at("A1"), at("A2")))
    (opinion,) = opinions(EmbeddedBench(path, 60), graph, list(by_cell(graph, [claim]).values()))
    assert opinion.agrees is True
    assert opinion.estimate is not None
    assert opinion.estimate.slope == pytest.approx(3.8)


MATRIX: Mapping[str, str | float | ArrayFormula] = {
    "A1": 1.0, "B1": 2.0, "A2": 3.0, "B2": 4.0, "D1": 0.5, "D2": -0.5,
    "F1": ArrayFormula("F1:F2", "=MMULT(A1:B2,D1:D2)"),
    "H1": "=SUMSQ(F1:F2)",
    "I1": ArrayFormula("I1:I2", "=2*MMULT(TRANSPOSE(A1:B2),F1:F2)"),
}  # fmt: skip


def test_matrices_take_an_engine_that_knows_them(tmp_path: Path) -> None:
    pytest.importorskip("ironcalc", reason="IronCalc is not installed: pip install 'sheetgen[audit]'")
    path = written(tmp_path / "matrix.xlsx", MATRIX)
    graph = graph_of(path, ("D1", "D2"))
    bench = chosen_bench(graph, [cell_name(at("H1"))], 60)
    assert isinstance(bench, IronCalcBench)
    claims = [Claim(at(f"I{n}"), at("H1"), at(f"D{n}"), "", "I") for n in (1, 2)]
    assert [found.agrees for found in opinions(bench, graph, list(by_cell(graph, claims).values()))] == [True, True]
    assert differing(graph, engine_values(graph, bench)) == []


def test_without_an_engine_nothing_is_confirmed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*asked: object) -> Bench:
        raise EngineError("it is not here")

    for name in ("EmbeddedBench", "IronCalcBench", "OfficeBench"):
        monkeypatch.setattr(f"sheetgen.audit.engine.{name}", absent)
    graph = graph_of(path)
    told = confirm([finding("D2")], by_cell(graph), graph)
    assert (told.engine, told.findings) == ("", (finding("D2"),))


class Misreading:
    """An engine that calculates one cell otherwise."""

    version = "another engine"

    def __init__(self, bench: Bench, cell: str, value: float) -> None:
        self._bench, self._cell, self._value = bench, ("S", *row_and_column(cell)), value

    def tried(self, trials: Sequence[Trial]) -> list[list[Value] | None]:
        shown = self._bench.tried(trials)
        return [
            [self._value if tuple(cell) == self._cell else v for cell, v in zip(trial.read, values or (), strict=True)]
            for trial, values in zip(trials, shown, strict=True)
        ]


def test_a_cell_that_is_calculated_otherwise_is_told(path: Path) -> None:
    graph = graph_of(path)
    other = Misreading(EmbeddedBench(path, 60), "B1", 0.123)
    told = confirm([finding("D2")], by_cell(graph), graph, choose=lambda *asked: other)
    assert told.remarks == ("In doubt: another engine calculates another value for S!B1 than our equations do.",)
    assert chosen_bench(graph, [cell_name(at("C1"))], 60) is not None


@pytest.mark.parametrize(("shown", "agrees"), [(0.9, True), (0.123, False)])
def test_a_stale_value_is_held_against_the_engine(path: Path, shown: float, agrees: bool) -> None:
    """One that the engine calculates as the file shows it is not stale: we misread the formula."""
    graph = graph_of(path)
    plain = EmbeddedBench(path, 60)
    engine: Bench = plain if agrees else Misreading(plain, "B1", 0.123)
    stale = finding("B1", kind="stale-value", value=shown)
    (told,) = confirm([stale], {}, graph, choose=lambda *asked: engine).findings
    assert told.weight == (Weight.WRONG if agrees else Weight.NOTICE)
    assert told.confirmed == (f"recalculated by {plain.version}" if agrees else "")


def test_ironcalc_says_nothing_on_the_streams(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ironcalc(path).tried([Trial((("S", 1, 2),))])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("made", [embedded, ironcalc])
def test_what_is_no_workbook_is_an_error_of_the_engine(made: Callable[[Path], Bench], tmp_path: Path) -> None:
    (path := tmp_path / "no.xlsx").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(EngineError):
        made(path)


def test_libreoffice_finds_the_slopes_too(path: Path, soffice: str) -> None:
    graph = graph_of(path)
    entries = [by_cell(graph)[at(cell)] for cell in ("D1", "D2", "D5")]
    assert [found.agrees for found in opinions(OfficeBench(path, 120), graph, entries)] == [True] * 3
