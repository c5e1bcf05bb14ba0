"""The notes on labels: one on each, with the equation that the numbers below follow, and the chain rule behind it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from json import dumps
from pathlib import Path

import openpyxl
import pytest

from sheetgen import build, load, loads, override
from sheetgen.network.graph import Section
from sheetgen.sheets.notes import MOST_NOTES, OF_A_SECTION, Notes, equation_text

Values = Mapping[str, float]


class Sheet:
    """A training sheet as openpyxl reads it: the note on each label, and the numbers of its rows."""

    def __init__(self, path: Path, name: str) -> None:
        book, cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
        labels = [cell for cell in book[name][3] if cell.value]
        self.notes = {str(cell.value): cell.comment.text for cell in labels if cell.comment}
        self.labels = [str(cell.value) for cell in labels]
        self.count = sum(1 for row in book[name].iter_rows() for cell in row if cell.comment)
        self.rate = float(cached[name]["B2"].value)
        self._rows = list(cached[name].iter_rows(min_row=5, values_only=True))

    def values(self, row: int) -> dict[str, float]:
        return dict(zip(self.labels, self._rows[row], strict=False)) | {"η": self.rate}

    def equation(self, label: str, sign: str) -> str | None:
        """Return the right-hand side of the last line of a note."""
        left, found, right = self.notes[label].splitlines()[-1].partition(f" {sign} ")
        return right if found and left == label else None


def computed(text: str, values: Values) -> float:
    """Compute what a textbook's line says, by Python's own reading of it."""
    names = sorted(values, key=len, reverse=True)
    spelled = re.sub("|".join(map(re.escape, names)), lambda name: f"values[{name[0]!r}]", text)
    for sign, python in (("·", "*"), ("−", "-"), ("½", "0.5"), ("²", "**2"), ("σ(", "sigma(")):
        spelled = spelled.replace(sign, python)
    scope: dict[str, object] = {"values": values, "sigma": lambda z: 1 / (1 + math.exp(-z))}
    return float(eval(spelled, {"__builtins__": {}}, scope))


@pytest.fixture(scope="module", params=["mlp-2-2-2", "mazur", "vanishing-gradients", "diverging"])
def sheet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    study = override(load(request.param), iterations=2)
    path = tmp_path_factory.mktemp("notes") / "w.xlsx"
    build(study, path, verify=False)
    return Sheet(path, study.variants[0].sheet)


def test_each_label_has_one_note_that_begins_with_it(sheet: Sheet) -> None:
    assert sheet.count == len(sheet.labels) == len(sheet.notes)
    for label, note in sheet.notes.items():
        title, meaning, *_ = note.splitlines()
        assert title == label
        assert meaning.endswith(".")


def test_the_numbers_follow_the_equations_of_the_notes(sheet: Sheet) -> None:
    now, following = sheet.values(0), sheet.values(1)
    seen = 0
    for label in sheet.labels:
        if equation := sheet.equation(label, "="):
            assert computed(equation, now) == pytest.approx(now[label], rel=1e-12), label
            seen += 1
        elif update := sheet.equation(label, ":="):
            assert computed(update, now) == pytest.approx(following[label], rel=1e-12), label
            seen += 1
    assert seen > len(sheet.labels) / 2


def derivative(of: Callable[[float], float], at: float) -> float:
    return (of(at + 1e-6) - of(at - 1e-6)) / 2e-6


def test_the_chain_rule_of_the_notes_adds_up(sheet: Sheet) -> None:
    """Derivatives that have no column are taken of the equation in the note of what is differentiated."""
    now = sheet.values(0)

    def factor(over: str, under: str) -> float:
        if f"∂{over}/∂{under}" in now:
            return now[f"∂{over}/∂{under}"]
        equation = sheet.equation(over, "=")
        assert equation is not None
        return derivative(lambda x: computed(equation, {**now, under: x}), now[under])

    chains = {label: re.search(r"Chain rule: (.*)\.$", note, re.MULTILINE) for label, note in sheet.notes.items()}
    told = {label: chain[1] for label, chain in chains.items() if chain}
    assert told
    for label, chain in told.items():
        terms = [re.findall(r"\(∂(\w+)/∂(\w+)\)", term) for term in chain.split(" + ")]
        assert sum(math.prod(factor(*pair) for pair in term) for term in terms) == pytest.approx(now[label], rel=1e-6)


ROLES = {
    "w5": "Weight: multiplies a_h1 in o1.",
    "b1": "Bias, held fixed: is added in h1 and h2.",
    "h1": "Net input of a neuron: i1 and i2, weighted and added up.",
    "a_h1": "Activation: sigmoid of h1, what this neuron passes on.",
    "E1": "Part of the loss E_total.",
    "E_total": "Loss: how far the outputs are from the targets.",
    "i1": "Input of the network, from the sheet Inputs.",
    "t1": "Target, from the sheet Inputs",
    "∂E_total/∂w5": "Gradient of the loss E_total with respect to the weight w5",
    "∂E_total/∂a_h1": "Derivative of the loss E_total with respect to a_h1",
}


@pytest.mark.parametrize(("label", "words"), ROLES.items())
def test_a_note_says_what_a_quantity_is(label: str, words: str) -> None:
    study = load("mazur")
    note = Notes(study, 0).note(study.graph.by_name[label], None)
    assert note.splitlines()[1].startswith(words)


METHODS = [
    ("iris", "Adam", "m̂[w1]", "Adam, for w1: first moment without its bias towards 0."),
    ("iris", "Adam", "mean ∂E_total/∂w1", "Running mean of ∂E_total/∂w1 over a batch"),
    ("iris", "Adam", "sample", "Which sample of the sheet Data this row shows."),
    ("iris", "Adam", "epoch", "Which pass over all samples this is, from 1."),
    ("logistic-regression", "momentum", "v[w]", "Gradient descent with momentum, for w: velocity"),
]


@pytest.mark.parametrize(("template", "sheet_name", "label", "words"), METHODS)
def test_a_note_says_what_a_method_keeps(template: str, sheet_name: str, label: str, words: str) -> None:
    study = load(template)
    variant = [v.sheet for v in study.variants].index(sheet_name)
    note = Notes(study, variant).note(study.graphs[variant].by_name[label], None)
    assert note.splitlines()[1].startswith(words)


WIDE = """
workbook = "wide.xlsx"
rates = [0.1]
iterations = 1
[inputs]
{inputs}
[targets]
t = 0.5
[parameters]
{parameters}
[forward]
{sums}
z = "z1 + z2 + z3 + z4 + z5"
[loss]
E = "half_squared_error(z, t)"
"""


def test_on_a_wide_sheet_each_section_has_some() -> None:
    many = range(1, 501)
    parts = (range(1 + 100 * part, 101 + 100 * part) for part in range(5))
    study = loads(
        WIDE.format(
            inputs="\n".join(f"x{i} = 0.1" for i in many),
            parameters="\n".join(f"w{i} = 0.1" for i in many),
            sums="\n".join(
                f"z{n} = {dumps(' + '.join(f'w{i}*x{i}' for i in part))}" for n, part in enumerate(parts, 1)
            ),
        ),
        "wide",
    )
    notes, graph = Notes(study, 0), study.graph
    assert len(graph.names) > MOST_NOTES >= len(notes.noted)
    for section in Section:
        names = [quantity.name for quantity in graph.section(section)]
        assert [name for name in names if name in notes.noted] == names[:OF_A_SECTION]
    z = graph.by_name["z1"]
    assert notes.note(z, equation_text(z)).splitlines()[1:] == [
        "Net input of a neuron: x1, x2, x3, x4 and 96 more, weighted and added up.",
        "The equation stands below the label.",
    ]
