"""Small workbooks of every shipped template: one or two sheets of training, few updates, samples and neurons."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from sheetgen import build, load, loads, override
from sheetgen.network.study import Study
from sheetgen.template.shipped import template_data, template_names, template_text
from sheetgen.template.write import effective_template

OF_TENSORS = (
    "attention-head", "attention-walked-through", "autoencoder", "batch-norm", "conv-edges", "gpt-small", "layer-norm",
    "lenet-small", "lstm-adding", "matrix-factorisation", "residual", "rnn-echo", "softmax-temperature",
    "transformer-block", "word2vec",
)  # fmt: skip
"""The templates of tensors, whose workbooks have many columns."""
TEMPLATES = tuple(name for name in template_names() if name == "softmax-temperature" or name not in OF_TENSORS)
"""What holds for every workbook is shown by these: of those of tensors one stands for all."""
_SAMPLES = 4
_FEW_COLUMNS = 10


def small_study(name: str, iterations: int = 2) -> Study:
    study = _with_few_neurons(name)
    study = override(study, iterations=iterations) if study.trains else study
    study = replace(study, variants=study.variants[: 2 if len(study.network.names) < _FEW_COLUMNS else 1])
    if study.count > _SAMPLES:
        kept = [study.count * k // _SAMPLES for k in range(_SAMPLES)]
        samples = {key: tuple(values[sample] for sample in kept) for key, values in study.samples.items()}
        study = replace(study, samples=samples, batch=min(study.batch, _SAMPLES // 2), order=())
    return loads(effective_template(study), name)


def _with_few_neurons(name: str) -> Study:
    """Load a template; where it asks for a layer of five neurons, with two."""
    text = template_text(name)
    if "[4, 5, 3]" not in text:
        return load(name)
    with tempfile.TemporaryDirectory() as folder:
        for file, content in template_data(name).items():
            (Path(folder) / file).write_text(content, "utf-8")
        path = Path(folder) / f"{name}.toml"
        path.write_text(text.replace("[4, 5, 3]", "[4, 2, 3]"), "utf-8")
        return load(path)


def small_workbook_of(name: str, folder: Path, iterations: int = 2) -> Path:
    """Build the small workbook of a template into a folder, where it is not there already."""
    path = folder / f"{name}.xlsx"
    if not path.exists():
        build(small_study(name, iterations), path, verify=False)
    return path
