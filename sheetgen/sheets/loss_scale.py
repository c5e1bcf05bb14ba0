"""On what scale the rounding of a loss is: |q·∂E/∂q| for every quantity q it is computed from, beside the networks.

That is how much of the loss a relative error of q is, so their sum times the rounding of one operation bounds the
rounding of the loss to first order (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

from sheetgen.algebra.expr import names
from sheetgen.algebra.over_batch import SUM, over_batch
from sheetgen.algebra.residual import has_logarithm, magnifies
from sheetgen.network.chains import constant_slope
from sheetgen.network.graph import mean
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Formula, Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.directions import UNMOVED
from sheetgen.sheets.layout import Address
from sheetgen.sheets.perturbed import Networks

_PRODUCT, _PRODUCTS, _SIZE = "|q·∂E/∂q|", "Σ |q·∂E/∂q|", "Σ |q|"
_COLUMN = "E"


@dataclass(frozen=True)
class _Slope:
    """A derivative: ``times``/``rows`` of a column in the row ``place`` of its batch, from 0, or of 1 without one."""

    column: str | None
    place: int = 0
    rows: int = 1
    times: float = 1.0


@dataclass
class LossScale:
    """The scale of the loss at iteration 0: two sums from ``row`` down, and what they sum right of the networks."""

    book: Book
    networks: Networks
    row: int

    @property
    def products_cell(self) -> str:
        """The cell of Σ |q·∂E/∂q|."""
        return f"${_COLUMN}${self.row}"

    @property
    def size_cell(self) -> str:
        """The cell of Σ |q|."""
        return f"${_COLUMN}${self.row + 1}"

    @property
    def column(self) -> int:
        """The column of the products, right of the networks."""
        return self.networks.end + 1

    def put(self, page: Page) -> None:
        """Put the sums, and the products in a column beside the networks."""
        names, rows = self.networks.names, self.networks.rows
        letter = column_letter(self.column)
        page.put(f"{letter}{self.networks.header}", _PRODUCT, style.LABEL)
        for name, row in rows.items():
            page.put(f"{letter}{row}", self._product_formula(name), style.CALC)
        products = f"{letter}{rows[names[0]]}:{letter}{rows[names[-1]]}"
        here = self.networks.across_names(UNMOVED, 0)
        sums = (
            Formula(f"SUM({products})", self.products, self.products_error),
            Formula(f"SUMPRODUCT({here}*(2*({here}>0)-1))", self.size, self.size),
        )
        for row, (label, formula) in enumerate(zip((_PRODUCTS, _SIZE), sums, strict=True), start=self.row):
            page.put(f"A{row}", label, style.NAME)
            page.put(f"{_COLUMN}{row}", formula, style.CALC)

    def products(self) -> float:
        """Return Σ |q·∂E/∂q|."""
        return self._sum_of_products

    @cached_property
    def _sum_of_products(self) -> float:
        return sum(map(self._product, self.networks.names))

    def size(self) -> float:
        """Return Σ |q|."""
        return self._sum_of_sizes

    @cached_property
    def _sum_of_sizes(self) -> float:
        return sum(abs(self._value(name)) for name in self.networks.names)

    def _product_formula(self, name: str) -> Formula:
        slope = self._slope(name)
        inside = "".join(f"+ABS({self._cell(used)})" for used in self._magnified(name))
        times = f"*ABS({self.book.layout.cell(Address(0, slope.column, 0, slope.place))})" if slope.column else ""
        times += f"*{slope.times:g}" if slope.times != 1 else ""
        times += f"/{slope.rows}" if slope.rows > 1 else ""
        text = f"(ABS({self._cell(name)}){'+1' * bool(inside)}{inside}){times}"
        return Formula(text, partial(self._product, name), partial(self._product_error, name))

    def _product(self, name: str) -> float:
        return self._operand(name) * self._slope_size(name)

    def _product_error(self, name: str) -> float:
        """Return how far off a product may be, in units of an operation's rounding: as a scale it needs no digits."""
        slope, errors = self._slope(name), self.networks.network(UNMOVED, 0).errors
        operand_error = errors[name] + sum(errors[used] for used in self._magnified(name))
        slope_error = self.book.results.start_error(0, slope.column, 0, slope.place) if slope.column else 0.0
        slope_error *= slope.times / slope.rows
        rounding = 1e3 * self._product(name)
        return rounding + operand_error * self._slope_size(name) + self._operand(name) * slope_error

    def products_error(self) -> float:
        """Return how far off Σ |q·∂E/∂q| may be, in the same units."""
        return sum(map(self._product_error, self.networks.names))

    def _operand(self, name: str) -> float:
        """Return |q|, and 1 and what is inside where its rounding is on the scale of those."""
        magnified = self._magnified(name)
        inside = 1 + sum(abs(self._value(used)) for used in magnified) if magnified else 0.0
        return abs(self._value(name)) + inside

    def _slope_size(self, name: str) -> float:
        slope = self._slope(name)
        size = abs(self.book.results.first(0, slope.column, slope.place)) if slope.column else 1.0
        return size * slope.times / slope.rows

    def _slope(self, name: str) -> _Slope:
        """Return where ∂E/∂q stands; of a whole batch it is that of the mean loss."""
        whole, network = self.networks.numbers.whole, self.book.study.network
        quantity, row = whole.origins[name]
        if not whole.several:
            return _Slope(network.gradient(name))
        if name in network.weights:
            return _Slope(mean(network.slope(name)), whole.rows - 1)
        if name == whole.graph.loss:
            return _Slope(None)
        if not network.by_name[quantity].is_over_batch:
            return _Slope(network.gradient(quantity), row - 1, whole.rows)
        if column := network.gradient(quantity):
            return _Slope(over_batch(SUM, column), 0, whole.rows)
        return _Slope(None, times=abs(constant_slope(network, quantity)))

    def _magnified(self, name: str) -> list[str]:
        """Return the names in a quantity's equation, where the functions in it may magnify a rounding on their scale.

        In exp(a) − 1 or ln(1 + exp(a)) the quantity itself is smaller than what is rounded on the way to it.
        """
        quantity = self.networks.numbers.graph.by_name.get(name) or self.book.study.network.by_name[name]
        equation, expr = quantity.equation, quantity.spelled_out
        if equation is None or expr is None:
            return []
        return list(dict.fromkeys(names(equation))) if has_logarithm(expr) or magnifies(expr) else []

    def _cell(self, name: str) -> str:
        """Return the cell of a quantity in the network at rest."""
        at_rest = name in self.networks.rows
        return self.networks.cell(name, UNMOVED, 0) if at_rest else self.networks.point.reference(name)

    def _value(self, name: str) -> float:
        return self.networks.network(UNMOVED, 0).values[name]
