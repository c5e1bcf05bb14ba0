"""Gradients of whole batches against the loss itself: on Gradient check, on Checks, and along chains on Equations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pytest
from over_batches import FUNCTIONS_START, SAMPLES, all_functions, batch_norm, built_and_proven
from recalculated import Recalculated
from tracing import trace

from sheetgen import build, loads, verify
from sheetgen.algebra.evaluate import evaluate
from sheetgen.network.chains import gathered, paths
from sheetgen.network.graph import equation_of
from sheetgen.network.study import Study
from sheetgen.sheets.equations import CHAIN_RULE, OF_ALL_ROWS
from sheetgen.sheets.layout import FIRST_ROW, Layout
from sheetgen.xlsx.reader import WorkbookFile

CHECK = "Gradient check"
SHEET = "lr 0.1"


def mean_loss(p: Mapping[str, float], samples: list[tuple[float, float, float]]) -> float:
    """The mean loss of a batch of `all_functions`, as a plain loop."""
    z = [math.tanh(p["w"] * x1 + p["b"] * x2) for x1, x2, _ in samples]
    in_all = sum(x2 for _, x2, _ in samples)
    u = [zk - max(z) + 0.1 * x1 * in_all for zk, (x1, _, _) in zip(z, samples, strict=True)]
    y = [p["v"] * uk + 0.2 * sum(z) / len(z) * zk for uk, zk in zip(u, z, strict=True)]
    own = [(yk - t) ** 2 for yk, (_, _, t) in zip(y, samples, strict=True)]
    middle = sum(y) / len(y)
    spread, sparse = 0.3 * sum((yk - middle) ** 2 for yk in y) / len(y), 0.05 * sum(u) ** 2
    return sum(own) / len(own) + spread + sparse + 0.01 * sum(own) / len(own)


def central(p: Mapping[str, float], name: str, samples: list[tuple[float, float, float]], by: float = 1e-5) -> float:
    up, down = ({**p, name: p[name] + sign * by} for sign in (1, -1))
    return (mean_loss(up, samples) - mean_loss(down, samples)) / (2 * by)


@pytest.fixture(scope="module")
def study() -> Study:
    return loads(all_functions(iterations=6))


@pytest.fixture(scope="module")
def workbook(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_and_proven(study, tmp_path_factory.mktemp("batches") / "functions.xlsx")


def labels(path: Path, sheet: str) -> dict[str, tuple[int, int]]:
    """Return the row and column of each text of a sheet; of equal ones the last."""
    cells = (cell for row in WorkbookFile(path).rows(sheet) for cell in row)
    return {str(cell.value): (cell.row, cell.column) for cell in cells if isinstance(cell.value, str)}


def test_a_picked_gradient_stands_against_a_loop_over_the_batch(workbook: Path, study: Study) -> None:
    """Picked are a parameter and an iteration, whose batch is the first three samples or the last three."""
    book, layout = Recalculated(workbook), Layout(study)
    assert "in batch" not in labels(workbook, CHECK) or labels(workbook, CHECK)["in batch"][0] > 19
    for name, iteration in (("w", 0), ("b", 3), ("v", 6)):
        book.workbook.set_value(CHECK, 5, 2, iteration)
        book.workbook.set_value(CHECK, 6, 2, name)
        row = FIRST_ROW + 3 * iteration
        weights = {w: book.evaluated(SHEET, row, layout.tables[0].index(w)) for w in FUNCTIONS_START}
        at_step = {w: value for w, value in weights.items() if isinstance(value, float)}
        expected = central(at_step, name, SAMPLES[3:] if iteration % 2 else SAMPLES[:3])
        assert book.evaluated(CHECK, 5, 7) == pytest.approx(expected, rel=1e-7)
        assert book.evaluated(CHECK, 4, 7) == pytest.approx(expected, rel=1e-6)
        assert book.evaluated(CHECK, 7, 7) == "OK"
        assert str(book.evaluated(CHECK, 9, 2)).startswith("OK: all 3 gradients of this step")


def test_a_wrong_gradient_turns_its_line_and_its_check(workbook: Path, study: Study) -> None:
    book, layout = Recalculated(workbook), Layout(study)
    row, column = labels(workbook, "Checks")["mean ∂E/∂b at iteration 0"]
    last = FIRST_ROW + 2
    with book.moved(SHEET, last, layout.tables[0].index("mean ∂E/∂b"), 1e-4):
        assert str(book.evaluated("Checks", row, column + 3)).startswith("CHECK")
        book.workbook.set_value(CHECK, 5, 2, 0)
        book.workbook.set_value(CHECK, 6, 2, "b")
        assert book.evaluated(CHECK, 7, 7) == "CHECK"
        assert str(book.evaluated(CHECK, 9, 2)).startswith("CHECK")
    assert book.evaluated(CHECK, 7, 7) == "OK"


@pytest.mark.parametrize(
    "text",
    [all_functions(iterations=2), all_functions(2, 2, "shuffle = 5"), batch_norm("full", 1)],
    ids=["functions", "shuffled", "norm"],
)
def test_chains_of_every_row_add_up_to_its_gradient(text: str) -> None:
    """Those of a number of the whole batch likewise; what is added up over the rows is a factor of the others."""
    study = loads(text)
    graph = study.network
    assert len(gathered(graph)) == len([q for q in graph.derivatives if q.is_over_batch]) > 0
    for chunk in trace(study):
        for numbers in chunk.rows[0]:
            row = {**study.constants(0), **dict(zip(study.graph.names, numbers, strict=True))}
            for name in (*graph.weights, *gathered(graph)):
                products = [
                    math.prod(evaluate(factor.expr, row.__getitem__) for factor in path)
                    for path in paths(graph, name, study.position)
                ]
                assert math.fsum(products) == pytest.approx(row[f"∂E/∂{name}"], rel=1e-9, abs=1e-14)


def test_a_path_begins_with_what_all_rows_gain(workbook: Path) -> None:
    study = loads(batch_norm())
    (first, *_), *_ = paths(study.network, "w11", study.position)
    assert first.label == "batch_sum(∂E/∂batch_mean(z1))"
    texts = labels(workbook, "Equations")
    assert CHAIN_RULE in texts
    assert OF_ALL_ROWS in texts
    assert "DIFFERS" not in texts


HELD = all_functions().replace('u = "z - batch_max(z)', 'u = "z - held(batch_max(z) + z*z)')
SPARSE = all_functions().replace('z = "tanh(', 'z = "relu(')
TIES = all_functions().replace("batch_max(z)", "batch_max(x1)").replace("0.1*x1", "0.1*z")


@pytest.mark.parametrize("text", [HELD, SPARSE, TIES], ids=["held", "relu", "a largest number of the data"])
def test_what_is_held_and_what_has_kinks_is_checked_too(text: str, tmp_path: Path) -> None:
    built = build(loads(text), tmp_path / "w.xlsx")
    assert built.ok, built.report
    assert built.verdict.startswith("OK: all")


def test_where_another_row_becomes_the_largest_there_is_no_one_slope(tmp_path: Path) -> None:
    """At w = 0 all rows have one z: whichever way w moves, another row has the largest."""
    text = f"""title = "A tie"
rates = [0.1]
iterations = 2
batch = "full"
[data]
inputs = ["x", "t"]
rows = {[list(sample[:2]) for sample in SAMPLES]}
[parameters]
w = 0
[forward]
z = "w*x"
[loss]
E = "(batch_max(z) - t)^2"
"""
    path = tmp_path / "w.xlsx"
    built = build(loads(text), path)
    assert built.ok, built.report
    row, column = labels(path, "Checks")["mean ∂E/∂w at iteration 0"]
    book = Recalculated(path)
    assert book.evaluated("Checks", row, column + 3) == "OK at a kink"


def test_many_rows_are_moved_along_a_few_directions(tmp_path: Path) -> None:
    """Of 40 rows and 11 weights networks for each weight would be a multiple of the training."""
    rows = [[math.sin(k), math.cos(2 * k), math.sin(3 * k) / 2] for k in range(40)]
    text = batch_norm("full", 3).replace(str([list(sample) for sample in SAMPLES]), str(rows))
    path = tmp_path / "w.xlsx"
    built = build(loads(text), path)
    assert built.ok, built.report
    assert "all gradients, direction 3" in labels(path, "Checks")
    assert built.verdict.startswith("OK")


@pytest.mark.usefixtures("soffice")
def test_libreoffice_agrees(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    build(loads(batch_norm(2, 3, "shuffle = 5")), path)
    assert verify(path, "libreoffice", timeout=120).ok


def test_a_batch_written_out_has_what_leads_to_its_mean_loss() -> None:
    """A number that only a metric uses has no place in it; that of which row is largest has."""
    whole = loads(all_functions()).whole
    names = [q.name for q in whole.graph.equations]
    assert [name for name in names if name.startswith("z, row")] == ["z, row 1", "z, row 2", "z, row 3"]
    assert "batch_place(z)" in names
    assert "batch_max(own)" not in names
    assert whole.graph.loss == names[-1] == "mean E"
    assert all(equation_of(q) is not None for q in whole.graph.equations)
