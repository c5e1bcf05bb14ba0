"""Functions as other languages spell them, and what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping

_SAME: Mapping[str, str] = {
    "log": "ln",
    "expit": "sigmoid",
    "logistic": "sigmoid",
    "leakyrelu": "leaky_relu",
    "fabs": "abs",
    "maximum": "max",
    "minimum": "min",
    "detach": "held",
    "stop_gradient": "held",
    "binary_cross_entropy": "bce",
    "binary_cross_entropy_with_logits": "bce_with_logits",
}
"""Functions that are here, by what they are called elsewhere."""

_WRITTEN: Mapping[str, str] = {
    "pow": "write a^b",
    "power": "write a^b",
    "square": "write a^2",
    "log2": "write ln(a)/ln(2)",
    "log10": "write ln(a)/ln(10)",
    "log1p": "write ln(1 + a)",
    "expm1": "write exp(a) - 1",
    "tan": "write sin(a)/cos(a)",
    "if": "write where(a > b, x, y)",
    "iif": "write where(a > b, x, y)",
}
"""What is no function here, and how it is written."""


def spelled_here(
    name: str, known: Collection[str], same: Mapping[str, str] = _SAME, written: Mapping[str, str] = _WRITTEN
) -> str:
    """Return what to do about a function that is known by another spelling; "" where it is not.

    ``same`` are names by what they are called elsewhere, ``written`` what to write where there is no function.
    """
    plain = name.lower()
    if plain in written:
        return written[plain]
    bare = {other.replace("_", ""): other for other in known}
    meant = same.get(plain, bare.get(plain.replace("_", ""), ""))
    return f"did you mean {meant!r}?" if meant in known else ""
