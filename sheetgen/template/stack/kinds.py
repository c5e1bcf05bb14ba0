"""The kinds of layers. One new kind is one new row: the function that writes it, and the options it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetgen.template.stack.attention import attention
from sheetgen.template.stack.dense import embedding, linear, position
from sheetgen.template.stack.joints import dropout, flatten, residual
from sheetgen.template.stack.layer import Layer
from sheetgen.template.stack.norms import norm
from sheetgen.template.stack.recurrent import gru, lstm, rnn
from sheetgen.template.stack.windows import conv, conv1d, conv2d, pool


@dataclass(frozen=True)
class Kind:
    """A kind of layer: ``write`` adds its parameters and equations, of which z is the result."""

    write: Callable[[Layer], None]
    options: tuple[str, ...] = ()


_DRAWN = ("init", "scale")
_CONV = ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", *_DRAWN)
_RECURRENT = ("hidden_size", "num_layers", "bidirectional", "bias", "last", *_DRAWN)

KINDS: Mapping[str, Kind] = {
    "linear": Kind(linear, ("out_features", "bias", *_DRAWN)),
    "conv": Kind(conv, _CONV),
    "conv1d": Kind(conv1d, _CONV),
    "conv2d": Kind(conv2d, _CONV),
    "pool": Kind(pool, ("mode", "kernel_size", "stride")),
    "norm": Kind(norm, ("mode", "eps", "affine", "bias")),
    "dropout": Kind(dropout, ("p", "mask")),
    "rnn": Kind(rnn, ("nonlinearity", *_RECURRENT)),
    "lstm": Kind(lstm, _RECURRENT),
    "gru": Kind(gru, _RECURRENT),
    "attention": Kind(attention, ("num_heads", "causal", "bias", *_DRAWN)),
    "embedding": Kind(embedding, ("num_embeddings", "embedding_dim", *_DRAWN)),
    "position": Kind(position, _DRAWN),
    "residual": Kind(residual, ("over", "add")),
    "flatten": Kind(flatten),
}
"""The kinds by their names."""
