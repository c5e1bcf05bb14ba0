"""The derivatives of activations in a formula, as they are written: a·(1 − a), 1 − a², a mask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheetgen.audit.mistakes.products import Factor, Product
from sheetgen.audit.mistakes.trees import same
from sheetgen.audit.syntax import Binary, Call, Node, Number, Reference, bare, walk


@dataclass(frozen=True, eq=False)
class Pattern:
    """Factors of a product that are together the derivative of a function, written with the reference ``of``.

    ``references`` are all the places where that reference stands in them.
    """

    product: Product
    function: str
    factors: Sequence[Factor]
    of: Reference

    @property
    def references(self) -> list[Node]:
        """The places where the reference stands in it."""
        nodes = [node for factor in self.factors for node in walk(factor.node)]
        return [node for node in nodes if isinstance(node, Reference) and same(node, self.of)]


def patterns_of(products: Sequence[Product]) -> list[Pattern]:
    """Return the derivatives of activations in products."""
    return [pattern for product in products for pattern in _in(product)]


def _in(product: Product) -> Iterator[Pattern]:
    above = [factor for factor in product.factors if not factor.below]
    taken: set[int] = set()
    for factor in above:
        node = bare(factor.node)
        rest = _one_minus(node)
        if isinstance(rest, Reference):
            partner = next(
                (one for one in above if id(one) not in taken and one is not factor and same(one.node, rest)), None
            )
            if partner is not None:
                taken.update((id(partner), id(factor)))
                yield Pattern(product, "sigmoid", (partner, factor), rest)
        elif rest is not None and (base := _square(rest)) is not None:
            yield Pattern(product, "tanh", (factor,), base)
        elif (of := _mask(node)) is not None:
            yield Pattern(product, "relu", (factor,), of)


def _one_minus(node: Node) -> Node | None:
    """Return x of 1 − x."""
    if isinstance(node, Binary) and node.op == "-" and isinstance(one := bare(node.left), Number) and one.value == 1:
        return bare(node.right)
    return None


def _square(node: Node) -> Reference | None:
    """Return x of x^2, x*x and POWER(x, 2)."""
    base: Node | None = None
    match node:
        case Binary() if node.op == "^" and isinstance(two := bare(node.right), Number) and two.value == 2:
            base = bare(node.left)
        case Binary() if node.op == "*" and same(node.left, node.right):
            base = bare(node.left)
        case Call() if node.name == "POWER" and len(node.args) == 2:
            two = bare(node.args[1])
            base = bare(node.args[0]) if isinstance(two, Number) and two.value == 2 else None
    return base if isinstance(base, Reference) else None


def _mask(node: Node) -> Reference | None:
    """Return x of x > 0 and IF(x > 0, …, …)."""
    if isinstance(node, Call) and node.name == "IF" and len(node.args) == 3:
        branches = [bare(arg) for arg in node.args[1:]]
        if all(isinstance(branch, Number) for branch in branches):
            return _mask(bare(node.args[0]))
    if isinstance(node, Binary) and node.op in (">", ">="):
        zero, of = bare(node.right), bare(node.left)
        if isinstance(zero, Number) and zero.value == 0 and isinstance(of, Reference):
            return of
    return None
