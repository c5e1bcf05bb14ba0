"""What goes wrong in workbooks beside the gradients: typed numbers, drifting inputs, fixed references, charts."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

from audited.calculator import values_of
from audited.network import SYMBOL, Network, Quantity, Spot
from audited.seeded import Maker, Seeded, named, symbols
from audited.sheets import Key, Sheets

_MISTAKES = (
    "other-unit-derivative",
    "pre-activation",
    "swapped-index",
    "wrong-reference",
    "wrong-rows",
    "updated-weight",
    "update-other-gradient",
    "update-other-weight",
    "update-other-rate",
)


def _columns(network: Network, *roles: str) -> list[Quantity]:
    """Return the columns of formulas, of a few rows at least."""
    found = [quantity for quantity in network.role(*roles) if quantity.form == "column" and quantity.formula]
    return [quantity for quantity in found if network.rows(quantity.name) >= 5]


def stale_input(network: Network, rng: random.Random) -> Seeded | None:
    """Change a typed number while the workbook calculates by hand, and save it."""
    typed = [quantity for quantity in network.role("weight", "input", "rate") if not quantity.formula]
    started = [
        quantity for quantity in network.role("weight") if quantity.formula and isinstance(quantity.start, float)
    ]
    name = rng.choice(sorted(quantity.name for quantity in [*typed, *started]))
    key = network.spots[name].keys[0]

    def change(book: Sheets) -> None:
        value = book.cells[key]
        assert isinstance(value, float)
        book.cells[key] = round(value + rng.choice((0.1, -0.2, 0.25)), 4)

    return Seeded(
        "stale-value", named("stale-value"), network, before=change, stale=True, what=f"{name} changed, not calculated"
    )


def stale_cell(network: Network, rng: random.Random) -> Seeded | None:
    """Leave another value under one formula."""
    pool = [quantity for quantity in network.role("pre", "act", "slope", "loss") if quantity.formula]
    quantity = rng.choice(sorted(pool, key=lambda one: one.name))
    key = rng.choice(network.spots[quantity.name].keys)

    def change(book: Sheets) -> None:
        value = book.values[key]
        assert isinstance(value, float)
        book.values[key] = value * 1.07 + 0.013

    return Seeded(
        "stale-value",
        named("stale-value"),
        network,
        edit=change,
        firsts=frozenset([key]),
        silent=True,
        what=f"{quantity.name}: another value",
    )


def typed_number(network: Network, rng: random.Random) -> Seeded | None:
    """Type a number, rounded or another one, where the column has formulas."""
    columns = _columns(network, "pre", "act", "slope", "weight", "mean")
    if not columns:
        return None
    quantity = rng.choice(sorted(columns, key=lambda one: one.name))
    number = rng.randrange(1, network.rows(quantity.name))
    value = float(values_of(network.sheets().cells)[network.spots[quantity.name].keys[number]])
    other = round(value, 4) if rng.random() < 0.5 and round(value, 4) not in (value, 0.0) else value * 1.05 + 0.01
    what = f"{quantity.name}, row {number}: {other}"
    return Seeded("typed-number", named("typed-number"), network, {(quantity.name, number): other}, what=what)


def drift(network: Network, rng: random.Random) -> Seeded | None:
    """Fill an input down with the mouse, which counts up instead of copying."""
    inputs = [quantity for quantity in network.role("input", "target") if quantity.form == "column"]
    steady = [quantity for quantity in inputs if len(set(quantity.numbers)) == 1 and len(quantity.numbers) > 4]
    if not steady:
        return None
    quantity = rng.choice(steady)
    value, step = quantity.numbers[0][0], rng.choice((1.0, 1e-8))
    if step == 1.0 and value == round(value):
        return None  # 1, 2, 3 may be meant
    other = {(quantity.name, number): round(value + number * step, 9) for number in range(1, len(quantity.numbers))}
    return Seeded(
        "drifting-input", named("drifting-input"), network, other, what=f"{quantity.name} counts up by {step:g}"
    )


def last_digits(network: Network, rng: random.Random) -> Seeded | None:
    """Let an input drift in its last digits, as autofill does."""
    inputs = [quantity for quantity in network.role("input", "target") if quantity.form == "column"]
    steady = [quantity for quantity in inputs if len(set(quantity.numbers)) == 1 and len(quantity.numbers) > 4]
    if not steady:
        return None
    quantity = rng.choice(steady)
    value = quantity.numbers[0][0]
    other = {(quantity.name, number): value * (1 + 2e-15 * number) for number in range(1, len(quantity.numbers))}
    firsts = frozenset(network.spots[quantity.name].keys)
    return Seeded(
        "drifting-input",
        named("drifting-input"),
        network,
        other,
        firsts=firsts,
        silent=True,
        what=f"{quantity.name}: last digits",
    )


def should_stay(network: Network, rng: random.Random) -> Seeded | None:
    """Leave out the $ of a reference that should stay, and fill the column down."""
    found = []
    for quantity in _columns(network, "weight", "pre", "slope", "mean", "loss", "state"):
        found += [
            (quantity.name, name) for name in symbols(quantity.formula) if network.quantities[name].form == "constant"
        ]
    if not found:
        return None
    name, constant = rng.choice(sorted(found))
    quantity = network.quantities[name]
    other: dict[tuple[str, int | None], str | float] = {}
    spot = network.spots[constant]
    first = 0 if quantity.start is None else 1
    for number in range(first + 1, network.rows(name)):
        cell = network.rendered("{" + constant + "}", spot.key()).replace("$", "")
        column, row = re.sub(r"\d", "", cell), int(re.sub(r"\D", "", cell))
        text = SYMBOL.sub(
            lambda m, c=column, r=row + number - first: f"{c}{r}" if m[1] == constant else m[0], quantity.formula
        )
        other[name, number] = text
    return Seeded(
        "reference-should-stay", named("reference-should-stay"), network, other, what=f"{name}: {constant} without $"
    )


def should_follow(network: Network, rng: random.Random) -> Seeded | None:
    """Fix a reference that should follow its row."""
    found = []
    for quantity in _columns(network, "weight", "pre", "act", "slope", "mean"):
        found += [
            (quantity.name, name) for name in symbols(quantity.formula) if network.quantities[name].form == "column"
        ]
    if not found:
        return None
    name, one = rng.choice(sorted(found))
    quantity = network.quantities[name]
    match = next(match for match in SYMBOL.finditer(quantity.formula) if match[1] == one)
    first = 0 if quantity.start is None else 1
    spot = network.spots[one]
    cell = network.rendered("{" + one + "}", spot.key(), first + int(match[2] or 0))
    fixed = re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", cell)
    other: dict[tuple[str, int | None], str | float] = {
        (name, number): quantity.formula.replace(match[0], fixed) for number in range(first, network.rows(name))
    }
    other.pop((name, first))  # there it is right, but for the $
    kinds = named("reference-should-follow")
    spot = network.spots[name]
    rows = [number for _, number in sorted(other, key=str) if number is not None]
    firsts = frozenset(spot.key(number) for number in range(first, min(rows) + 1))
    return Seeded("reference-should-follow", kinds, network, other, firsts=firsts, what=f"{name}: {one} with $")


def broken_pattern(network: Network, rng: random.Random) -> Seeded | None:
    """Let one row, in the middle, refer to another row than its neighbours do."""
    found = []
    for quantity in _columns(network, "weight", "pre", "act", "slope", "mean", "loss"):
        found += [
            (quantity.name, match[0], match[1], match[2])
            for match in SYMBOL.finditer(quantity.formula)
            if network.quantities[match[1]].form == "column"
        ]
    if not found:
        return None
    name, text, one, move = rng.choice(sorted(found, key=str))
    other_row = "{" + one + "@" + str(int(move or 0) + rng.choice((-1, -1, 1))) + "}"
    number = rng.randrange(2, network.rows(name) - 1)
    formula = network.quantities[name].formula.replace(text, other_row)
    kinds = named("broken-pattern", *_MISTAKES)
    return Seeded("broken-pattern", kinds, network, {(name, number): formula}, what=f"{name}, row {number} = {formula}")


def typed_twice(network: Network, rng: random.Random) -> Seeded | None:
    """Type one number a second time, and let some formulas take it from there."""
    found = []
    for quantity in network.role("rate", "input", "weight"):
        users = [other.name for other in network.quantities.values() if quantity.name in symbols(other.formula)]
        if quantity.form in ("constant", "block", "single") and not quantity.formula and len(users) > 1:
            found.append((quantity.name, users))
    if not found:
        return None
    name, users = rng.choice(found)
    quantity = network.quantities[name]
    again = replace(quantity, name=f"{name} ")
    rows = max(spot.row + spot.rows for spot in network.spots.values()) + 2
    sheet = network.spots[name].sheet
    label = next((str(text) for key, text in network.texts.items() if _beside(key, network.spots[name])), name)
    spots = {**network.spots, again.name: Spot(sheet, rows + 1, 2, *quantity.shape)}
    texts = {**network.texts, (sheet, rows, 2): label}
    moved = {user: network.quantities[user] for user in users[len(users) // 2 :]}
    changed = {
        user: replace(one, formula=one.formula.replace("{" + name + "}", "{" + again.name + "}"))
        for user, one in moved.items()
    }
    other = replace(network, quantities={**network.quantities, again.name: again, **changed}, spots=spots, texts=texts)
    firsts = frozenset([*network.spots[name].keys, *spots[again.name].keys])
    return Seeded("typed-twice", named("typed-twice"), other, firsts=firsts, silent=True, what=f"{name} typed twice")


def _beside(key: Key, spot: Spot) -> bool:
    return key in ((spot.sheet, spot.row, spot.column - 1), (spot.sheet, spot.row - 1, spot.column))


def error_value(network: Network, rng: random.Random) -> Seeded | None:
    """Divide by an empty cell, or lose a reference."""
    pool = sorted(one.name for one in network.role("slope", "pre", "act") if one.formula)
    name = rng.choice(pool)
    quantity = network.quantities[name]
    wrong = rng.choice((f"({quantity.formula})/ZZ1", SYMBOL.sub("#REF!", quantity.formula, count=1)))
    number = None if quantity.array and quantity.form == "block" else rng.randrange(network.rows(name))
    firsts = frozenset(network.spots[name].keys) if number is None else frozenset([network.spots[name].keys[number]])
    return Seeded(
        "error-value", named("error-value"), network, {(name, number): wrong}, firsts=firsts, what=f"{name} = {wrong}"
    )


def circular(network: Network, rng: random.Random) -> Seeded | None:
    """Let a formula take part of itself."""
    pool = sorted(one.name for one in network.role("slope", "pre") if one.formula)
    name = rng.choice(pool)
    quantity = network.quantities[name]
    number = None if quantity.array and quantity.form == "block" else rng.randrange(network.rows(name))
    wrong = f"{quantity.formula}+0.1*{{{name}}}"
    firsts = frozenset(network.spots[name].keys) if number is None else frozenset([network.spots[name].keys[number]])
    kinds = named("circular-reference")
    return Seeded(
        "circular-reference",
        kinds,
        network,
        {(name, number): wrong},
        firsts=firsts,
        stale=True,
        what=f"{name} = {wrong}",
    )


def _setting(kind: str, key: str, value: str) -> Maker:
    def make(network: Network, rng: random.Random) -> Seeded | None:
        def change(book: Sheets) -> None:
            book.settings[key] = value

        firsts = frozenset(network.sheets().cells)
        return Seeded(kind, named(kind), network, edit=change, firsts=firsts, silent=True, what=f"{key} = {value}")

    return make


def _chart(kind: str, change: Callable[[Sheets, random.Random], None]) -> Maker:
    def make(network: Network, rng: random.Random) -> Seeded | None:
        if not network.charts or not network.charts[0][1].startswith("η"):
            return None
        firsts = frozenset(network.sheets().cells)
        edit = lambda book: change(book, rng)  # noqa: E731
        return Seeded(kind, named(kind), network, edit=edit, firsts=firsts, silent=True, what=kind)

    return make


def _pasted(book: Sheets, rng: random.Random) -> None:
    book.charts = [replace(chart, reference="", numbers=tuple(rng.random() for _ in range(6))) for chart in book.charts]


def _left_out(book: Sheets, rng: random.Random) -> None:
    """Leave out the last rows, as when rows were added behind the chart was made."""

    def shorter(match: re.Match[str]) -> str:
        return match[1] + str(int(match[2]) - rng.choice((1, 2)))

    book.charts = [replace(chart, reference=re.sub(r"(.*\$)(\d+)$", shorter, chart.reference)) for chart in book.charts]


def _mislabelled(book: Sheets, rng: random.Random) -> None:
    book.charts = [replace(chart, name=f"η = {rng.choice((0.7, 3, 0.03))}") for chart in book.charts]


def title(network: Network, rng: random.Random) -> Seeded | None:
    """Let the title state another rate than the updates use."""
    for key, text in network.texts.items():
        if isinstance(text, str) and re.search(r"rate = [\d.]+", text):
            wrong = re.sub(r"rate = [\d.]+", f"rate = {rng.choice((0.1, 1, 0.05))}", text)
            other = replace(network, texts={**network.texts, key: wrong})
            firsts = frozenset(
                [key, *(cell for one in network.role("weight") for cell in network.spots[one.name].keys)]
            )
            return Seeded("wrong-rate", named("wrong-rate"), other, firsts=firsts, silent=True, what=wrong)
    return None


SHEET_FAULTS: dict[str, Maker] = {
    "stale: a number changed": stale_input,
    "stale: one cell": stale_cell,
    "typed number": typed_number,
    "drifting input": drift,
    "drift in the last digits": last_digits,
    "reference should stay": should_stay,
    "reference should follow": should_follow,
    "broken pattern": broken_pattern,
    "typed twice": typed_twice,
    "error value": error_value,
    "circular reference": circular,
    "precision as displayed": _setting("precision-as-displayed", "fullPrecision", "0"),
    "iterative calculation": _setting("iterative-calculation", "iterate", "1"),
    "chart of pasted numbers": _chart("chart-of-pasted-numbers", _pasted),
    "chart leaves out points": _chart("chart-leaves-out-points", _left_out),
    "chart labels a rate wrongly": _chart("chart-labels-wrong-rate", _mislabelled),
    "title states another rate": title,
}
