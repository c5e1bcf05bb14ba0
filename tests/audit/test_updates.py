"""Updates: which gradient they take, in which direction, at which rate; and Adam's bias correction."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from books import Content, book_of

from sheetgen.audit.book import Book, Place
from sheetgen.audit.claims import Claim, Structure, Table, Update
from sheetgen.audit.equations import equations_of
from sheetgen.audit.finding import Finding
from sheetgen.audit.judge import graph_of
from sheetgen.audit.outcome import Tally
from sheetgen.audit.structure import structure_of
from sheetgen.audit.updates import UpdatesJudged, judge_updates
from sheetgen.xlsx.formulas import shifted

LABELS = [
    "t",
    "n1",
    "n2",
    "x1",
    "x2",
    "w1",
    "w2",
    "w3",
    "w4",
    "E",
    "g1",
    "g2",
    "g3",
    "g4",
    "m1",
    "m2",
    "m3",
    "m4",
    "v1",
    "v2",
    "v3",
    "v4",
    "p1",
    "p2",
    "p3",
    "p4",
    "q1",
    "q2",
    "q3",
    "q4",
]
_LABEL = re.compile(rf"(?<![\w$])(?:{'|'.join(LABELS)})(?!\w)")
ROWS = range(3, 8)
"""Row 1 holds the numbers of the optimiser, row 2 the labels."""

SGD = "w-n1*g"
MOMENTUM = {"m": "0.9*m+g"}, "w-n1*m"
NESTEROV = {"m": "0.9*m+g"}, "w-n1*(g+0.9*m)"
ADAGRAD = {"v": "v+g^2"}, "w-n1*g/(SQRT(v)+0.00001)"
RMSPROP = {"v": "0.9*v+0.1*g^2"}, "w-n1*g/(SQRT(v)+0.00001)"
DECAY = {}, "w-n1*(g+0.01*w)"
MOMENTS = {"m": "0.9*m+(1-0.9)*g", "v": "0.99*v+(1-0.99)*g^2", "p": "m/(1-0.9^t)", "q": "v/(1-0.99^t)"}
ADAM_STEP = "w-n1*p/(SQRT(q)+0.00000001)"
ADAM = MOMENTS, ADAM_STEP
IN_ONE = {key: MOMENTS[key] for key in "mv"}, "w-n1*(m/(1-0.9^t))/(SQRT(v/(1-0.99^t))+0.00000001)"
ONE_SCALE = {key: MOMENTS[key] for key in "mv"}, "w-n1*SQRT(1-0.99^t)/(1-0.9^t)*m/(SQRT(v)+0.00000001)"


def at(label: str, row: int) -> Place:
    return Place("S", row, LABELS.index(label) + 1)


def formula(text: str, row: int) -> str:
    return _LABEL.sub(lambda match: at(match[0], row).address, text)


def _of(text: str, index: int) -> str:
    return re.sub(r"(?<![\w$])([wgmvpq])(?!\w)", rf"\g<1>{index}", text)


def workbook(
    rule: tuple[Mapping[str, str], str], changed: Mapping[int, str] = {}, state: Mapping[str, str] = {}
) -> tuple[Book, Structure]:
    """Return a table of four weights trained by a rule; ``changed`` are the steps of some weights, by number."""
    columns, step = rule
    cells: dict[str, Content] = {}
    claims, updates = [], []
    for row in ROWS:
        numbers = {"t": row - 2, "n1": 0.1, "n2": 0.3, "x1": 0.7, "x2": -1.3}
        cells |= {at(label, row).address: value for label, value in numbers.items()}
        cells[at("E", row).address] = "=" + formula("(w1*x1+w2*x2)^2+0.5*(w3*x1-w4*x2-1)^2", row)
        slopes = ("2*(w1*x1+w2*x2)*x1", "2*(w1*x1+w2*x2)*x2", "(w3*x1-w4*x2-1)*x1", "-(w3*x1-w4*x2-1)*x2")
        for number, slope in enumerate(slopes, 1):
            weight, gradient = at(f"w{number}", row), at(f"g{number}", row)
            cells[gradient.address] = f"={formula(slope, row)}"
            claims.append(Claim(gradient, at("E", row), weight, f"∂E/∂w{number}", f"g{number}"))
            for letter, text in {**columns, **state}.items():
                own = re.sub(rf"(?<![\w$]){letter}(?!\w)", "before", text)
                whole = formula(_of(own, number), row)
                before = at(f"{letter}{number}", row - 1).address if row > ROWS[0] else "0"
                cells[at(f"{letter}{number}", row).address] = f"={whole.replace('before', before)}"
            if row == ROWS[0]:
                cells[weight.address] = 0.2 * number
            else:
                text = changed.get(number, step)
                cells[weight.address] = f"={formula(_of(text, number), row - 1)}"
                old = at(f"w{number}", row - 1)
                updates.append(
                    Update(weight, old, at(f"g{number}", row - 1), f"w{number}", f"w{number}", at("n1", row - 1))
                )
    weights = frozenset(at(f"w{number}", row) for number in range(1, 5) for row in ROWS)
    table = Table("S", 2, ROWS[0], ROWS[-1], dict(enumerate(LABELS, 1)))
    return book_of(cells), Structure(tuple(claims), tuple(updates), weights, (), (table,))


def judged(made: tuple[Book, Structure]) -> UpdatesJudged:
    book, structure = made
    equations = equations_of(book)
    return judge_updates(structure, equations, graph_of(equations, structure), book)


def findings(made: tuple[Book, Structure]) -> list[Finding]:
    return list(judged(made).findings)


@pytest.mark.parametrize("rule", [({}, SGD), MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, DECAY, ADAM, IN_ONE, ONE_SCALE])
def test_right_updates_are_right(rule: tuple[Mapping[str, str], str]) -> None:
    found = judged(workbook(rule))
    assert found.findings == ()
    assert found.tally == Tally(right=4 * (len(ROWS) - 1))


def test_updates_are_counted_where_the_mistake_stands_in_another_cell() -> None:
    """The bias correction has a cell of its own, which is the finding's; the updates by it are the wrong ones."""
    found = judged(workbook((MOMENTS, ADAM_STEP), state={"p": "m"}))
    assert {finding.first.column for finding in found.findings}.isdisjoint({at(f"w{n}", 3).column for n in range(1, 5)})
    assert found.tally == Tally(wrong=4 * (len(ROWS) - 1))


def test_an_update_that_takes_no_gradient_is_not_called_right() -> None:
    assert judged(workbook(({}, SGD), {2: "w*1.5"})).tally == Tally(right=3 * (len(ROWS) - 1), unknown=len(ROWS) - 1)


def test_an_update_may_start_from_where_the_parameter_is_typed_again() -> None:
    """That is told beside the gradients; the step itself takes the gradient that it should."""
    cells: dict[str, Content] = {
        "A1": "x", "A2": 0.3, "B1": "w", "B2": 0.5, "C1": "E", "C2": "=0.5*(A2*B2-1)^2", "D1": "∂E/∂w",
        "D2": "=(A2*B2-1)*A2", "E1": "η", "E2": 0.1, "A4": "w", "A5": 0.5, "C4": "w new", "C5": "=A5-E2*D2",
    }  # fmt: skip
    equations = equations_of(book_of(cells))
    found = judged((equations.book, structure_of(equations.book, equations)))
    assert (found.findings, found.tally) == ((), Tally(right=1))


def test_the_second_of_two_steps_that_are_written_out_is_an_update_too() -> None:
    cells: dict[str, Content] = {
        "A1": "x", "A2": 0.3, "B1": "w", "B2": 0.5, "C1": "E", "C2": "=0.5*(A2*B2-1)^2", "D1": "∂E/∂w",
        "D2": "=(A2*B2-1)*A2", "E1": "η", "E2": 0.1, "A4": "w'", "A5": "=B2-E2*D2", "C4": "E'",
        "C5": "=0.5*(A2*A5-1)^2", "D4": "∂E'/∂w'", "D5": "=(A2*A5-1)*A2", "F4": "w''", "F5": "=A5-0.3*D5",
    }  # fmt: skip
    equations = equations_of(book_of(cells))
    (update,) = structure_of(equations.book, equations).updates
    assert (update.new.address, update.old.address, update.gradient) == ("F5", "A5", Place("S", 5, 4))


@pytest.mark.parametrize(
    ("wrong", "kind", "right"),
    [
        ("w+n1*g", "update-plus", "w-n1*g"),
        ("w-(-n1*g)", "update-plus", "w+(-n1*g)"),
        ("w-n1*g3", "update-other-gradient", "w-n1*g"),
        ("w-n2*g", "update-other-rate", "w-n1*g"),
        ("w-0.05*g", "update-other-rate", "w-n1*g"),
        ("w1-n1*g", "update-other-weight", "w-n1*g"),
    ],
)
def test_a_wrong_step_is_named_and_put_right(wrong: str, kind: str, right: str) -> None:
    (found,) = findings(workbook(({}, SGD), {2: wrong}))
    assert (found.kind, found.first, found.cells) == (kind, at("w2", ROWS[1]), len(ROWS) - 1)
    assert found.right_formula == formula(_of(right, 2), ROWS[0])


@pytest.mark.parametrize(
    ("rule", "step"),
    [(MOMENTUM, "w+n1*m"), (RMSPROP, "w+n1*g/(SQRT(v)+0.00001)"), (ADAM, "w+n1*p/(SQRT(q)+0.00000001)")],
)
def test_going_uphill_is_found_behind_an_optimiser_too(rule: tuple[Mapping[str, str], str], step: str) -> None:
    (found,) = findings(workbook(rule, {2: step}))
    assert found.kind == "update-plus"


def test_a_negative_gradient_that_is_added_is_right() -> None:
    book, structure = workbook(({}, SGD), {2: "w+n1*g"})
    cells = {
        place.address: cell.value if cell.formula is None else f"={cell.formula}" for place, cell in book.cells.items()
    }
    for row in ROWS:
        address = at("g2", row).address
        cells[address] = f"=-({str(cells[address])[1:]})"
    assert findings((book_of(cells), structure)) == []


@pytest.mark.parametrize(
    ("wrong", "kind", "words"),
    [
        ({"p": "m"}, "adam-bias-left-out", "first moment"),
        ({"q": "v"}, "adam-bias-left-out", "second moment"),
        ({"p": "m", "q": "v"}, "adam-bias-left-out", "moment"),
        ({"p": "m/(1-0.9^(t+1))", "q": "v/(1-0.99^(t+1))"}, "adam-bias-power", "moment"),
        ({"p": "m/(1-0.9^(t+1))"}, "adam-bias-power", "first moment"),
        ({"q": "v/(1-0.99^(t+1))"}, "adam-bias-power", "second moment"),
        ({"p": "m/(1-0.99^t)", "q": "v/(1-0.9^t)"}, "adam-bias-power", "other one's"),
        ({"p": "m/(1-0.99^t)"}, "adam-bias-power", "first moment with β₂"),
        ({"q": "v/(1-0.9^t)"}, "adam-bias-power", "second moment with β₁"),
    ],
)
def test_the_bias_correction_of_adam(wrong: Mapping[str, str], kind: str, words: str) -> None:
    found = findings(workbook((MOMENTS, ADAM_STEP), state=wrong))
    assert {one.kind for one in found} == {kind}
    assert all(words in one.words for one in found)


def put_right(made: tuple[Book, Structure]) -> tuple[Book, Structure]:
    """Return a workbook with what its findings say would be right, filled down as the wrong formulas were."""
    book, structure = made
    cells: dict[str, Content] = {
        place.address: cell.value if cell.formula is None else f"={cell.formula}" for place, cell in book.cells.items()
    }
    for one in findings(made):
        assert one.right_formula is not None, one
        for place in (place for area in one.areas for place in area.places()):
            text = shifted(one.right_formula, place.row - one.first.row, place.column - one.first.column)
            cells[place.address] = f"={text}"
    return book_of(cells), structure


LEFT_OUT = "w-n1*m/(SQRT(v)+0.00000001)"


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        *[((MOMENTS, ADAM_STEP), {"p": text}) for text in ("m", "m/(1-0.9)", "m/(1-0.9^(t+1))", "m/(1-0.9^2)")],
        *[((MOMENTS, ADAM_STEP), {"q": text}) for text in ("v", "v/(1-0.99)", "v/(1-0.99^(t-1+2))")],
        ((MOMENTS, ADAM_STEP), {"p": "m", "q": "v"}),
        ((MOMENTS, ADAM_STEP), {"p": "m/(1-0.99^t)", "q": "v/(1-0.9^t)"}),
        ((IN_ONE[0], LEFT_OUT), {}),
        ((IN_ONE[0], IN_ONE[1].replace("0.9^t", "0.9^2")), {}),
        ((ONE_SCALE[0], ONE_SCALE[1].replace("0.99^t", "0.99")), {}),
    ],
)
def test_the_bias_correction_that_would_be_right(rule: tuple[Mapping[str, str], str], wrong: Mapping[str, str]) -> None:
    made = workbook(rule, state=wrong)
    assert all(one.kind.startswith("adam-bias") for one in findings(made))
    assert judged(put_right(made)).tally == Tally(right=4 * (len(ROWS) - 1))


def test_the_value_that_a_right_bias_correction_gives() -> None:
    made = workbook((MOMENTS, ADAM_STEP), state={"q": "v"})
    (found,) = [one for one in findings(made) if one.first == at("q1", ROWS[0])]
    gradient = 2 * (0.2 * 0.7 + 0.4 * -1.3) * 0.7
    moment = (1 - 0.99) * gradient**2
    assert found.value == pytest.approx(moment, rel=1e-9)
    assert found.right_value == pytest.approx(gradient**2, rel=1e-9)  # v₁/(1 − β₂) = g²


def test_a_bias_correction_is_wrong_from_the_first_step_on() -> None:
    found = findings(workbook((MOMENTS, ADAM_STEP), state={"p": "m"}))
    assert {one.first for one in found} == {at(f"p{number}", ROWS[0]) for number in range(1, 5)}


@pytest.mark.parametrize("power", ["1", "2"])
def test_a_bias_correction_by_one_power_at_all_steps_is_wrong(power: str) -> None:
    found = findings(workbook((MOMENTS, ADAM_STEP), state={"q": f"v/(1-0.99^{power})"}))
    assert {one.kind for one in found} == {"adam-bias-power"}


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        (MOMENTUM, "w-0.3*m", "w-n1*m"),
        (MOMENTUM, "w-m", "w-n1*m"),
        (ADAM, "w-n2*p/(SQRT(q)+0.00000001)", ADAM_STEP),
        (ADAM, "w-p/(SQRT(q)+0.00000001)", ADAM_STEP),
        (RMSPROP, "w-0.1*n1*g/(SQRT(v)+0.00001)", None),
    ],
)
def test_another_rate_behind_an_optimiser(rule: tuple[Mapping[str, str], str], wrong: str, right: str | None) -> None:
    (found,) = findings(workbook(rule, {2: wrong}))
    assert (found.kind, found.first, found.cells) == ("update-other-rate", at("w2", ROWS[1]), len(ROWS) - 1)
    if right is not None:
        assert found.right_formula == formula(_of(right, 2), ROWS[0])
