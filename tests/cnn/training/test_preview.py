"""The picture of changed digits: what the recipe's table makes of them, each digit a row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("PIL", reason="Pillow is not installed")
import torch
from click.testing import CliRunner
from PIL import Image

from cnn.cli import cli
from cnn.digits.picture_files import FORMATS
from cnn.digits.synthetic import draw
from cnn.training.augment import random_maps, source_pixels
from cnn.training.preview import TIMES, changed_digits, preview
from cnn.training.recipe import FAST


def test_a_row_is_a_digit_and_what_the_table_makes_of_it() -> None:
    train = draw().train
    found = changed_digits(replace(FAST, fill=0), train, 3)
    assert found.shape == (10, 1 + TIMES, 28, 28)
    maps = random_maps(FAST, 1024, torch.Generator().manual_seed(3))
    table = source_pixels(*maps).numpy()
    for digit, row in enumerate(found):
        first = train.images[train.labels.tolist().index(digit)].numpy()
        assert (row[0] == first).all()
        possible = {np.append(first, np.uint8(0))[places].tobytes() for places in table}
        assert all(changed.tobytes() in possible for changed in row[1:])
        assert len({changed.tobytes() for changed in row}) > TIMES / 2
    still = changed_digits(replace(FAST, rotation=0.0, scale=0.0, shear=0.0), train, 3)
    assert (still == still[:, :1]).all()
    plain = replace(FAST, rotation=0.0, scale=0.0, shear=0.0)
    bent = changed_digits(replace(plain, elastic=1.0, maps=50), train, 3)
    assert all(len({changed.tobytes() for changed in row}) > TIMES / 2 for row in bent)
    erased = changed_digits(replace(plain, erasing=1.0), train, 3)
    gone = (erased != erased[:, :1]).any((2, 3))[:, 1:]
    assert gone.mean() > 0.7  # elsewhere the box met paper alone
    assert ((erased == erased[:, :1]) | (erased == 0)).all()
    canvas = np.asarray(preview(found))
    assert canvas.shape[0] > 10 * 2 * 28
    assert (canvas == 255 - found[0, 0, 14, 14]).any()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".pdf"])
def test_the_command_writes_what_the_name_says(suffix: str, tmp_path: Path) -> None:
    out = tmp_path / f"preview{suffix}"
    done = CliRunner().invoke(cli, ["augment", "--data", "synthetic", "--out", str(out)])
    assert (done.exit_code, done.stdout) == (0, ""), done.stderr
    assert done.stderr == f"{out}: training pictures as the recipe fast changes them\n"
    if suffix == ".pdf":
        assert out.read_bytes().startswith(b"%PDF")
    else:
        with Image.open(out) as picture:
            assert picture.format == FORMATS[suffix]


def test_a_name_that_says_no_format_is_refused(tmp_path: Path) -> None:
    for name, says in (
        ("preview.txt", "does not say what picture it should be; its name should end with one of .png"),
        ("no/preview.png", "cannot be written: No such file or directory"),
    ):
        out = tmp_path / name
        done = CliRunner().invoke(cli, ["augment", "--data", "synthetic", "--out", str(out)])
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(f"cnn: {out} {says}")
        assert len(done.stderr.splitlines()) == 1
