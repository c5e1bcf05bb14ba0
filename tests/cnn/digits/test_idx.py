"""Idx files against torchvision's own reader, and what is said of those that are none."""

from __future__ import annotations

import gzip
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from outside import mnist_folder

from cnn.digits import idx
from cnn.errors import DataError

PLACE = Path("train-images-idx3-ubyte")


def written(*shape: int, code: int = 8) -> bytes:
    """Return an idx file of the numbers 0, 1, … 255, 0, …, written by hand."""
    count = int(np.prod(shape))
    return (
        bytes([0, 0, code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + bytes(k % 256 for k in range(count))
    )


@pytest.mark.parametrize("shape", [(300,), (0,), (7, 3, 5), (2, 28, 28)])
@pytest.mark.parametrize("packed", [False, True])
def test_numbers_are_those_that_torchvision_reads(shape: tuple[int, ...], packed: bool, tmp_path: Path) -> None:
    content = written(*shape)
    plain = tmp_path / "plain" / PLACE
    plain.parent.mkdir()
    plain.write_bytes(content)
    place = tmp_path / PLACE
    if packed:
        place.with_name(f"{PLACE}.gz").write_bytes(gzip.compress(content))
    else:
        place.write_bytes(content)
    file = idx.stored(place)
    got = idx.parse(idx.content_of(file), file)
    assert got.flags.writeable  # torch warns of a tensor of memory that cannot be written
    np.testing.assert_array_equal(got, (np.arange(np.prod(shape)) % 256).reshape(shape))
    if 0 not in shape:
        mnist = pytest.importorskip("torchvision.datasets.mnist", reason="torchvision is not installed")
        np.testing.assert_array_equal(got, mnist.read_sn3_pascalvincent_tensor(str(plain)).numpy())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no idx file"),
        (b"\0\0\x08", "is no idx file"),
        (b"\0\0\x08\0", "is no idx file"),
        (written(3)[:7], "is no idx file"),
        (written(3, code=9), "is no idx file"),
        (b"\x01" + written(3)[1:], "is no idx file"),
        (written(4, 5)[:-1], "holds 19 numbers where its header says 4 × 5"),
        (written(4, 5) + b"\0", "holds 21 numbers where its header says 4 × 5"),
    ],
)
def test_what_is_no_idx_file_is_said_to_be_none(content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        idx.parse(content, PLACE)
    assert str(caught.value).startswith(str(PLACE))


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(written(300))[:-9]])
def test_a_damaged_compressed_file_is_named(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / f"{PLACE}.gz"
    file.write_bytes(content)
    assert idx.stored(tmp_path / PLACE) == file
    with pytest.raises(DataError, match=rf"{PLACE}\.gz is damaged"):
        idx.content_of(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"{PLACE} cannot be read: No such file"):
        idx.content_of(tmp_path / PLACE)


def test_mnist_is_read_as_torchvision_reads_it_and_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    mnist = pytest.importorskip("torchvision.datasets", reason="torchvision is not installed").MNIST
    theirs = [mnist(str(mnist_folder()), train=train) for train in (True, False)]
    from cnn.digits.datasets import load_mnist

    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        monkeypatch.setitem(sys.modules, name, None)  # to import it is an error
    ours = load_mnist(mnist_folder())
    for part, their in zip((ours.train, ours.test), theirs, strict=True):
        assert torch.equal(part.images, their.data)
        assert torch.equal(part.labels, their.targets)
        assert part.labels.dtype == their.targets.dtype
