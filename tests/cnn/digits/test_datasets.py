"""Data and augmentation, against Pillow and torchvision."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from outside import mnist_folder

from cnn.errors import DataError, UsageError
from cnn.training.recipe import FAST, SEED

pytest.importorskip("torch", reason="torch is not installed")
import torch

pytest.importorskip("torchvision", reason="torchvision is not installed")
pytest.importorskip("PIL", reason="Pillow is not installed")

from PIL import Image

from cnn.digits import datasets, idx, parts
from cnn.digits.synthetic import draw
from cnn.training import augment

ANGLES = st.floats(-180, 180, allow_nan=False)
NUMBERED = np.random.default_rng(3).integers(2, 256, (28, 28), dtype=np.uint8)


def pixels_by_table(
    matrices: torch.Tensor, shifts: torch.Tensor, picture: NDArray[np.uint8], fill: int
) -> NDArray[np.uint8]:
    table = augment.source_pixels(matrices, shifts)[0].numpy()
    return np.asarray(np.append(picture.ravel(), fill)[table].reshape(28, 28), np.uint8)


@given(ANGLES)
@example(176.2344194109939)
@settings(max_examples=300, deadline=None)
def test_a_rotation_picks_the_pixels_that_pillow_picks(angle: float) -> None:
    want = np.asarray(Image.fromarray(NUMBERED).rotate(angle, Image.Resampling.NEAREST, fillcolor=1))
    degrees = torch.tensor([angle], dtype=torch.float64)
    got = pixels_by_table(augment.rotations(degrees), torch.zeros(1, 2, dtype=torch.float64), NUMBERED, 1)
    np.testing.assert_array_equal(got, want)


@given(st.integers(0, 10_000))
@settings(max_examples=100, deadline=None)
def test_a_random_map_picks_the_pixels_that_pillow_picks(seed: int) -> None:
    recipe = replace(FAST, shift=3.0, scale=0.2, shear=0.2)
    matrices, shifts = augment.random_maps(recipe, 1, torch.Generator().manual_seed(seed))
    (a, b), (d, e) = matrices[0].tolist()
    c, f = (14 + shifts[0] - 14 * matrices[0].sum(-1)).tolist()
    want = Image.fromarray(NUMBERED).transform((28, 28), Image.Transform.AFFINE, (a, b, c, d, e, f), fillcolor=1)
    np.testing.assert_array_equal(pixels_by_table(matrices, shifts, NUMBERED, 1), np.asarray(want))


def test_random_maps_stay_within_what_the_recipe_allows() -> None:
    recipe = replace(FAST, shift=2.0, scale=0.1, shear=0.2)
    matrices, shifts = augment.random_maps(recipe, 4000, torch.Generator().manual_seed(1))
    angles = torch.atan2(matrices[:, 1, 0], matrices[:, 0, 0]) * 180 / torch.pi
    assert 9.9 < angles.max() <= 10
    assert -10 <= angles.min() < -9.9
    assert 1.9 < shifts.abs().max() <= 2
    assert abs(float(angles.mean())) < 0.4
    along, across = matrices[:, :, 0], matrices[:, :, 1]
    scales = along.norm(dim=1) - 1
    assert 0.098 < scales.max() <= 0.1 + 1e-12
    assert -0.1 - 1e-12 <= scales.min() < -0.098
    torch.testing.assert_close(torch.linalg.det(matrices), (1 + scales) ** 2)
    shears = (along * across).sum(1) / along.norm(dim=1)
    assert 0.196 < shears.max() <= 0.2 + 1e-12
    assert -0.2 - 1e-12 <= shears.min() < -0.196


def test_a_whole_batch_by_table_is_each_picture_by_one_of_the_maps() -> None:
    images = torch.randint(2, 256, (5, 28, 28), dtype=torch.uint8)
    table = augment.source_pixels(*augment.random_maps(FAST, FAST.maps or 0, torch.Generator().manual_seed(7)))
    got = augment.by_table(FAST, torch.device("cpu"), torch.Generator().manual_seed(7))(images)
    for picture, result in zip(images, got, strict=True):
        filled = torch.cat([picture.flatten(), torch.tensor([1], dtype=torch.uint8)])
        every = parts.normalize(filled[table].view(-1, 28, 28))
        assert (every == result).flatten(1).all(1).any()


def test_the_maps_of_a_recipe_without_distortion_are_chosen_as_ever() -> None:
    """The results of docs/results.md are those of exactly these random numbers."""
    images = torch.randint(2, 256, (50, 28, 28), dtype=torch.uint8)
    ours, ref = (torch.Generator().manual_seed(7) for _ in "ab")
    table = augment.source_pixels(*augment.random_maps(FAST, 1024, ref))
    changing = augment.by_table(FAST, torch.device("cpu"), ours)
    for _ in range(3):
        rows = table[torch.randint(1024, (50,), generator=ref)].numpy()
        filled = np.pad(images.flatten(1).numpy(), ((0, 0), (0, 1)), constant_values=1)
        want = np.take_along_axis(filled, rows, 1).reshape(50, 28, 28)
        assert torch.equal(changing(images), parts.normalize(torch.from_numpy(want)))


def test_a_recipe_says_how_many_maps_there_are() -> None:
    images = torch.from_numpy(NUMBERED).expand(200, 28, 28)
    for count in (1, 3):
        changed = augment.by_table(replace(FAST, maps=count), torch.device("cpu"), torch.Generator())(images)
        assert len({tuple(picture.flatten().tolist()) for picture in changed}) == count


def test_normalising_is_what_torchvision_does() -> None:
    from torchvision import transforms

    change = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    got = parts.normalize(torch.from_numpy(NUMBERED)[None])[0]
    torch.testing.assert_close(got, change(Image.fromarray(NUMBERED)), rtol=0, atol=1e-6)


def test_the_published_pipeline_turns_each_picture_by_its_own_angle() -> None:
    images = torch.from_numpy(NUMBERED).expand(6, 28, 28)
    torch.manual_seed(1)
    got = augment.by_pil(SEED, torch.device("cpu"))(images)
    assert got.shape == (6, 1, 28, 28)
    assert len({tuple(changed.flatten().tolist()) for changed in got}) == 6


def test_drawn_digits_are_the_same_each_time_and_in_the_form_of_mnist() -> None:
    first, second = draw(200, 100), draw(200, 100)
    assert first.fingerprint == second.fingerprint
    assert first.name == "synthetic"
    assert (len(first.train), len(first.test)) == (200, 100)
    assert first.train.labels.bincount().tolist() == [20] * 10
    images = first.train.images.double()
    centre = (images.sum(1) @ torch.arange(28.0, dtype=torch.float64)) / images.sum((1, 2))
    assert (centre - 14).abs().max() <= 0.51


def test_held_out_pictures_are_no_longer_in_training_and_always_the_same() -> None:
    digits = draw(300, 50)
    numbered = replace(digits, train=parts.Part(torch.arange(300)[:, None, None], digits.train.labels))
    split = datasets.hold_out(numbered, 60)
    assert split.validation is not None
    kept, held = (set(part.images.flatten().tolist()) for part in (split.train, split.validation))
    assert kept | held == set(range(300))
    assert not kept & held
    assert len(held) == 60
    again = datasets.hold_out(numbered, 60).validation
    assert again is not None
    assert torch.equal(again.images, split.validation.images)
    with pytest.raises(UsageError, match="--val 300"):
        datasets.hold_out(numbered, 300)


@pytest.mark.parametrize("count", [1, 60, 299])
def test_the_end_is_held_out_in_a_row_and_nothing_of_it_stays(count: int) -> None:
    digits = draw(300, 50)
    numbered = replace(digits, train=parts.Part(torch.arange(300)[:, None, None], torch.arange(300)))
    split = datasets.hold_out(numbered, count, "end")
    assert split.validation is not None
    for part, rows in ((split.train, range(300 - count)), (split.validation, range(300 - count, 300))):
        assert part.images.flatten().tolist() == part.labels.tolist() == list(rows)
    assert split.test is digits.test
    for wrong in (-1, 300):
        with pytest.raises(UsageError, match=f"--val {wrong}"):
            datasets.hold_out(numbered, wrong, "end")


def test_offline_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.datasets import MNIST

    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(DataError, match=r"could not be downloaded .*--data synthetic") as caught:
        datasets.load_mnist(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("there", [None, "a", "a/b", "a/b/MNIST/raw"])
def test_a_download_that_fails_leaves_no_folder_that_was_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str | None
) -> None:
    from torchvision.datasets import MNIST

    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    if there:
        (tmp_path / there).mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match="could not be downloaded"):
        datasets.load_mnist(tmp_path / "a" / "b")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_was_downloaded_before_the_failure_stays(tmp_path: Path, error: type[BaseException]) -> None:
    raw = tmp_path / "a" / "MNIST" / "raw"

    def download() -> None:
        with datasets.no_empty_folders(raw):
            raw.mkdir(parents=True)
            (raw / "train-images-idx3-ubyte").write_bytes(b"1")
            raise error

    with pytest.raises(error):
        download()
    assert (raw / "train-images-idx3-ubyte").exists()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    raw = mnist_folder() / "MNIST" / "raw"
    copy = tmp_path / "MNIST" / "raw"
    copy.mkdir(parents=True)
    for name in idx.MNIST:
        (copy / name).symlink_to(raw / name)
    (copy / "t10k-labels-idx1-ubyte").unlink()
    content = bytearray((raw / "t10k-labels-idx1-ubyte").read_bytes())
    content[5000] ^= 1
    (copy / "t10k-labels-idx1-ubyte").write_bytes(content)
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte is damaged"):
        datasets.load_mnist(tmp_path)


def test_mnist_is_mnist() -> None:
    digits = datasets.load_digits("mnist", mnist_folder(), validation=5000)
    assert (len(digits.train), len(digits.validation or ()), len(digits.test)) == (55_000, 5000, 10_000)
    assert digits.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    last = datasets.load_digits("mnist", mnist_folder(), validation=5000, held_out_from="end")
    images = idx.parse(idx.content_of(file := idx.stored(idx.raw_folder(mnist_folder()) / next(iter(idx.MNIST)))), file)
    assert last.validation is not None
    assert (last.train.images.numpy() == images[:-5000]).all()
    assert (last.validation.images.numpy() == images[-5000:]).all()
    assert digits.validation is not None
    whole = digits.train.images.double().sum() + digits.validation.images.double().sum()
    assert float(whole / (60_000 * 784 * 255)) == pytest.approx(0.1307, abs=5e-5)
