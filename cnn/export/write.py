"""A run exported into a file, in the format that its name says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnn.errors import UsageError
from cnn.export.onnx_graph import as_onnx, largest_difference
from cnn.export.plain import Exported, as_json, as_npz, as_safetensors
from cnn.runs.run import Run
from cnn.training.config import recorded_config
from sheetgen.files import replace_file

CARD = ".md"
FORMATS: dict[str, Callable[[Exported], bytes]] = {
    ".json": as_json,
    ".npz": as_npz,
    ".safetensors": as_safetensors,
    ".onnx": as_onnx,
}
"""What a file's name may end with, besides that of the model card."""


def check_name(path: Path) -> None:
    """Raise `UsageError` where the name of a file says no format that there is."""
    if path.suffix.lower() not in (*FORMATS, CARD):
        expected = f"its name should end with one of {' '.join((*FORMATS, CARD))}"
        raise UsageError(f"{path} does not say what should be exported", expected)


def export(run: Run, path: Path, checkpoint: str = "last") -> str:
    """Write a run's folded network, or its model card, into a file; return what was done, in words.

    Raises `UsageError` for a name that says no format and for a file that cannot be written, `ExtraError` where a
    package is absent, and `CnnError` where ONNX Runtime gives other scores.
    """
    check_name(path)
    suffix = path.suffix.lower()
    if suffix == CARD:
        from cnn.export.model_card import model_card

        _write(path, model_card(run).encode())
        return f"{path}: the model card of {run.name}"
    from cnn.trained import folded_network, trained_epoch

    layers = folded_network(run, checkpoint)
    network = recorded_config(run).plan.network
    exported = Exported(run.name, trained_epoch(run, checkpoint), network, layers)
    content = FORMATS[suffix](exported)
    told = (
        f"{path}: {network} of {run.name}, {sum(layer.numbers for layer in layers):,} numbers in {len(layers)} layers"
    )
    if suffix == ".onnx":
        told += f"; ONNX Runtime's scores are NumPy's to {largest_difference(content, layers):.1g}"
    _write(path, content)
    return told


def _write(path: Path, content: bytes) -> None:
    try:
        replace_file(path, content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
