"""The spellings of a name made one: Greek in letters and in words, subscripts, brackets, equations behind it."""

from __future__ import annotations

import re
import unicodedata

_SAME = str.maketrans(
    {"ƞ": "η", "ɳ": "η", "∆": "Δ", "∑": "Σ", "𝜕": "∂", "ð": "∂", "⁄": "/", "∕": "/", "÷": "/", "’": "'", "′": "'"}
)
_UNSEEN = re.compile("[​‌⁠\ufeff$\\\\]")
_WORDS = {"sigma": "σ", "delta": "δ", "eta": "η", "beta": "β", "gamma": "γ", "nabla": "∇", "theta": "θ", "mu": "μ"}
_WORDS |= {"partial": "∂", "del": "∂"}
_WORD = re.compile(rf"(?<![^\W\d_])({'|'.join(_WORDS)})(?![^\W\d_])", re.I)
_EQUATION = re.compile(r":=|=|←|≔|≈|\n")
_REMARK = re.compile(r"(?<=[^\s(/])\s+\((?!\s*t\s*\+|new|updated|next)[^()]*\)\s*$", re.I)
"""What stands in brackets behind a name, one space apart; an argument touches its function."""

_ACTIVATIONS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?:σ|sigmoid|logistic|sig|tanh|relu|softmax|act|activation|output|out|f|g|a|φ)\s*\(\s*([^()]+?)\s*\)",
        r"(?:output|activation)\s+of\s+([^()]+)",
        r"(?:a|out|output|act|activation|σ)[\s_]+\{?([^\W\d_][^(){}]*?)\}?",
        r"out([^\W\d_]\d+)",
        r"([^\W\d_][^(){}\s]*?)[\s_]+(?:out|output|act|activation)",
    )
)
_ENTERING = (
    re.compile(r"(?:net|z|in|input|sum|s|pre)[\s_]+\{?(?:of\s+)?([^\W\d_][^(){}]*?)\}?", re.I),
    re.compile(r"(?:net|z|in)\s*\(\s*([^()]+?)\s*\)", re.I),
    re.compile(r"net([^\W\d_]\d+)", re.I),
)

_BASES = ("e", "l", "j", "c", "error", "err", "loss", "cost", "celoss", "crossentropy", "crossentropyloss")
_WHOLE = ("total", "tot", "t", "all", "sum", "mean", "avg", "average")
LOSSES = frozenset(
    {*_BASES, *("mse", "sse", "bce", "ce", "nll", "objective", "scaledcost", "squarederror", "meansquarederror")}
    | {base + whole for base in _BASES for whole in _WHOLE}
    | {whole + base for base in _BASES for whole in _WHOLE if len(whole) > 1}
    | {"lossfunction", "costfunction", "errorfunction", "logloss", "binarycrossentropy", "lossvalue"}
)
"""The keys of a whole loss."""


def cleaned(text: str) -> str:
    """Return the name in a label: in one alphabet, without the equation or the remark behind it."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text.replace("½", "1/2 ")).translate(_SAME))
    plain = _EQUATION.split(plain.strip(), maxsplit=1)[0]
    plain = _WORD.sub(lambda match: _WORDS[match[1].lower()], plain)
    plain = _REMARK.sub("", plain)
    return re.sub(r"\s+", " ", plain).strip(" :;,.*·—–|-").lstrip("'\"")


def squashed(name: str) -> str:
    """Return a key: small letters, digits, signs and primes, without spaces, brackets, underscores and the like."""
    return re.sub(r"[\s_{}\[\]^.,;:\"()|-]", "", name.casefold())


def unwrapped(name: str) -> str:
    """Return a name without the brackets around the whole of it."""
    name = name.strip()
    while name.startswith("(") and name.endswith(")") and "(" not in name[1:-1]:
        name = name[1:-1].strip()
    return name


_BETWEEN_NUMBERS = re.compile(r"(?<=\d)[\s_{}\[\]^,;()|]+(?=\d)")
_APART = "·"


def _spelled(name: str) -> tuple[str, ...]:
    """Return the keys of a name as it is spelled: W_1_1 is W11 as well, D_11_0 and D_1_10 are two."""
    apart = squashed(_BETWEEN_NUMBERS.sub(_APART, name))
    together = apart.replace(_APART, "")
    if apart == together:
        return (together,)
    return (apart,) if re.search(rf"\d\d{_APART}|{_APART}\d\d", apart) else (apart, together)


def keys(name: str) -> tuple[str, ...]:
    """Return the keys of a name: as it is spelled, and ``(h1)`` for the activation of h1, ``<h1>`` for what enters it.

    Two names are one quantity where they share a key.
    """
    exact = _spelled(name)
    for patterns, around in ((_ACTIVATIONS, "()"), (_ENTERING, "<>")):
        for pattern in patterns:
            match = pattern.fullmatch(name.strip())
            inner = _spelled(match[1]) if match else ("",)
            if inner[0] and not inner[0][0].isdigit():
                return (*exact, *(around[0] + one + around[1] for one in inner))
    return exact
