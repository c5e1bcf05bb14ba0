"""Networks computed anew by formulas of their own, each with one parameter moved by a multiple of ε.

They share no cell with the training sheets but the numbers they start from; the quotient
(E(w+ε) − E(w−ε))/2ε then stands against the gradient. Where relu and its like are used, a last column tells on which
side of their kinks each network is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate
from sheetgen.algebra.expr import Apply, Expr, Held, Var, held_names
from sheetgen.algebra.notation import Excel
from sheetgen.errors import UsageError
from sheetgen.network.error_bounds import BoundedNumbers, error_bound
from sheetgen.network.graph import Graph, equation_of
from sheetgen.network.tolerance import Tolerance
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.branches import branches, margins

UNMOVED = ""
"""What stands for the parameter of the network in which none is moved."""

_PARAMETER, _MOVED_BY = "parameter", "moved by"
_FIRST_QUANTITY = 5
"""The column of the first quantity, right of what was moved."""
_HEADER_ROWS = 3
_MOST_CELLS = 1_500_000
"""The cells of a block: they grow with the square of the network, and each takes about 2 kB while they are written."""


def held(graph: Graph) -> tuple[str, ...]:
    """Return the quantities with equations that others hold constant."""
    constant = {name for quantity in graph.equations for name in held_names(with_held(equation_of(quantity)))}
    return tuple(quantity.name for quantity in graph.equations if quantity.name in constant)


def with_held(expr: Expr, inside: bool = False) -> Expr:
    """Return an expression whose held parts are those of the network as it is."""
    if isinstance(expr, Apply):
        return Apply(expr.op, tuple([with_held(arg, inside or expr.op == "held") for arg in expr.args]))
    return Held(expr.name) if inside and isinstance(expr, Var) else expr


@dataclass(frozen=True)
class Point:
    """Where the loss is differentiated.

    For each input, target, parameter and held quantity: a reference to it, its value, and how far off that may be in
    units of an operation's relative error. ``epsilon`` is a reference to ε, ``step`` its value;
    ``sheet`` and ``remedy`` are for the message where a moved network has no value.
    """

    reference: Callable[[str], str]
    value: Callable[[str], float]
    error: Callable[[str], float]
    epsilon: str
    step: Callable[[], float]
    sheet: str
    remedy: str


@dataclass(frozen=True)
class _Network:
    """A moved network: the value of each quantity, how far off it may be, and the numbers of its branches.

    ``undecided`` says that rounding alone decides on which side of a kink it is.
    """

    values: Mapping[str, float]
    errors: Mapping[str, float]
    branches: tuple[float, ...]
    undecided: bool


@dataclass
class Networks:
    """A block of networks from ``row`` down; each parameter is moved by each of the multiples ``moves``.

    With ``unmoved`` a last network has none of them moved.
    """

    book: Book
    point: Point
    row: int
    moves: tuple[int, ...] = (-1, 1)
    unmoved: bool = False
    _computed: dict[tuple[str, int], _Network] = field(default_factory=dict)

    def __post_init__(self) -> None:
        graph = self.book.study.network
        self.weights = graph.weights
        names = (*self.weights, *(quantity.name for quantity in graph.equations))
        self.branches = branches(graph, with_held)
        self._lines = [(weight, move) for weight in self.weights for move in self.moves]
        self._lines += [(UNMOVED, 0)] * self.unmoved
        count = len(self._lines)
        _require_size(len(self.weights), count * (len(names) + len(self.branches)))
        header = self.row + _HEADER_ROWS - 1
        # A block of its own: a quantity may be called parameter.
        self.moves_table = Block.below(header, (_PARAMETER, _MOVED_BY), count)
        self.table = Block.below(header, names, count, _FIRST_QUANTITY)
        labels = [f"branches {index}" if index > 1 else "branches" for index in range(1, len(self.branches) + 1)]
        self.branch_table = Block.below(header, labels, count, self.table.end + 1)

    def row_of(self, weight: str, move: int) -> int:
        """Return the row of the network in which a parameter is moved by so many ε."""
        return self.table.rows[self._lines.index((weight, move))]

    def put(self, page: Page, heading: str, note: str, labels: tuple[str | None, ...]) -> None:
        """Put the block on a page; ``labels`` stand above its first columns."""
        page.put(f"A{self.row}", heading, style.HEADING)
        page.put(f"A{self.row + 1}", note, style.NOTE)
        header = self.table.first - 1
        page.heights[header] = 24
        page.row(header, labels, style.LABEL)
        self.table.header(page)
        self.branch_table.header(page)
        for weight, move in self._lines:
            self._put(page, weight, move)

    def _put(self, page: Page, weight: str, move: int) -> None:
        """Put one network on its row."""
        row, graph, point = self.row_of(weight, move), self.book.study.network, self.point
        times = {1: "", -1: "-"}.get(move, f"{move}*")
        moved_by: Formula | float = Formula(f"{times}{point.epsilon}", lambda: move * point.step()) if move else 0.0
        self.moves_table.line(page, row, (weight or "none", moved_by), (style.NAME, style.LINK))
        notation = Excel(lambda name: self._reference(name, row), held=point.reference)
        for name in self.weights:
            step = f"+${self.moves_table.cell(_MOVED_BY, row)}" if name == weight else ""
            text = point.reference(name) + step
            page.put(self.table.cell(name, row), self._formula(text, weight, move, name), style.LINK)
        for quantity in graph.equations:
            formula = self._formula(notation.write(with_held(equation_of(quantity))), weight, move, quantity.name)
            page.put(self.table.cell(quantity.name, row), formula, style.CALC)
        for index, (label, branch) in enumerate(zip(self.branch_table.letters, self.branches, strict=True)):
            page.put(self.branch_table.cell(label, row), self._branch(notation.write(branch), weight, move, index))

    def _branch(self, text: str, weight: str, move: int, index: int) -> Formula:
        """Return the formula of a number that tells on which side of its kinks a network is."""
        return Formula(
            text,
            lambda: self.network(weight, move).branches[index],
            accepts=lambda value, _: self.network(weight, move).undecided,
        )

    def _reference(self, name: str, row: int) -> str:
        """Return the cell of a quantity, for the network on a row."""
        return self.table.cell(name, row) if name in self.table.letters else self.point.reference(name)

    def _formula(self, text: str, weight: str, move: int, name: str) -> Formula:
        return Formula(
            text,
            lambda: self.network(weight, move).values[name],
            lambda: self.network(weight, move).errors[name],
        )

    def network(self, weight: str, move: int) -> _Network:
        """Return a network, computed as its formulas do. Raises UsageError at the edge of a function's domain."""
        if (weight, move) not in self._computed:
            self._computed[weight, move] = self._compute(weight, move)
        return self._computed[weight, move]

    def _compute(self, weight: str, move: int) -> _Network:
        graph, point = self.book.study.network, self.point
        given = (*graph.inputs, *graph.targets, *graph.fixed, *self.weights)
        values = {name: point.value(name) for name in given}
        errors = {name: point.error(name) for name in given}
        unmoved = BoundedNumbers(point.value, point.error)
        if move:
            step = move * point.step()
            errors[weight] += abs(values[weight]) + abs(step)
            values[weight] += step
        for quantity in graph.equations:
            expr = with_held(equation_of(quantity))
            try:
                values[quantity.name] = evaluate(expr, values.__getitem__, held=point.value)
            except ARITHMETIC_ERRORS:
                raise UsageError(self._edge(weight, move, quantity.name)) from None
            errors[quantity.name] = error_bound(expr, values.__getitem__, errors.__getitem__, 1.0, unmoved)
        numbers = BoundedNumbers(values.__getitem__, errors.__getitem__)
        undecided = any(_near_zero(margin, numbers, unmoved) for branch in self.branches for margin in margins(branch))
        sides = tuple(evaluate(branch, values.__getitem__, held=point.value) for branch in self.branches)
        return _Network(values, errors, sides, undecided)

    def _edge(self, weight: str, move: int, quantity: str) -> str:
        """Say that a parameter stands at the edge of a function's domain."""
        value, step = self.point.value(weight), abs(move) * self.point.step()
        return (
            f"{quantity} has no value when {weight} = {value!r} is moved by ±{step!r}, as the central difference on"
            f" {self.point.sheet} does; {self.point.remedy.format(weight=weight)}"
        )

    def quotient(self, weight: str, multiple: int = 1) -> Formula:
        """Return the central difference of the loss over a parameter, whose step is so many ε."""
        loss = self.book.study.network.loss
        high, low = (self.table.cell(loss, self.row_of(weight, move)) for move in (multiple, -multiple))

        def networks() -> tuple[_Network, _Network]:
            return self.network(weight, multiple), self.network(weight, -multiple)

        def value() -> float:
            above, below = (network.values[loss] for network in networks())
            return (above - below) / (2 * multiple * self.point.step())

        def error() -> float:
            sizes = sum(abs(network.values[loss]) + network.errors[loss] for network in networks())
            return sizes / (2 * multiple * self.point.step())

        return Formula(f"({high}-{low})/({2 * multiple}*{self.point.epsilon})", value, error)


def _near_zero(margin: Expr, numbers: BoundedNumbers, held_numbers: BoundedNumbers) -> bool:
    """Whether rounding may decide the sign of a margin; a margin of exactly 0 is 0 in every spreadsheet."""
    value = evaluate(margin, numbers.value, held=held_numbers.value)
    return 0 < abs(value) <= Tolerance.atol * error_bound(margin, numbers.value, numbers.error, 1.0, held_numbers)


def _require_size(weights: int, cells: int) -> None:
    """Raise UsageError for networks that would take more memory than most machines have, before any is put."""
    if cells > _MOST_CELLS:
        problem = f"computing the loss anew with each of {weights:,} parameters moved takes {cells:,} cells"
        raise UsageError(
            problem, f"at most {_MOST_CELLS:,} are written, so make the network smaller, or freeze parameters"
        )
