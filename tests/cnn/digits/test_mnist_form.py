"""Pictures of digits in MNIST's form: where the digit lies, how large it is, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PIL", reason="Pillow is not installed")
pytest.importorskip("scipy", reason="SciPy is not installed")
from numpy.random import default_rng
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cnn.digits.mnist_form import centred, connected, found_in, otsu, read_digits, side_by_side, to_mnist
from cnn.digits.pictures import open_picture
from cnn.errors import PictureError


def written(
    text: str = "5", size: int = 120, paper: int = 255, ink: int = 0, side: int = 300, bold: int = 2
) -> Image.Image:
    picture = Image.new("L", (side, side), paper)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text((side * 0.4, side * 0.55), text, fill=ink, font=font, anchor="mm", stroke_width=bold)
    return picture


def mass_centre(form: NDArray[np.uint8]) -> tuple[float, float]:
    y, x = np.mgrid[0:28, 0:28]
    total = form.sum(dtype=float)
    return float((form * y).sum() / total), float((form * x).sum() / total)


def distance(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Return the mean difference in grey levels between two forms, the best of nine shifts by a pixel."""
    shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return min(float(np.abs(np.roll(first.astype(float), shift, (0, 1)) - second).mean()) for shift in shifts)


@pytest.mark.parametrize("digit", "0123456789")
def test_the_form_is_that_of_mnist(digit: str) -> None:
    form = to_mnist(written(digit))
    assert form.shape == (28, 28)
    assert form.dtype == np.uint8
    rows, columns = np.flatnonzero((form > 60).any(1)), np.flatnonzero((form > 60).any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)
    assert mass_centre(form) == pytest.approx((14.0, 14.0), abs=0.51)
    assert form.max() > 230
    assert np.median(form) == 0


def test_dark_on_light_and_the_reverse_are_the_same() -> None:
    assert distance(to_mnist(written(paper=255, ink=0)), to_mnist(written(paper=0, ink=255))) < 1.0


@pytest.mark.parametrize("size", [20, 60, 240])
def test_size_does_not_matter(size: int) -> None:
    assert distance(to_mnist(written(size=size, side=size * 3, bold=0)), to_mnist(written(bold=0))) < 13


def test_faint_ink_slanting_light_and_noise_do_not_matter() -> None:
    clean = written(paper=255, ink=0)
    y, x = np.mgrid[0:300, 0:300] / 300 - 0.5
    paper = 190 + 70 * x - 40 * y
    values = paper - 0.3 * (255 - np.asarray(clean, float)) + default_rng(1).normal(0, 4, (300, 300))
    assert distance(to_mnist(Image.fromarray(values.clip(0, 255).astype(np.uint8))), to_mnist(clean)) < 13


def test_specks_and_lines_at_the_edge_are_left_out() -> None:
    clean = written("3")
    dirty = clean.copy()
    draw = ImageDraw.Draw(dirty)
    draw.rectangle((280, 20, 283, 23), fill=0)
    draw.line((0, 295, 299, 290), fill=0, width=3)
    assert distance(to_mnist(dirty), to_mnist(clean)) < 4


def test_a_five_in_two_strokes_stays_whole() -> None:
    picture = Image.new("L", (200, 200), 255)
    draw = ImageDraw.Draw(picture)
    draw.arc((60, 80, 140, 160), 200, 500, fill=0, width=10)
    draw.line((75, 40, 75, 82), fill=0, width=10)
    draw.line((95, 38, 140, 38), fill=0, width=10)
    form = to_mnist(picture)
    assert form[:8].max() > 100
    assert len(connected(form > 60)) >= 2


def test_a_hair_line_is_thickened_until_it_shows() -> None:
    picture = Image.new("L", (800, 800), 255)
    ImageDraw.Draw(picture).line((400, 100, 380, 700), fill=0, width=3)
    form = to_mnist(picture)
    assert form.max() > 200
    assert (form > 60).sum() > 20


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (200, 30, 30)])
def test_transparency_is_background(ink: tuple[int, int, int]) -> None:
    mask = Image.fromarray(255 - np.asarray(written("7")))
    picture = Image.new("RGBA", mask.size, (*ink, 0))
    picture.putalpha(mask)
    assert distance(to_mnist(picture), to_mnist(written("7"))) < 4


def test_a_screenshot_with_clear_corners_keeps_its_paper() -> None:
    grey = written("2", paper=250)
    picture = grey.convert("RGBA")
    alpha = Image.new("L", grey.size, 255)
    ImageDraw.Draw(alpha).rectangle((0, 0, 12, 12), fill=0)
    picture.putalpha(alpha)
    assert distance(to_mnist(picture), to_mnist(grey)) < 1.5


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "CMYK", "I;16", "LA"])
def test_every_mode_is_read(mode: str, tmp_path: Path) -> None:
    grey = written("4")
    picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 40) if mode == "I;16" else grey.convert(mode)
    path = tmp_path / ("p.jpg" if mode == "CMYK" else "p.png")
    picture.save(path)
    assert distance(to_mnist(open_picture(path)), to_mnist(grey)) < 6


def test_the_camera_s_rotation_is_undone(tmp_path: Path) -> None:
    upright = written("7")
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter turn clockwise
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "p.jpg", exif=exif, quality=95)
    assert distance(to_mnist(open_picture(tmp_path / "p.jpg")), to_mnist(upright)) < 4


def reason_for(path: Path) -> str:
    forms, errors = read_digits([path])
    assert not forms
    assert len(errors) == 1
    assert str(errors[0]).startswith(str(path))
    assert "\n" not in str(errors[0])
    return errors[0].message


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    assert "No such file" in reason_for(path)
    assert "directory" in reason_for(tmp_path)
    path.write_text("seven")
    assert reason_for(path) == "not an image that can be read"
    written().save(path)
    path.write_bytes(path.read_bytes()[:300])
    assert "cannot be read" in reason_for(path)
    Image.new("L", (20_000, 30)).save(path)
    assert "20000 × 30 pixels is too large" in reason_for(path)
    Image.new("1", (20_000, 20_000)).save(path)
    assert "too large" in reason_for(path)
    Image.new("L", (50, 50), 200).save(path)
    assert "no digit found" in reason_for(path)
    speckled = Image.new("L", (300, 300), 255)
    speckled.putpixel((100, 100), 0)
    speckled.save(path)
    assert "no digit found" in reason_for(path)
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(path)
    assert "no digit found" in reason_for(path)
    noise = default_rng(1).normal(128, 3, (200, 200)).clip(0, 255).astype(np.uint8)
    Image.fromarray(noise).save(path)
    assert "no digit found" in reason_for(path)
    moving = tmp_path / "p.gif"
    written("1").save(moving, save_all=True, append_images=[written("2")])
    assert "2 frames" in reason_for(moving)


def test_one_bad_picture_does_not_hide_the_others(tmp_path: Path) -> None:
    written("8").save(tmp_path / "good.png")
    forms, errors = read_digits([tmp_path / "bad.png", tmp_path / "good.png"])
    assert [form.path for form in forms] == [tmp_path / "good.png"]
    assert len(errors) == 1


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3000, 1), (1, 700), (5, 400)])
def test_odd_shapes_are_no_digit(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError, match="no digit found"):
        to_mnist(Image.new("L", size, 255))


def test_the_shapes_of_noise_are_a_partition_of_it() -> None:
    mask = default_rng(1).random((256, 256)) > 0.8
    shapes = connected(mask)
    assert len(shapes) > 500
    places = np.concatenate(shapes)
    assert sorted(places.tolist()) == np.flatnonzero(mask).tolist()


def shapes_by_walking(mask: NDArray[np.bool_]) -> list[set[tuple[int, int]]]:
    """Return the shapes of a mask, row and column of their pixels, by walking from pixel to neighbouring pixel."""
    pixels = [(int(row), int(column)) for row, column in np.argwhere(mask)]
    unseen, shapes = set(pixels), []
    for start in pixels:
        shape, front = set(), {start} & unseen
        while front:
            shape |= front
            unseen -= front
            around = {(row + y, column + x) for row, column in front for y in (-1, 0, 1) for x in (-1, 0, 1)}
            front = around & unseen
        if shape:
            shapes.append(shape)
    return shapes


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.4, 0.6, 0.9, 1.0])
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (17, 23), (60, 60)])
def test_shapes_are_those_that_one_finds_by_walking(share: float, size: tuple[int, int]) -> None:
    for seed in range(5):
        mask = default_rng(seed).random(size) < share
        shapes = [{divmod(int(place), size[1]) for place in places} for places in connected(mask)]
        assert shapes == shapes_by_walking(mask)


def test_shapes_come_in_reading_order_of_their_first_pixel() -> None:
    mask = np.zeros((9, 9), bool)
    mask[4:, 0] = mask[8, :8] = mask[2:9, 7] = True  # one shape, whose first pixel lies on its right
    mask[3, 2:5] = mask[0, 8] = mask[6, 3] = True
    assert [divmod(int(places[0]), 9) for places in connected(mask)] == [(0, 8), (2, 7), (3, 2), (6, 3)]


def test_otsu_parts_two_heaps() -> None:
    random = default_rng(1)
    values = np.concatenate([random.normal(40, 5, 900), random.normal(180, 9, 100)]).clip(0, 255)
    assert 60 < otsu(values) < 150


def test_centring_moves_whole_pixels_and_loses_none() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[2:5, 20:24] = 200
    moved = centred(image)
    assert moved.sum() == image.sum()
    assert mass_centre(moved) == pytest.approx((14, 14), abs=0.51)
    assert centred(np.zeros((28, 28), np.uint8)).sum() == 0


def test_shapes_touch_at_corners_too() -> None:
    mask = np.array([[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 1]], bool)
    assert [shape.tolist() for shape in connected(mask)] == [[0, 5], [7, 11]]


@pytest.mark.parametrize(("text", "digits"), [("7", 1), ("5", 1), ("42", 2), ("105", 3), ("8 8", 2)])
def test_digits_beside_one_another_are_counted(text: str, digits: int) -> None:
    picture = Image.new("L", (90 * len(text) + 60, 200), 255)
    font = ImageFont.load_default(120)
    ImageDraw.Draw(picture).text((picture.width // 2, 100), text, fill=0, font=font, anchor="mm")
    assert found_in(picture).digits == digits


def test_strokes_of_one_digit_and_specks_are_no_further_digits() -> None:
    mask = np.zeros((100, 100), bool)
    mask[20:40, 30:34] = mask[44:80, 30:34] = True  # a one, broken
    assert side_by_side(mask) == 1
    mask[20:24, 40:70] = True  # a flag as of a five, low
    assert side_by_side(mask) == 1
    mask[20:80, 60:64] = True
    assert side_by_side(mask) == 2
