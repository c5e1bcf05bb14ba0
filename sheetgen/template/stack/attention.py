"""Self-attention, torch's MultiheadAttention: queries, keys and values of one stacked weight, heads side by side."""

from __future__ import annotations

from sheetgen.template.stack.layer import Layer


def attention(layer: Layer) -> None:
    """Write Q, K, V, the scores S, their softmax P and what it gathers, O, of every head; then the projection."""
    x = layer.source
    if len(x.shape) != 2:
        layer.fail_source("rows of features")
    size, heads = x.shape[1], layer.whole("num_heads", 1)
    if size % heads:
        layer.fail(f"{size} features do not part into {heads} heads", f"num_heads must divide {size}", "num_heads")
    w_in = layer.weight("W_in", (3 * size, size), "3 · embed_dim × embed_dim", (size, size))
    b_in = layer.bias("b_in", 3 * size, "3 · embed_dim")
    w_out = layer.weight("W_out", (size, size), "embed_dim × embed_dim", (size, size))
    b_out = layer.bias("b_out", size, "embed_dim")
    for number, word in enumerate("QKV"):
        rows = f"[{number * size}:{(number + 1) * size}]"
        layer.write(word, f"{x.name} @ {w_in}{rows}.T{b_in and b_in + rows}", x.shape)
    layer.write("z", f"{_gathered(layer, heads, size // heads)} @ {w_out}.T{b_out}", x.shape)


def _gathered(layer: Layer, heads: int, size: int) -> str:
    """Write what each head gathers; return the heads side by side."""
    q, k, v = map(layer.name, "QKV")
    part, loop, columns = "", "", ""
    if heads > 1:
        part, loop, columns = "[j]", f"[j] for j in 0..{heads - 1}", f"[:, {size}*j:{size}*j+{size}]"
    scores = layer.write("S", f"{q}{columns} @ {k}{columns}.T/sqrt({size})", part=loop) + part
    seen = f"mask({scores})" if layer.flag("causal", False) else scores
    weights = layer.write("P", f"softmax({seen})", part=loop) + part
    name = layer.write("O", f"{weights} @ {v}{columns}", part=loop)
    return name if heads == 1 else f"concat({', '.join(f'{name}[{head}]' for head in range(heads))}, axis=-1)"
