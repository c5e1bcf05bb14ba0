"""Samples in turn, in batches and all at once: torch on the same batches, the second opinion, both kinds of fault."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from faults import change_cell, number
from tracing import trace

from sheetgen import TemplateError, build, cli, loads, verify
from sheetgen.network.study import Study
from sheetgen.network.tolerance import Tolerance
from sheetgen.network.trace import CHUNK_ROWS, Trace
from sheetgen.proof.mathematics import differences
from sheetgen.proof.report import Kind

SAMPLES = [(0.1, 0.9, 0.2), (0.4, -0.3, 0.8), (-0.7, 0.5, 0.3), (0.9, 0.2, 0.6), (0.3, 0.3, 0.1), (-0.2, -0.8, 0.7)]
START = {"u": 0.5, "v": -0.4, "b": 0.1, "s": 0.8}
NETWORK = """
[parameters]
u = 0.5
v = -0.4
b = 0.1
s = 0.8
[forward]
h = "tanh(u*x1 + v*x2 + b)"
y = "sigmoid(s*h)"
[loss]
E = "(t - y)^2"
[metrics]
near = "where(abs(t - y) < 0.3, 1, 0)"
"""
RATE, ITERATIONS = 0.3, 25
BATCHES = [1, 2, 4, '"full"']


def study_of(batch: object, optimizer: str = "sgd", iterations: int = ITERATIONS, data: str = "") -> Study:
    rows = ", ".join(f"[{x1}, {x2}, {t}]" for x1, x2, t in SAMPLES)
    data = data or f'[data]\ninputs = ["x1", "x2"]\ntargets = ["t"]\nrows = [{rows}]\n'
    head = f'rates = [{RATE}]\niterations = {iterations}\nbatch = {batch}\noptimiser = "{optimizer}"\n'
    return loads(head + data + NETWORK)


def rows(study: Study) -> list[dict[str, float]]:
    return [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_training_is_that_of_torch_on_the_same_batches(batch: object, optimizer: str) -> None:
    torch = pytest.importorskip("torch", reason="the companion's packages are not installed")
    study = study_of(batch, optimizer)
    p = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in START.items()}
    method = {
        "sgd": lambda w: torch.optim.SGD(w, RATE),
        "momentum": lambda w: torch.optim.SGD(w, RATE, momentum=0.9),
        "adam": lambda w: torch.optim.Adam(w, RATE),
    }[optimizer](list(p.values()))
    table, size = rows(study), study.batch
    for iteration in range(ITERATIONS + 1):
        block = table[iteration * size : (iteration + 1) * size]
        for row in block:
            assert [row[name] for name in START] == pytest.approx([float(x.detach()) for x in p.values()], rel=1e-12)
        taken = torch.tensor([SAMPLES[(iteration * size + k) % len(SAMPLES)] for k in range(size)], dtype=torch.float64)
        y = torch.sigmoid(p["s"] * torch.tanh(p["u"] * taken[:, 0] + p["v"] * taken[:, 1] + p["b"]))
        loss = ((taken[:, 2] - y) ** 2).mean()
        assert block[-1]["E" if size == 1 else "mean E"] == pytest.approx(loss.item(), rel=1e-12)
        method.zero_grad()
        loss.backward()
        method.step()


def test_the_columns_that_count() -> None:
    table = rows(study_of(4))
    counted = [tuple(int(row[name]) for name in ("iteration", "in batch", "sample", "epoch")) for row in table[:9]]
    assert counted == [
        (0, 1, 1, 1), (0, 2, 2, 1), (0, 3, 3, 1), (0, 4, 4, 1), (1, 1, 5, 1), (1, 2, 6, 1), (1, 3, 1, 2), (1, 4, 2, 2),
        (2, 1, 3, 2),
    ]  # fmt: skip
    assert table[3]["mean near"] == sum(row["near"] for row in table[:4]) / 4


def test_a_batch_of_all_samples_counts_them_once() -> None:
    columns = [quantity.name for quantity in study_of('"full"').graph.quantities]
    assert [name for name in columns if name in ("iteration", "in batch", "sample", "epoch")] == ["iteration", "sample"]


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adamw"])
def test_the_second_opinion_agrees_across_chunks(batch: object, optimizer: str) -> None:
    size = len(SAMPLES) if batch == '"full"' else int(str(batch))
    study = study_of(batch, optimizer, 2 * CHUNK_ROWS // size + 5)
    assert study.rows > 2 * CHUNK_ROWS
    assert list(differences(Trace(study), Tolerance())) == []


@pytest.mark.parametrize(("name", "sign"), [("mean ∂E/∂u", "first"), ("sample", "equation"), ("u", "equation")])
def test_the_second_opinion_notices_a_wrong_training(name: str, sign: str) -> None:
    study = study_of(2, iterations=5)
    graph = study.graph
    other = {"mean ∂E/∂u": "mean ∂E/∂v", "sample": "in batch", "u": "v"}[name]
    wrong = replace(graph.by_name[name], **{sign: getattr(graph.by_name[other], sign)})
    quantities = tuple(wrong if q.name == name else q for q in graph.quantities)
    study.__dict__["graphs"] = (replace(graph, quantities=quantities),)
    assert name in {difference.quantity for difference in differences(Trace(study), Tolerance())}


@pytest.mark.parametrize("batch", [1, 4, '"full"'])
def test_the_workbook_is_proven(batch: object, tmp_path: Path) -> None:
    built = build(study_of(batch, "momentum", 8), tmp_path / "w.xlsx")
    assert built.report is not None
    assert built.report.ok, built.report.diffs[:3]


def test_an_edited_sample_is_verified_at_its_own_value(tmp_path: Path) -> None:
    build(study_of('"full"', iterations=3), tmp_path / "w.xlsx")
    report = verify(change_cell(tmp_path / "w.xlsx", tmp_path / "e.xlsx", "Data", "B7", number(0.5)))
    assert [(edit.name, edit.built, edit.now) for edit in report.edited] == [("x1 of sample 2", 0.4, 0.5)]
    # The file was changed behind the spreadsheet's back: what it shows is stale, what it computes is right.
    assert {difference.kind for difference in report.diffs} == {Kind.CACHED}


def test_a_workbook_too_large_for_google_sheets_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "GOOGLE_SHEETS_CELLS", 1000)
    with pytest.raises(SystemExit) as ended:
        cli.main(["build", "mazur", "-o", str(tmp_path / "w.xlsx"), "--no-verify"])
    assert ended.value.code == 0
    assert "are more than the 1,000 that Google Sheets opens" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("batch", "data", "message"),
    [
        (7, "", "batch must be a whole number from 1 to the number of samples, 6, or"),
        ('"all"', "", "batch must be a whole number from 1"),
        (1, '[data]\ninputs = ["x1", "x2"]\ntargets = ["t"]\nrows = [[1, 2]]\n', "row 1 of [data] has 2 values"),
        (1, '[data]\ninputs = ["x1", "x2"]\ntargets = ["t"]\nfile = "no.csv"\n', "no.csv cannot be looked for"),
        (1, '[data]\ninputs = ["x1", "x2"]\nrow = [[1, 2]]\n', "did you mean 'rows'?"),
        (1, '[data]\ninputs = ["x1", "x2"]\ntargets = ["t"]\n', "[data] needs the samples, once"),
    ],
)
def test_what_is_refused(batch: object, data: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        study_of(batch, data=data)
    assert message in str(caught.value)
    assert "line" in str(caught.value)
