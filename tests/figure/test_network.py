"""The network drawn for slides: what stands in the picture, read back by an XML parser and by eyes for colours."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from outside import IMPORTED

from sheetgen import build, load, override
from sheetgen.cli import cli
from sheetgen.figure.marks import shown
from sheetgen.page import style
from sheetgen.page.page import Cell
from sheetgen.show import drawing as drawing_of

SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str, **values: float) -> ElementTree.Element:
    """Return the drawing of a template with some numbers set."""
    return ElementTree.fromstring(drawing_of(override(load(name), values=values), "svg"))


def edges(root: ElementTree.Element) -> dict[str, tuple[str, float]]:
    """Return the colour and the width of each line, by what it stands for."""
    return {
        str(line.findtext(f"{SVG}title")): (line.get("stroke", ""), float(line.get("stroke-width", "")))
        for line in root.iter(f"{SVG}line")
    }


def test_neurons_are_circles_around_their_names_and_values() -> None:
    root = drawn("mazur")
    circles = {str(circle.findtext(f"{SVG}title")): circle for circle in root.iter(f"{SVG}ellipse")}
    assert set(circles) == {"i1", "i2", "h1", "h2", "a_h1", "a_h2", "o1", "o2", "a_o1", "a_o2", "E1", "E2", "E_total"}
    place = {name: float(circle.get("cx", "")) for name, circle in circles.items()}
    assert place["i1"] < place["h1"] < place["a_h1"] < place["o1"] < place["a_o1"] < place["E1"] < place["E_total"]
    published = {"h1": "0.3775", "a_h1": "0.5933", "a_o1": "0.7514", "a_o2": "0.7729", "E_total": "0.2984"}
    for name, value in published.items():  # as Mazur prints them
        circle = circles[name]
        middle, bottom, height = (float(circle.get(key, "")) for key in ("cx", "cy", "ry"))
        inside = [
            text.text
            for text in root.iter(f"{SVG}text")
            if float(text.get("x", "")) == middle and abs(float(text.get("y", "")) - bottom) < height
        ]
        assert inside == [name, value]


def test_an_edge_is_as_thick_as_its_weight_and_has_the_colour_of_its_sign() -> None:
    found = edges(drawn("mlp-2-2-2", w1=-0.8, w2=0.1, w3=0.4))
    w1, w2, w3 = (found[alt] for alt in ("i1 → h1, w1", "i2 → h1, w2", "i1 → h2, w3"))
    assert w1[0] != w2[0] == w3[0]
    assert w2[1] < w3[1] < w1[1]


def test_it_has_the_edges_and_circles_of_the_sheet(tmp_path: Path) -> None:
    """The same ones as the drawing of Start, the first sheet, has in the file."""
    path = tmp_path / "book.xlsx"
    build(override(load("xor"), iterations=2), path, verify=False)
    with zipfile.ZipFile(path) as package:
        related = package.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
        (drawing,) = set(re.findall(r"drawings/drawing\d+\.xml", related))
        shapes = re.findall(r'name="(?:Edge|Neuron) \d+" descr="([^"]*)"', package.read(f"xl/{drawing}").decode())
    root = drawn("xor")
    in_picture = [str(mark.findtext(f"{SVG}title")) for kind in ("line", "ellipse") for mark in root.iter(SVG + kind)]
    assert sorted(in_picture) == sorted(shapes)


@pytest.mark.parametrize(
    ("number", "text"), [(0.0, "0.0000"), (0.15, "0.1500"), (-1e-7, "-1.0E-07"), (123456.0, "1.2E+05"), ("a→b", "a→b")]
)
def test_numbers_are_shown_as_the_sheet_shows_them(number: float | str, text: str) -> None:
    assert shown(Cell(number, style.Style(number=style.SHORT))) == text


def test_a_png_has_the_colours_of_the_drawing(tmp_path: Path) -> None:
    images = pytest.importorskip("PIL.Image", reason="the extra cnn is not installed")
    path = tmp_path / "xor.png"
    done = CliRunner().invoke(cli, ["show", "xor", "--format", "png", "-o", str(path)])
    assert (done.exit_code, done.output) == (0, "")
    image = images.open(io.BytesIO(path.read_bytes()))
    root = drawn("xor")
    assert image.size == pytest.approx([2 * float(root.get(side, "")) for side in ("width", "height")], abs=1)
    raw = image.tobytes()
    pixels = set(zip(raw[::3], raw[1::3], raw[2::3], strict=True))
    colours = {mark.get("stroke", "") for kind in ("line", "ellipse") for mark in root.iter(SVG + kind)}
    assert len(colours) > 3
    assert {tuple(bytes.fromhex(colour[1:])) for colour in colours} <= pixels


def show(*words: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "sheetgen", "show", *words],
        capture_output=True, timeout=60, cwd=folder, env={"PYTHONPATH": str(IMPORTED)},
    )  # fmt: skip


def test_a_picture_may_be_piped(tmp_path: Path) -> None:
    images = pytest.importorskip("PIL.Image", reason="the extra cnn is not installed")
    assert images.open(io.BytesIO(show("--format", "png", folder=tmp_path).stdout)).format == "PNG"
    piped = show("--format", "svg", folder=tmp_path).stdout
    assert ElementTree.fromstring(piped).tag == f"{SVG}svg"
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "xor.svg"
    words = ["show", "xor", "--format", "svg", "-o", str(path)]
    path.write_text("mine")
    done = CliRunner().invoke(cli, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"sheetgen: {path} exists; replace it with --force, or name another file with -o\n"
    assert path.read_text() == "mine"
    assert CliRunner().invoke(cli, [*words, "--force"]).exit_code == 0
    assert path.read_text().startswith("<svg")


def test_without_pillow_a_png_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    done = CliRunner().invoke(cli, ["show", "xor", "--format", "png", "-o", str(tmp_path / "a.png")])
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("sheetgen: a PNG needs Pillow")
    assert line.endswith("install it (pip install pillow), or take --format svg")
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_is_not_given_a_png(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgen.cli._shown_in_a_terminal", lambda: True)
    done = CliRunner().invoke(cli, ["show", "xor", "--format", "png"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "sheetgen: a terminal shows no PNG; name a file with -o\n"
