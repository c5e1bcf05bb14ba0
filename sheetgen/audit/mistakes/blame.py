"""Which mistake it is that a formula refers to one cell where another is needed."""

from __future__ import annotations

from sheetgen.audit.mistakes import mistake
from sheetgen.audit.mistakes.activations import SPELLED
from sheetgen.audit.mistakes.roles import Role, Roles

Blame = tuple[str, str, float]
"""The kind of a mistake, its words, and how far-fetched it is."""

_SLOPE_OF = {
    "sigmoid": "{a}·(1 − {a})", "tanh": "1 − {a}²", "relu": "1 where {a} > 0 and 0 elsewhere",
    "leaky_relu": "1 where {a} > 0 and 0.01 elsewhere", "elu": "1 where {a} > 0 and {a} + 1 elsewhere",
    "softplus": "1 − e^(−{a})",
}  # fmt: skip


def slope_words(roles: Roles, unit: str) -> str:
    """Return what the derivative of an activation is: "the derivative of the sigmoid is a·(1 − a)"."""
    function = roles.activations[unit].function
    name = roles.called(unit).split(" (")[0]
    return f"the derivative of {SPELLED[function]} is {_SLOPE_OF[function].format(a=name)}"


def of_reference(roles: Roles, old: str, new: str, *, in_slope: bool = False) -> Blame:
    """Return the mistake of referring to a cell where another is needed, ``in_slope`` in an activation's derivative."""
    uses = f"uses {roles.called(old)} where {roles.called(new)} is needed"
    if roles.updated.get(old) == new or roles.is_next(old, new):
        words = f"uses {roles.called(old)}, which is already updated in this step, where {roles.called(new)} is needed"
        return mistake.UPDATED_WEIGHT, words, 0.8
    before, after = roles.role(old), roles.role(new)
    if roles.in_other_row(old, new):
        return (
            mistake.WRONG_ROWS,
            f"takes {roles.called(old)}, of another row, where {roles.called(new)} is needed",
            0.9,
        )
    if roles.activated.get(old) == new:
        why = f": {slope_words(roles, new)}" if in_slope and roles.activations[new].function in _SLOPE_OF else ""
        return mistake.PRE_ACTIVATION, f"{uses}, the pre-activation for the activation{why}", 0.8
    if new in roles.activated and roles.activated[new] == old:
        return mistake.PRE_ACTIVATION, f"{uses}, the activation for the pre-activation", 1.0
    if in_slope and after == Role.ACTIVATION:
        return mistake.OTHER_UNIT, f"{uses}: it takes the derivative of another unit's activation", 0.9
    if before == after and before != Role.OTHER:
        return mistake.SWAPPED, f"{uses}, another {before}", 1.0
    similar = {before, after} <= {Role.INPUT, Role.ACTIVATION, Role.TARGET}
    return (mistake.SWAPPED, uses, 1.4) if similar else (mistake.WRONG_REFERENCE, uses, 2.0)
