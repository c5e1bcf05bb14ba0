"""Edits of products: a sign, a number, a factor too many, a factor left out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from sheetgen.audit.mistakes import mistake
from sheetgen.audit.mistakes.blame import slope_words
from sheetgen.audit.mistakes.edits import Desk, Edit
from sheetgen.audit.mistakes.pool import Piece
from sheetgen.audit.mistakes.products import Factor, Product
from sheetgen.audit.mistakes.roles import Role
from sheetgen.audit.mistakes.trees import Swap, binary, call, negative, number
from sheetgen.audit.mistakes.values import Vector
from sheetgen.audit.syntax import Binary, Node, Number, bare

_LARGEST = 100_000  # the whole numbers up to which a factor is taken for a count
_ALIKE = 1e-8  # the relative difference up to which ratios are one
_LN10, _LN2 = math.log(10), math.log(2)


def ratio_of(wants: Vector, has: Vector) -> float | None:
    """Return the factor by which all of some numbers differ from others, None where it is not one."""
    known = (np.abs(has) > 0) & (np.abs(wants) > 0)
    if not known.any() or ((has == 0) != (wants == 0)).any() or not np.isfinite(wants).all():
        return None
    ratios = wants[known] / has[known]
    first = float(ratios[0])
    return first if np.all(np.abs(ratios - first) <= _ALIKE * abs(first)) else None


def numbers_in_products(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of a sign, and of a number by which a product is multiplied or divided."""
    for product in desk.products:
        ratio = ratio_of(product.need.wants, product.need.has)
        if ratio is None or abs(ratio - 1) <= _ALIKE:
            continue
        sign = ratio < 0
        size = abs(ratio)
        if sign and abs(size - 1) <= _ALIKE:
            yield from _sign(desk, product)
        elif (log := _of_logarithm(size)) is not None and not sign:
            yield _logarithm(product, size, log)
        elif (count := _count(size)) is not None:
            yield _number(desk, product, count, sign)


def _sign(desk: Desk, product: Product) -> Iterator[Edit]:
    node = product.node
    part = "" if node is desk.formula.root or len(desk.products) == 1 else f" of {desk.short(node)}"
    for factor in product.factors:
        inner = bare(factor.node)
        if isinstance(inner, Binary) and inner.op == "-" and (_target_in(desk, inner) or _is_one(inner.right)):
            words = f"has the wrong sign{part}: it takes {desk.short(inner)} where "
            words += f"{desk.short(negative(inner))} is needed"
            yield Edit([Swap(factor.node, negative(inner))], mistake.SIGN, words, 0.9)
            return
    words = f"has the wrong sign{part}"
    parent = desk.formula.parents.get(id(node))
    if isinstance(parent, Binary) and parent.op in "+-" and parent.right is node:
        turned = binary("-" if parent.op == "+" else "+", parent.left, parent.right)
        verb = "added" if parent.op == "+" else "subtracted"
        other = "subtracted" if parent.op == "+" else "added"
        words = f"has the wrong sign: {desk.short(node)} is {verb} where it must be {other}"
        yield Edit([Swap(parent, turned)], mistake.SIGN, words, 0.9)
        return
    yield Edit([Swap(node, negative(node))], mistake.SIGN, words, 0.9)


def _is_one(node: Node) -> bool:
    inner = bare(node)
    return isinstance(inner, Number) and inner.value == 1


def _target_in(desk: Desk, node: Binary) -> bool:
    cells = [desk.cell(bare(side)) for side in (node.left, node.right)]
    return any(cell is not None and desk.roles.role(cell) == Role.TARGET for cell in cells)


def _count(size: float) -> Fraction | None:
    """Return a ratio that a count, or a half, explains; None for any other."""
    if not 0.5 / _LARGEST <= size <= 2 * _LARGEST:
        return None
    for numerator, denominator in ((1, 1), (1, 2), (2, 1)):
        for value, turned in ((size * denominator / numerator, False), (denominator / size / numerator, True)):
            whole = round(value)
            if 1 <= whole <= _LARGEST and abs(value - whole) <= _ALIKE * value:
                found = Fraction(whole * numerator, denominator)
                return 1 / Fraction(whole * numerator, denominator) if turned else found
    return None


def _of_logarithm(size: float) -> str | None:
    for base, value in (("10", _LN10), ("2", _LN2)):
        if min(abs(size - value), abs(size - 1 / value)) <= _ALIKE * size:
            return base
    return None


def _logarithm(product: Product, size: float, base: str) -> Edit:
    over = size < 1
    factor = call("LN", number(float(base)))
    words = f"takes the derivative of a logarithm of another base: a factor {'1/' * over}ln {base} is missing"
    return Edit([Swap(product.node, binary("/" if over else "*", product.node, factor))], mistake.LOG_BASE, words, 0.9)


def _number(desk: Desk, product: Product, count: Fraction, sign: bool) -> Edit:
    """Return the edit that multiplies a product by a number, most simply where it holds one."""
    turned = negative(product.node) if sign else product.node
    where = "" if product.node is desk.formula.root or len(desk.products) == 1 else f" in {desk.short(product.node)}"
    wrong = 1 / count
    words = f"has a factor {_spelled(wrong)} too many{where}"
    if count > 1 and wrong.numerator == 1:
        words = f"lacks a factor {_spelled(count)}{where}"
    if sign:
        words += ", and the wrong sign"
    kind = mistake.FACTOR if not sign else f"{mistake.FACTOR}{mistake.AND}{mistake.SIGN}"
    cost = 1.0 + 0.3 * (count.denominator > 2 or count.numerator > 2) + 0.8 * sign
    if not sign and (swap := _in_number(product, count)):
        return Edit([swap], kind, words, cost)
    new = turned
    if count.numerator != 1:
        new = binary("*", number(float(count.numerator)), new)
    if count.denominator != 1:
        new = binary("/", new, number(float(count.denominator)))
    return Edit([Swap(product.node, new)], kind, words, cost)


def _in_number(product: Product, count: Fraction) -> Swap | None:
    """Return the swap of a number that is a factor already."""
    for factor in product.factors:
        node = bare(factor.node)
        if isinstance(node, Number) and node.value:
            value = Fraction(node.value).limit_denominator(10**6)
            new = value / count if factor.below else value * count
            if new == 1 and len(product.factors) > 1:
                return product.with_factors({id(factor.node): None})
            return Swap(factor.node, number(float(new)))
    return None


def _spelled(value: Fraction) -> str:
    if value == Fraction(1, 2):
        return "½"
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def factors_too_many(desk: Desk) -> Iterator[Edit]:
    """Yield the edits that take factors away."""
    for pattern in desk.patterns:
        need = pattern.product.need
        without = pattern.product.beside(pattern.factors, desk.values)
        if desk.allows(need, without) and len(pattern.factors) < len(pattern.product.factors):
            swap = pattern.product.with_factors({id(factor.node): None for factor in pattern.factors})
            again = [other for other in desk.patterns if other.product is pattern.product and other is not pattern]
            cell = desk.cell(pattern.of)
            named = desk.roles.called(cell) if cell else desk.short(pattern.of)
            if any(desk.cell(other.of) == cell for other in again):
                words = f"applies the derivative of the activation {named} twice"
                yield Edit([swap], mistake.DERIVATIVE_TWICE, words, 0.9)
            else:
                words = f"applies the derivative of the activation {named}, which does not belong there"
                cost = 1.1 if pattern.function == "relu" else 0.95  # a mask of ones can be taken away anywhere
                if any(_is_gradient(desk, factor) for factor in pattern.product.factors):
                    words += " or is in the other factors already"
                yield Edit([swap], mistake.DERIVATIVE_TWICE, words, cost)
    for product in desk.products:
        if len(product.factors) < 2:
            continue
        for factor in product.factors:
            without, need = product.beside([factor], desk.values), product.need
            if desk.allows(need, without):
                yield _taken_away(desk, product, factor)


def _is_gradient(desk: Desk, factor: Factor) -> bool:
    cell = desk.cell(bare(factor.node))
    return cell is not None and desk.roles.role(cell) == Role.GRADIENT


def _taken_away(desk: Desk, product: Product, factor: Factor) -> Edit:
    cell = desk.cell(bare(factor.node))
    named = desk.roles.called(cell) if cell else desk.short(factor.node)
    others = [one for one in product.factors if one is not factor]
    swap = product.with_factors({id(factor.node): None})
    if isinstance(bare(factor.node), Number):
        return Edit([swap], mistake.FACTOR, f"has a factor {'1/' * factor.below}{named} too many", 1.35)
    if cell and any(desk.cell(bare(one.node)) == cell for one in others):
        return Edit([swap], mistake.FACTOR_TOO_MANY, f"has the factor {named} twice", 1.1)
    return Edit([swap], mistake.FACTOR_TOO_MANY, f"has a factor {named} too many", 1.2)


def factors_left_out(desk: Desk) -> Iterator[Edit]:
    """Yield the edits that multiply by the derivative of an activation, or by a cell; or divide by one."""
    for product in desk.products:
        need = product.need
        if (need.has == 0).all():
            continue
        with np.errstate(all="ignore"):
            ratio = np.where(need.has == 0, 1.0, need.wants / need.has)
            gain = need.gain * need.has
            inverse = np.where(need.wants == 0, 1.0, need.has / need.wants)
        for piece in desk.found(desk.pool.units, ratio, gain):
            yield _derivative(desk, product, piece)
        for piece in desk.found(desk.pool.cells, ratio, gain):
            named = desk.roles.called(piece.cell)
            words = f"leaves out the factor {named}"
            yield Edit([_times(product, piece.node)], mistake.FACTOR_LEFT_OUT, words, 1.3 + piece.fixes)
        for piece in desk.found(desk.pool.cells, inverse, gain):
            named = desk.roles.called(piece.cell)
            swap = Swap(product.node, binary("/", product.node, piece.node))
            yield Edit([swap], mistake.FACTOR_LEFT_OUT, f"is not divided by {named}", 1.6 + piece.fixes)


def _derivative(desk: Desk, product: Product, piece: Piece) -> Edit:
    named = desk.roles.called(piece.unit)
    words = f"leaves out the derivative of the activation {named}: {slope_words(desk.roles, piece.unit)}"
    masked = any(pattern.product is product and pattern.function == "relu" for pattern in desk.patterns)
    cost = 1.2 if masked else 0.9  # a mask of ones hides that another derivative stands there
    return Edit([_times(product, piece.node)], mistake.DERIVATIVE_LEFT_OUT, words, cost)


def _times(product: Product, node: Node) -> Swap:
    return Swap(product.node, _multiplied(product.node, node))


def _multiplied(node: Node, by: Node) -> Node:
    """Return node·by; a chain of factors goes on behind it, with no parentheses."""
    if isinstance(by, Binary) and by.op == "*":
        return binary("*", _multiplied(node, by.left), by.right)
    return binary("*", node, by)
