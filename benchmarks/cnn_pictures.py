"""How well `cnn predict` reads pictures that are not MNIST: printed digits of many fonts, and photo-like
renderings of real MNIST.

    python benchmarks/cnn_pictures.py RUN_DIRECTORY [--data-dir DIR] [--count 500]

Fonts are those that matplotlib brings along and whatever TrueType fonts the system has.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import torch
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from cnn.digits.datasets import load_digits
from cnn.digits.idx import data_folder
from cnn.digits.mnist_form import to_mnist
from cnn.digits.parts import normalize
from cnn.errors import PictureError
from cnn.runs.run import Run
from cnn.trained import trained_network

SYSTEM_FONTS = Path("/usr/share/fonts")
NO_DIGITS = (
    "DroidSansFallback",
    "LastResort",
    "STIXNon",
    "STIXSiz",
    "cmex",
    "cmsy",
    "cmmi",
    "DejaVuSansDisplay",
    "DejaVuSerifDisplay",
)


def fonts() -> list[Path]:
    shipped = Path(matplotlib.__file__).parent / "mpl-data" / "fonts" / "ttf"
    paths = [*shipped.glob("*.ttf"), *SYSTEM_FONTS.rglob("*.ttf")]
    return sorted({path.name: path for path in paths if not path.name.startswith(NO_DIGITS)}.values())


def printed(path: Path) -> Iterator[tuple[int, Image.Image]]:
    for size in (24, 60, 200):
        for paper, ink in ((255, 0), (0, 255), (225, 60)):
            for digit in range(10):
                picture = Image.new("L", (2 * size, 2 * size), paper)
                font = ImageFont.truetype(str(path), size)
                ImageDraw.Draw(picture).text((size, size), str(digit), fill=ink, font=font, anchor="mm")
                yield digit, picture


def photo(image: NDArray[np.uint8], random: Generator) -> Image.Image:
    """Return an MNIST digit as a phone would see it on paper: larger, off centre, slanting light, noise,
    blur, JPEG-like.
    """
    side = int(random.integers(300, 700))
    inner = int(side * random.uniform(0.3, 0.7))
    digit = Image.fromarray(image).resize((inner, inner), Image.Resampling.BICUBIC)
    layer = Image.new("L", (side, side))
    left, top = (int(v) for v in random.integers(0, side - inner + 1, 2))
    layer.paste(digit, (left, top))
    ink = np.asarray(layer.rotate(random.uniform(-8, 8), Image.Resampling.BILINEAR)).astype(float) / 255
    y, x = np.mgrid[0:side, 0:side] / side - 0.5
    paper = random.uniform(150, 235) + random.uniform(-50, 50) * x + random.uniform(-50, 50) * y
    values = paper * (1 - ink * random.uniform(0.45, 0.85)) + random.normal(0, random.uniform(1, 8), ink.shape)
    if random.random() < 0.5:
        values = 255 - values
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.2))


def read(model: torch.nn.Module, pictures: list[tuple[int, Image.Image]]) -> dict[int, str]:
    """Return what is misread, by the number of the picture."""
    wrong = {}
    for number, (label, picture) in enumerate(pictures):
        try:
            form = to_mnist(picture)
        except PictureError as error:
            wrong[number] = f"{number}:{label} {error.message}"
            continue
        with torch.inference_mode():
            guess = int(model(normalize(torch.from_numpy(form)[None])).argmax())
        if guess != label:
            wrong[number] = f"{number}:{label} as {guess}"
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--data-dir", default=os.environ.get("SHEETGEN_DATA"))
    parser.add_argument("--count", type=int, default=500)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, _ = trained_network(Run(options.run), "last", torch.device("cpu"))
    all_right = all_total = 0
    for path in fonts():
        pictures = list(printed(path))
        wrong = read(model, pictures)
        right = len(pictures) - len(wrong)
        all_right, all_total = all_right + right, all_total + len(pictures)
        print(f"{path.stem:<32} {right}/{len(pictures)}  {'; '.join(list(wrong.values())[:6])}", flush=True)
    print(f"{'all fonts':<32} {all_right}/{all_total}")
    test = load_digits("mnist", data_folder(options.data_dir)).test
    random = default_rng(1)
    chosen = random.choice(len(test), options.count, replace=False)
    pictures = [(int(test.labels[i]), photo(test.images[i].numpy(), random)) for i in chosen]
    wrong = read(model, pictures)
    with torch.inference_mode():
        rows = torch.from_numpy(chosen)
        plain = (model(normalize(test.images[rows])).argmax(1) == test.labels[rows]).tolist()
    print(f"photos of MNIST {options.count - len(wrong)}/{options.count}: {'; '.join(wrong.values())}")
    print(f"the same digits as MNIST has them {sum(plain)}/{options.count}")
    only = [text for number, text in wrong.items() if plain[number]]
    print(f"misread as a photo alone {len(only)}: {'; '.join(only)}")


if __name__ == "__main__":
    main()
