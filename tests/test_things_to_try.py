"""What the templates suggest to try: done as a person would, recalculated by an engine, the promised thing happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import change_cell, number

from sheetgen import build, engines, load, override
from sheetgen.engines.base import Recalculation
from sheetgen.network.study import Study
from sheetgen.sheet_names import DATA, ERROR, INPUTS
from sheetgen.sheets.layout import FIRST_ROW, Layout
from sheetgen.template.shipped import template_names


@dataclass(frozen=True)
class Tried:
    """A workbook in which something was changed, recalculated."""

    study: Study
    values: Recalculation

    def column(self, sheet: str, name: str) -> list[float]:
        """Return a column of a training sheet, as its last row of each batch has it."""
        variant = [v.sheet for v in self.study.variants].index(sheet)
        place = self.study.graphs[variant].position[name]
        grid = self.values.grid(sheet, FIRST_ROW + self.study.rows - 1, place + 1)
        numbers = [row[place] for row in grid[FIRST_ROW - 1 :]]
        assert all(isinstance(value, float) for value in numbers)
        return [float(value) for value in numbers][self.study.batch - 1 :: self.study.batch]  # type: ignore[arg-type]


Edits = Mapping[str, float]
"""The numbers typed, by the labels of Inputs; ``t 2`` is the target t of the second sample, on Data."""
Happens = Callable[[Tried, Tried], bool]
"""Whether what was promised happens, given the workbook as built and the changed one."""


def last(tried: Tried, sheet: str, name: str) -> float:
    return tried.column(sheet, name)[-1]


FEWER = {"lenet-small": 26, "gpt-small": 25, "house-prices": 100}
"""The iterations after which what is promised of a large workbook is seen."""


SQUARE = [f"{row}_{column}" for row in range(4) for column in range(4)]


def everywhere(tried: Tried, name: str) -> list[list[float]]:
    return [tried.column(variant.sheet, name) for variant in tried.study.variants]


EXCLUSIVE_OR = {"t 2": 1.0, "t 3": 1.0, "t 4": 0.0}

TRIES: dict[str, list[tuple[Edits, Happens]]] = {
    "mlp-2-2-2": [
        (
            {"w5": 3.0},
            lambda old, new: (
                {round(c[0], 2) for c in everywhere(old, "E_total")} == {0.24}
                and {round(c[0], 2) for c in everywhere(new, "E_total")} == {0.42}
                and last(new, "lr 0.1", "E_total") > 0.3
            ),
        ),
        (
            {"η lr 2.0": 200.0},
            lambda old, new: all(round(error, 4) == 0.0001 for error in new.column("lr 2.0", "E_total")[1:]),
        ),
    ],
    "attention-head": [
        (
            {"η lr 0.2": 0.5},
            lambda old, new: last(old, "lr 0.2", "E") < 0.01 and last(new, "lr 0.2", "E") > 1e50,
        ),
    ],
    "autoencoder": [
        (
            {"place_7": 6.0},
            lambda old, new: (
                new.column("lr 0.1", "code_6") == new.column("lr 0.1", "code_7")
                and last(old, "lr 0.1", "code_6") != last(old, "lr 0.1", "code_7")
            ),
        ),
    ],
    "batch-norm": [
        (
            {"q_1": 15.0},
            lambda old, new: (
                last(new, "lr 0.5", "y_q") < 0.01 < 0.98 < last(old, "lr 0.5", "y_q")
                and new.column("lr 0.5", "E") == old.column("lr 0.5", "E")
            ),
        ),
    ],
    "batch-norm-running": [
        (
            {"w": 10.0},
            lambda old, new: (
                last_test_error(new) == pytest.approx(last_test_error(old), rel=1e-4)
                and 1000 * new.column("lr 2.0", "mean ∂E/∂w")[0]
                == pytest.approx(old.column("lr 2.0", "mean ∂E/∂w")[0], rel=1e-3)
            ),
        ),
    ],
    "char-rnn": [
        (
            {"t_l 4": 1.0, "t_o 4": 0.0},
            lambda old, new: (
                sum(new.column("lr 0.1", "E_total")[-4:]) < sum(old.column("lr 0.1", "E_total")[-4:]) / 2
            ),
        ),
        (
            {"start(a_h1)": 1.0},
            lambda old, new: new.column("lr 0.1", "p2")[0] != old.column("lr 0.1", "p2")[0],
        ),
    ],
    "conv-edges": [
        (
            {"η lr 0.6": 1.0},
            lambda old, new: last(old, "lr 0.6", "mean E") < 0.001 and last(new, "lr 0.6", "mean E") > 1e6,
        ),
        (
            {"K_0_0": 5.0},
            lambda old, new: (
                new.column("lr 0.6", "K_0_0")[0] == 5
                and last(new, "lr 0.6", "K_0_0") == pytest.approx(-1, abs=0.2)
                and last(new, "lr 0.6", "mean E") < 0.01
            ),
        ),
    ],
    "adam-by-hand": [
        (
            {"θ": 500.0},
            lambda old, new: (
                new.column("Adam", "θ")[0] == 500 and abs(new.column("Adam", "θ")[1] - 499.9) < 1e-8
            ),
        ),
    ],
    "attention-walked-through": [
        (
            {"X_0_3": 2.0},
            lambda old, new: (
                [last(new, "Forward", f"P_0_{k}") for k in range(3)] == pytest.approx([1 / 3] * 3)
                and last(old, "Forward", "P_0_0") < 0.07
            ),
        ),
    ],
    "micrograd": [
        (
            {"a": -3.999},
            lambda old, new: (
                new.column("lr 0.01", "g")[0] - old.column("lr 0.01", "g")[0] == pytest.approx(0.139, abs=5e-4)
            ),
        ),
    ],
    "overfitting": [
        (
            {"decay": 0.5},
            lambda old, new: last_test_error(new) / last_test_error(old) == pytest.approx(1 / 3, abs=0.03),
        ),
        (
            {"t 7": -1.0},
            lambda old, new: last_test_error(new) / last_test_error(old) == pytest.approx(2 / 3, abs=0.03),
        ),
    ],
    "rosenbrock": [
        (
            {"η descent": 0.004},
            lambda old, new: (
                new.column("descent", "f")[1] > 6 * new.column("descent", "f")[0]
                and last(old, "descent", "x") < -0.8
                and last(new, "descent", "x") > 0.6
            ),
        ),
    ],
    "dead-relu": [
        (
            {"η lr 1.5": 0.5},
            lambda old, new: last(old, "lr 1.5", "mean alive") == 0 and min(new.column("lr 1.5", "mean alive")) == 1,
        ),
        (
            {"b2": -3.0},
            lambda old, new: all(
                set(new.column(sheet, "mean ∂E/∂w2")) == {0.0} and set(new.column(sheet, "w2")) == {0.9}
                for sheet in ("lr 0.05", "lr 1.5")
            ),
        ),
    ],
    "diverging": [
        ({"η lr 0.55": 0.25}, lambda old, new: set(new.column("lr 0.55", "E")[1:]) == {0.0}),
        (
            {"x": 1.0},
            lambda old, new: last(old, "lr 0.55", "E") > 1e9 and all(c[-1] < 0.01 for c in everywhere(new, "E")),
        ),
    ],
    "dropout": [
        (
            {"w1": 0.0, "w2": 1.0},
            lambda old, new: (
                new.column("lr 0.4", "w1")[0] == 0
                and last(new, "lr 0.4", "w1") == pytest.approx(last(old, "lr 0.4", "w1"), abs=0.01)
            ),
        ),
    ],
    "gan-1d": [
        (
            {"γ": 0.0},
            lambda old, new: abs(last(old, "lr 0.5", "G_b") - 1) < 0.01 and abs(last(new, "lr 0.5", "G_b") - 1) > 0.1,
        ),
    ],
    "gpt-small": [
        (
            {"next_3_cat": 1.0, "next_3_dog": 0.0},
            lambda old, new: [
                [last(tried, "lr 0.02", f"word_{place}") for place in range(5)] for tried in (old, new)
            ] == [[0, 1, 2, 0, 3], [0, 1, 2, 0, 1]],
        ),
    ],
    "house-prices": [
        (
            {"η lr 0.01": 0.025},
            lambda old, new: last(old, "lr 0.01", "mean E") < 6 and last(new, "lr 0.01", "mean E") > 1e4,
        ),
    ],
    "iris": [
        (
            {"η Adam": 1.0},
            lambda old, new: accuracy_on_error(old, "Adam") > 0.9 > accuracy_on_error(new, "Adam"),
        ),
    ],
    "layer-norm": [
        (
            {"X_1_0": 1000.0},
            lambda old, new: all(
                new.column("lr 0.02", name) == pytest.approx([times * value for value in old.column("lr 0.02", name)])
                for name, times in {"Z_1_0": 100, "H_1_0": 1, "∂E/∂W_0_0": 1, "∂E/∂W_1_0": 1, "E": 1}.items()
            ),
        ),
    ],
    "lenet-small": [
        (
            {"η lr 0.03": 0.5},
            lambda old, new: accuracy_on_error(old, "lr 0.03") > 0.75 and accuracy_on_error(new, "lr 0.03") < 0.26,
        ),
    ],
    "linear-regression": [
        (
            {"η lr 0.05": 0.7},
            lambda old, new: max(everywhere(new, "mean E"), key=lambda c: c[-1]) == new.column("lr 0.05", "mean E")
            and last(new, "lr 0.05", "mean E") > 1e9,
        ),
        ({"t 1": 5.0}, lambda old, new: last(old, "lr 0.3", "w") > 1 and last(new, "lr 0.3", "w") < 0.5),
    ],
    "logistic-regression": [
        (
            {"passed 1": 1.0},
            lambda old, new: all(
                b[-1] < a[-1] for a, b in zip(everywhere(old, "w"), everywhere(new, "w"), strict=True)
            ),
        ),
    ],
    "lstm-adding": [
        ({"y_0": 1.6}, lambda old, new: last(old, "lr 0.1", "worst") < 0.03 < 0.2 < last(new, "lr 0.1", "worst")),
    ],
    "matrix-factorisation": [
        (
            {"R_1_0": 5.0},
            lambda old, new: round(last(old, "lr 0.08", "P_1_0"), 1) == 3.1 and last(new, "lr 0.08", "P_1_0") > 4,
        ),
    ],
    "mazur": [
        (
            {"b1": 10.0},
            lambda old, new: [f"{t.column('lr 0.5', '∂E_total/∂w1')[0]:.0E}" for t in (old, new)] == ["4E-04", "9E-08"],
        ),
        (
            {"η lr 0.5": 5.0},
            lambda old, new: [f"{last(t, 'lr 0.5', 'E_total'):.3f}" for t in (old, new)] == ["0.020", "0.001"],
        ),
    ],
    "perceptron": [
        (
            {"t 2": 1.0, "t 3": 1.0},
            lambda old, new: all(
                set(new.column(sheet, "accuracy")[-4:]) == {1.0}
                and len(set(new.column(sheet, "w1")[-8:])) == 1
                and last(new, sheet, "b") != last(old, sheet, "b")
                for sheet in ("lr 0.125", "lr 0.5")
            ),
        ),
        (
            EXCLUSIVE_OR,
            lambda old, new: all(
                min(new.column(sheet, "accuracy")[-4:]) == 0 and len(set(new.column(sheet, "w1")[-8:])) > 1
                for sheet in ("lr 0.125", "lr 0.5")
            ),
        ),
    ],
    "perceptron-rule": [
        (
            {"t 1": 1.0, "t 2": 1.0, "t 3": 1.0, "t 4": 0.0},
            lambda old, new: (
                min(new.column("lr 1.0", "right")[-8:]) == 1 and max(last(new, "lr 1.0", w) for w in ("w1", "w2")) < 0
            ),
        ),
    ],
    "ravine": [
        ({"η SGD": 0.041}, lambda old, new: new.column("SGD", "E")[0] < 100 < 1e5 < last(new, "SGD", "E")),
    ],
    "residual": [
        (
            {"η lr 0.05": 1.0},
            lambda old, new: (
                last(old, "lr 0.05", "E_plain") > 0.62
                and new.column("lr 0.05", "E_plain")[10] > 0.6 > 0.01 > last(new, "lr 0.05", "E_plain")
            ),
        ),
    ],
    "rnn-echo": [
        ({"x_0": -1.0}, lambda old, new: last(new, "lr 0.05", "E") > 10 * last(old, "lr 0.05", "E")),
    ],
    "softmax-temperature": [
        (
            {"t_0": 1.0, "t_1": 0.0, "t_2": 0.0},
            lambda old, new: all(
                column == sorted(set(column)) for column in (new.column("lr 0.5", f"z_{row}_0") for row in (0, 1, 2))
            ),
        ),
        (
            {"η lr 0.5": 2.0},
            lambda old, new: (
                last(old, "lr 0.5", "E_T_0") < 1.05 < 1.5 < min(new.column("lr 0.5", "E_T_0")[30:])
                and all(
                    new.column("lr 0.5", f"E_T_{row}")[10] < old.column("lr 0.5", f"E_T_{row}")[10] for row in (1, 2)
                )
            ),
        ),
    ],
    "transformer-block": [
        (
            dict.fromkeys(("g1_0", "g1_1", "g1_2", "g1_3"), 0.0),
            lambda old, new: (
                len({new.column("lr 0.05", name)[0] for name in ("A_2_0", "A_2_1", "A_2_2")}) == 1
                and not any(new.column("lr 0.05", f"∂E/∂{w}_{place}")[0] for w in ("Wq", "Wk") for place in SQUARE)
                and new.column("lr 0.05", "∂E/∂g1_0")[0] != 0
                and last(new, "lr 0.05", "E") < 0.001
            ),
        ),
    ],
    "vanishing-gradients": [
        (
            {f"w{number}": 4.0 for number in range(1, 9)},
            lambda old, new: [f"{t.column('lr 1.0', '∂E/∂w1')[0]:.0E}" for t in (old, new)] == ["2E-06", "4E-10"],
        ),
    ],
    "word2vec": [
        (
            {"near_queen_crown": 0.0, "near_queen_work": 3.0},
            lambda old, new: [last(tried, "lr 2.0", "answer_0") for tried in (old, new)] == [3, 1],
        ),
    ],
    "xor": [
        (
            {"w3": -0.6419, "w4": 0.1083, "w6": 0.3556},
            lambda old, new: (
                new.column("lr 2.0", "w1") == new.column("lr 2.0", "w3")
                and round(last(new, "lr 2.0", "mean E_total"), 2) == 0.49
            ),
        ),
        (
            {"η lr 2.0": 20.0},
            lambda old, new: last(new, "lr 2.0", "mean E_total") > new.column("lr 2.0", "mean E_total")[0],
        ),
    ],
}  # fmt: skip


def accuracy_on_error(tried: Tried, sheet: str) -> float:
    """Return the last accuracy of the whole data set that the Error sheet shows of a variant."""
    grid = tried.values.grid(ERROR, 20, 60)
    (column,) = [row.index("last accuracy") for row in grid if "last accuracy" in row]
    variants = [variant.sheet for variant in tried.study.variants]
    value = grid[FIRST_ROW - 1 + variants.index(sheet)][column]
    assert isinstance(value, float)
    return value


def last_test_error(tried: Tried) -> float:
    """Return the last error of the test set that the Error sheet shows of the first variant."""
    grid = tried.values.grid(ERROR, FIRST_ROW, 60)
    (column,) = [row.index("last test error") for row in grid if "last test error" in row]
    value = grid[FIRST_ROW - 1][column]
    assert isinstance(value, float)
    return value


def place(layout: Layout, label: str) -> tuple[str, str]:
    """Return the sheet and the cell of a number that a person types."""
    name, _, sample = label.rpartition(" ")
    if name and sample.isdigit():
        return DATA, layout.samples_table.cell(name, layout.samples_table.first + int(sample) - 1)
    return INPUTS, f"C{layout.input_rows[label]}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Tried]]:
    """The workbook of a template, and its values, built when it is first asked for."""
    folder, known = tmp_path_factory.mktemp("tried"), dict[str, tuple[Path, Tried]]()

    def of(template: str) -> tuple[Path, Tried]:
        if template not in known:
            study = override(load(template), iterations=FEWER.get(template))
            path = build(study, folder / f"{template}.xlsx", verify=False).path
            known[template] = path, Tried(study, engines.get("embedded").recalculate(path, 120))
        return known[template]

    return of


CASES = [(template, number) for template, tries in TRIES.items() for number in range(len(tries))]


@pytest.mark.parametrize(("template", "number_of_try"), CASES, ids=[f"{t}-{n + 1}" for t, n in CASES])
def test_what_is_promised_happens(
    template: str, number_of_try: int, built: Callable[[str], tuple[Path, Tried]], tmp_path: Path
) -> None:
    edits, happens = TRIES[template][number_of_try]
    path, before = built(template)
    layout = Layout(before.study)
    for step, (label, value) in enumerate(edits.items()):
        path = change_cell(path, tmp_path / f"{step}.xlsx", *place(layout, label), number(value))
    after = Tried(before.study, engines.get("embedded").recalculate(path, 120))
    assert happens(before, after)
    assert not happens(before, before)


def test_every_suggestion_of_every_template_is_tried() -> None:
    assert {name: len(load(name).suggestions) for name in template_names()} == {
        template: len(tries) for template, tries in TRIES.items()
    }


@pytest.mark.parametrize("template", TRIES)
def test_a_suggestion_names_the_numbers_that_are_typed(template: str) -> None:
    for text, (edits, _) in zip(load(template).suggestions, TRIES[template], strict=True):
        for label, value in edits.items():
            sheet, _cell = place(Layout(load(template)), label)
            assert f"On {sheet}" in text
            spelled = f"{value:g}"
            assert spelled in text or "targets 0, 1, 1" in text, (label, text)
