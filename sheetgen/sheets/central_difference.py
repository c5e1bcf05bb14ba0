"""The central differences of the loss at iteration 0, from the Inputs sheet, against the gradients.

Where parameters are few, each is moved alone; else all are moved at once, along a few directions. Each difference
brings the bound of its own error: what rounding of the loss makes of it, which grows as ε shrinks, and what the step
leaves out, which grows with ε² and shows in a step twice as large. Where a kink lies within the step there is no one
slope. The gradient by one parameter then lies between 0 and the slopes of both sides, or hardly outside: it follows
one side of every kink, and a slope on one side of a deep network may take other sides of them. A direction that moves
all parameters may cross many kinks at once, and says nothing there.
"""

from __future__ import annotations

from functools import partial

from sheetgen.algebra.rows import previous, start
from sheetgen.limits import FEW_COPIES, FEW_WEIGHTS
from sheetgen.network.study import EPSILON
from sheetgen.network.whole_batch import in_row
from sheetgen.page import style
from sheetgen.page.block import Block, Listing
from sheetgen.page.page import Formula, Page
from sheetgen.sheet_names import CHECKS
from sheetgen.sheets.allowance import LEAST, Allowance
from sheetgen.sheets.batch_table import BatchTable
from sheetgen.sheets.book import Book
from sheetgen.sheets.directions import LEAST_COMPONENT, MIXED, Direction, checked_directions, moved_alone
from sheetgen.sheets.gradients_along import GradientsAlong
from sheetgen.sheets.layout import Address
from sheetgen.sheets.loss_scale import LossScale
from sheetgen.sheets.moved import MovedNetworks, Point
from sheetgen.sheets.perturbed import Networks
from sheetgen.sheets.slopes import Slopes

_ALONG = "moved along"
_LABELS = _CENTRAL, _WIDER, _BELOW, _ABOVE, _BENDING, _ALLOWED, _KINK, _SHOWS = (
    "(E₊ − E₋)/2ε", "the same with 2ε", "slope below", "slope above", "bending", "allowed difference",
    "kink within 2ε", "error that shows",
)  # fmt: skip
_SCIENTIFIC, _CENTRED = style.Style(number="0.0E+00"), style.Style(align="center")
_LOOKS = (*[style.CALC] * 5, _SCIENTIFIC, _CENTRED, _SCIENTIFIC)
_FIRST_COLUMN = 5
_SHOWN_NOTE = (
    "Error that shows: from there on, the error of a single gradient surely turns its check to CHECK. A smaller error"
    " may pass."
)
_SINGLE_NOTES = (
    "The gradient of every weight at iteration 0 against the central difference of the loss. Allowed is what rounding"
    " and the size of ε explain.",
    _SHOWN_NOTE,
)
_MIXED = (
    "All gradients of iteration 0 at once: every weight is moved by ε times its component of a direction v, and"
    " Σ gradient · v stands against the central difference of the loss.",
    f"No component is smaller than {LEAST_COMPONENT} in size, so a single wrong gradient moves every sum by half its"
    f" error at least, and several hide only where their errors cancel in all {MIXED} directions.",
    f"{_SHOWN_NOTE} The mean size of a gradient stands below the table.",
)
_MIXED_NOTES = (
    (
        *_MIXED,
        f"Of up to {FEW_WEIGHTS} weights each would be moved alone; of more, that would take more cells than the"
        " training.",
    ),
    (
        *_MIXED,
        f"Of up to {FEW_COPIES} weights times rows of a batch each would be moved alone; of more, that would take too"
        " many cells.",
    ),
)
"""Of networks that are one row each, and of those that are a whole batch."""
_SINGLE_NETWORKS = (
    "Each weight is moved by ±ε and ±2ε and the network computed again, from Inputs, by formulas of its own."
)
_MIXED_NETWORKS = (
    "All weights are moved by ±ε and ±2ε times their components and the network computed again, from Inputs, by"
    " formulas of its own."
)
_OF_ALL_ROWS = " Each is all rows of the first batch, and their mean loss."
_MEAN = "mean |gradient|"


class CentralDifferences:
    """The central differences on Checks, from ``row`` down, and below them the moved networks.

    ``rounding`` is the relative rounding granted to the loss, which stands in the cell ``rounding_cell``.
    """

    def __init__(self, book: Book, row: int, rounding_cell: str, rounding: float) -> None:
        whole = book.study.whole
        self.book, self.row, self.loss = book, row, whole.graph.loss
        self.directions = checked_directions(whole.graph.weights, whole.rows)
        self.single = moved_alone(whole.graph.weights, whole.rows)
        self.notes = _SINGLE_NOTES if self.single else _MIXED_NOTES[whole.several]
        header, lines = row + len(self.notes) + 2, len(self.directions)
        self.names = Block.below(header, (_ALONG,), lines)
        self.table = Block.below(header, _LABELS, lines, _FIRST_COLUMN)
        # A block of its own: a training sheet may be called bending.
        self.gradients = Block.below(header, [v.sheet for v in book.study.variants], lines, self.table.end + 2)
        self._line_of = dict(zip(self.directions, self.table.rows, strict=True))
        facts = self.table.last + 2
        self.last_fact = facts + 2
        self.mean = Listing({_MEAN: self.last_fact}, "A", "E")
        self.given = BatchTable(whole, (*whole.network.inputs, *whole.network.targets), self.last_fact + 2)
        numbers = MovedNetworks(whole, _start(book, self.given))
        self.networks = Networks(numbers, self.directions, self.given.end + 2, _FIRST_COLUMN)
        self.scale = LossScale(book, self.networks, facts)
        self.along = GradientsAlong(book, self.networks)
        self.slopes = {d: Slopes(self.networks, d, self.loss) for d in self.directions}
        self.allowances = {
            direction: Allowance(slopes, self.scale, rounding, rounding_cell)
            for direction, slopes in self.slopes.items()
        }

    @property
    def end(self) -> int:
        """The last column."""
        return max(self.gradients.end, self.scale.column)

    def put(self, page: Page) -> None:
        """Put the table and its networks on the page."""
        page.put(f"A{self.row}", "Central differences at iteration 0", style.HEADING)
        for row, note in enumerate(self.notes, start=self.row + 1):
            page.put(f"A{row}", note, style.NOTE)
        heading = "gradient" if self.single else "Σ gradient · v"
        page.put(self.gradients.cell(next(iter(self.gradients.letters)), self.table.first - 2), heading, style.NAME)
        for block in (self.names, self.table, self.gradients):
            block.header(page)
        page.heights[self.table.first - 1] = 32
        for direction, row in self._line_of.items():
            page.put(self.names.cell(_ALONG, row), direction.name, style.NAME)
            self.table.line(page, row, self._line(direction), _LOOKS)
            for variant, sheet in enumerate(self.gradients.letters):
                page.put(self.gradients.cell(sheet, row), self.along.formula(direction, variant), style.LINK)
        self.given.put(page, "What the rows of the first batch are given", self._given)
        note = _SINGLE_NETWORKS if self.single else _MIXED_NETWORKS
        note += _OF_ALL_ROWS if self.given.whole.several else ""
        self.networks.put(page, "The networks with weights moved", note)
        self.scale.put(page)
        self.mean.put(page, _MEAN, self.along.mean_size(), style.LINK)

    def _given(self, name: str, place: int) -> Formula:
        """Return the formula of a datum of a row of the first batch."""
        point = self.networks.point
        return Formula(self.book.layout.at_first(name, place), partial(point.value, in_row(name, place)))

    # --- the numbers of a direction ---

    def _line(self, direction: Direction) -> tuple[Formula | float, ...]:
        slopes, allowance = self.slopes[direction], self.allowances[direction]
        central, wider, below, above, bending, allowed, kink, _ = (self._cell(label, direction) for label in _LABELS)
        noise = partial(slopes.noise, -1, 0, 0, 1)
        return (
            slopes.central(),
            slopes.central(2),
            slopes.one_sided(-1),
            slopes.one_sided(1),
            Formula(f"ABS({above}-{below})", slopes.bending, lambda: noise() / slopes.epsilon),
            allowance.formula(central, wider, bending),
            slopes.kinks() or 0.0,
            allowance.that_shows(central, allowed, kink if slopes.kinks() else ""),
        )

    def _cell(self, label: str, direction: Direction) -> str:
        return self.table.absolute(label, self._line_of[direction])

    def kink(self, direction: Direction) -> Formula | None:
        """Return a reference to the number of kinks crossed, for another cell of the sheet; None where there is none.

        Kinks are counted in numbers of branches, of several kinks each.
        """
        kinks = self.slopes[direction].kinks()
        return kinks and Formula(self._cell(_KINK, direction), kinks.value, accepts=kinks.accepts)

    @property
    def undecided(self) -> bool:
        """Whether rounding decides on which side of a kink any network is."""
        return any(slopes.undecided for slopes in self.slopes.values())

    # --- the check ---

    def deviation(self, direction: Direction, variant: int) -> Formula:
        """Return how far a gradient is from what its central difference allows, relative to the larger."""
        gradient = self.gradients.absolute(self.book.study.variants[variant].sheet, self._line_of[direction])
        central, below, above, allowed = (self._cell(c, direction) for c in (_CENTRAL, _BELOW, _ABOVE, _ALLOWED))
        distance = f"ABS({central}-{gradient})"
        if self.networks.numbers.branches:
            margin = f"MAX(ABS({below}),ABS({above}))/100"
            outside = f"MAX(0,MIN(0,{below},{above})-{gradient},{gradient}-MAX(0,{below},{above}))-{margin}"
            # Multiplied, an error stays one.
            at_kink = outside if self.single else f"0*{distance}"
            distance = f"IF({self._cell(_KINK, direction)}>0,{at_kink},{distance})"
        size = f"MAX(ABS({central}),ABS({gradient}),{LEAST:.0E})"
        value, error = partial(self._excess, direction, variant), partial(self._excess_error, direction, variant)
        return Formula(f"MAX(0,{distance}-{allowed})/{size}", value, error)

    def _excess(self, direction: Direction, variant: int) -> float:
        gradient, slopes = self.along.value(direction, variant), self.slopes[direction]
        central = slopes.difference()
        distance = abs(central - gradient)
        if self.allowances[direction].at_kink():
            below, above = slopes.beside(-1), slopes.beside(1)
            outside = max(0.0, min(0.0, below, above) - gradient, gradient - max(0.0, below, above))
            distance = outside - max(abs(below), abs(above)) / 100 if self.single else 0.0
        return max(0.0, distance - self.allowances[direction].value()) / max(abs(central), abs(gradient), LEAST)

    def _excess_error(self, direction: Direction, variant: int) -> float:
        slopes = self.slopes[direction]
        noise = slopes.noise(-2, -1, 0, 1, 2) / slopes.epsilon
        noise += 0.0 if self.single else self.along.error(direction, variant)
        return noise / max(abs(self.along.value(direction, variant)), LEAST)


def _start(book: Book, rows: BatchTable) -> Point:
    """Return the point that training starts from, as Inputs has it; ``rows`` has what those of a batch are given."""
    study, layout, origins = book.study, book.layout, book.study.whole.origins
    given = study.at_sample(study.sample_in(0))
    begins = {previous(state.name): start(state.name) for state in study.network.states}
    given |= {name: study.values[at_start] for name, at_start in begins.items()}
    if rows.whole.several:
        data = [study.at_sample(study.sample_in(place - 1)) for place in rows.whole.places]
        given |= {in_row(name, place): data[place - 1][name] for name in rows.names for place in rows.whole.places}

    def reference(name: str) -> str:
        name = begins.get(name, name)
        if name in given:
            return rows.cells.get(name) or layout.at_first(name)
        quantity, place = origins[name]
        return layout.cell(Address(0, quantity, 0, place - 1))

    def value(name: str) -> float:
        if name in given:
            return given[name]
        quantity, place = origins[name]
        return book.results.first(0, quantity, place - 1)

    return Point(
        reference=reference,
        value=value,
        error=lambda name: 0.0,
        epsilon=book.layout.given(EPSILON),
        step=lambda: study.settings[EPSILON],
        sheet=CHECKS,
        remedy="start {weight} further from that edge, or make ε smaller",
    )
