"""A test set: samples beside those of ``[data]`` that are never trained on.

test = 0.2                       under [data]: a share of its samples, drawn at random
test = { share = 0.2, seed = 3 } by another seed than 1
[data.test]                      samples of their own, with the columns of [data]
rows = [[0, 0, 0]]               or file = "test.csv"

It is taken out before anything is computed of the samples, so what scales columns is of those that are trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from sheetgen.errors import must_be
from sheetgen.template.data_file import DIALECT
from sheetgen.template.document import Document
from sheetgen.template.samples import Samples, SampleTable
from sheetgen.template.shuffle import drawn_order
from sheetgen.tensors.naming import Naming

TABLE = "data.test"
_DRAWN, _OWN = ("share", "seed"), ("rows", "file", *DIALECT)


def with_test_set(document: Document, folder: Path | None, naming: Naming, samples: Samples) -> Samples:
    """Return the samples with the test set that [data] asks for, if it does.

    Raises TemplateError for a share that leaves nothing to train on or to test, and for whatever is wrong with rows or
    a file.
    """
    said = document.table("data").get("test")
    if said is None:
        return samples
    if isinstance(said, dict) and {"rows", "file"} & said.keys():
        samples = _read(document, folder, naming, samples, said)
    else:
        samples = _drawn(document, samples, said if isinstance(said, dict) else {"share": said})
    if samples.count < 2:
        _fail(document, "", "beside a test set [data] needs at least 2 samples to train on", "add samples")
    return samples


def _fail(document: Document, key: str, problem: str, expected: str) -> NoReturn:
    """Complain of a key of the test set, where it stands."""
    document.fail(problem, expected, TABLE, key)


def _read(
    document: Document, folder: Path | None, naming: Naming, samples: Samples, said: Mapping[str, object]
) -> Samples:
    """Return samples with a test set that has rows or a file of its own."""
    for key in said:
        if key not in _OWN:
            known = "rows, file, or a share with a seed"
            _fail(document, key, f"unknown key {key!r} in [{TABLE}]", f"a test set has {known}")
    inherited = {key: value for key, value in document.table("data").items() if key not in ("rows", "file")}
    read = SampleTable(document, {**inherited, **said}, TABLE, folder, naming).samples()
    for name, shape in samples.shapes.items():
        if read.shapes[name] != shape:
            problem = f"{name} has another shape in [{TABLE}] than in [data]"
            _fail(document, "", problem, "the samples of both must be alike")
    read_as = "; ".join(filter(None, dict.fromkeys((samples.read_as, read.read_as))))
    return replace(samples, test=read.all, read_as=read_as)


def _drawn(document: Document, samples: Samples, said: Mapping[str, object]) -> Samples:
    """Return samples of which a share has become the test set; both keep the order in which they stand."""
    for key in said:
        if key not in _DRAWN:
            _fail(document, key, f"unknown key {key!r} in the test set", "it has share and seed, or rows or a file")
    if "share" not in said:
        expected = "say share = 0.2, a share of those of [data], or give rows or a file of its own"
        _fail(document, "", "the test set says nothing of its samples", expected)
    share, seed = said["share"], said.get("seed", 1)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < 1:
        _fail(document, "share", *must_be("test", "a share of the samples between 0 and 1, such as 0.2", repr(share)))
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        _fail(document, "seed", *must_be("seed", "a whole number from 0, the seed of the draw", repr(seed)))
    count = round(share * samples.count)
    if not count:
        problem = f"a share of {share!r} of {samples.count:,} samples is none"
        _fail(document, "share", problem, "let the test set have one at least")
    taken = {sample - 1 for sample in drawn_order(seed, samples.count)[:count]}

    def part(columns: Mapping[str, tuple[float, ...]], test: bool) -> dict[str, tuple[float, ...]]:
        return {
            name: tuple(number for sample, number in enumerate(numbers) if (sample in taken) == test)
            for name, numbers in columns.items()
        }

    return replace(
        samples,
        inputs=part(samples.inputs, test=False),
        targets=part(samples.targets, test=False),
        test=part(samples.all, test=True),
    )
