"""What Checks computes of a number of the whole batch: whether all rows of a batch have it, and whether it is right.

A mean, a variance and a sum are held against their quantity over the whole training at once: programs have no formula
that adds up each batch by itself, all rows at once. A largest number is held against every row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sheetgen.algebra.arrays import size
from sheetgen.algebra.expr import OverBatch
from sheetgen.algebra.over_batch import MAX, MEAN, PLACE, VAR, over_batch
from sheetgen.network.graph import BATCH


@dataclass(frozen=True)
class BatchNumbers:
    """A column of numbers of the whole batch; ``position`` is the column that counts the rows of a batch from 1.

    ``of`` gives the range of a column in all rows, or the cell of a constant; ``below`` that of a column in all rows
    but the first, ``above`` in all but the last. ``rounding`` is relative to 1 and the numbers compared.
    ``rows`` is how many rows there are.
    """

    label: str
    expr: OverBatch
    position: str
    of: Callable[[str], str]
    below: Callable[[str], str]
    above: Callable[[str], str]
    rounding: str
    rows: int

    def unlike(self) -> str:
        """Return the formula of how far each row but the first is from the one above it in its batch."""
        here, there = self.below(self.label), self.above(self.label)
        return f"IF({self.below(self.position)}>1,{size(f'{here}-{there}')}-{self.rounding}*(1+{size(here)}),0)"

    def misplaced(self) -> str:
        """Return the formula of how many batches more or fewer have a row at such a place than there are batches."""
        here, batches = f"({self.of(self.position)}={self.of(self.label)})*1", f"{self.rows}/{self.of(BATCH)}"
        return size(f"SUM({here})-{batches}")

    def wrong(self) -> tuple[str, bool]:
        """Return the formula of how far the numbers are off, beyond rounding, and whether it has a number a row."""
        y, z, k = self.of(self.label), self.of(self.expr.name), self.of(self.position)
        if self.expr.function == MAX:
            place = self.of(over_batch(PLACE, self.expr.name))
            off = f"IF({k}={place},{size(f'{y}-{z}')},IF({z}>{y},{z}-{y},0))"
            return f"{off}-{self.rounding}*(1+{size(y)})", True
        if self.expr.function == PLACE:
            largest = self.of(over_batch(MAX, self.expr.name))
            return f"IF({k}<{y},IF({z}>={largest},1,0),0)", True
        apart = f"({z}-{self.of(over_batch(MEAN, self.expr.name))})" if self.expr.function == VAR else ""
        all_rows = f"SUM({apart}^2)" if apart else f"SUM({z})"
        scale = f"SUM({size(apart)}*{size(z)})" if apart else f"SUM({size(z)})"
        times = "" if self.expr.function in (MEAN, VAR) else f"*{self.of(BATCH)}"
        granted = f"10*{self.rounding}*(1+SUM({size(y)})+{scale}{times})"
        return f"{size(f'SUM({y})-{all_rows}{times}')}-{granted}", False
