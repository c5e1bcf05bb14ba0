"""What a template says of pictures: read, refused in one line with its place, and written again."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetgen import TemplateError, build, load, loads
from sheetgen.network.pictures import KINDS
from sheetgen.sheet_names import PICTURES
from sheetgen.template.shipped import template_text
from sheetgen.template.write import effective_template


def asking(template: str, more: str, top: bool = False) -> str:
    """Return a shipped template that asks for pictures, before its data or at its top."""
    text = template_text(template)
    if top:
        return f"{more}\n{text}"
    table = "[data]" if "\n[data]\n" in text else "[inputs]"
    return text.replace(f"\n{table}\n", f"\n{more}\n\n{table}\n", 1)


@pytest.mark.parametrize(
    ("template", "more"),
    [
        ("xor", '[[pictures]]\nkind = "gradients"'),
        ("xor", '[[pictures]]\nkind = "regions"\n[[pictures]]\nkind = "confusion"\nclasses = ["no", "yes"]'),
        (
            "mlp-2-2-2",
            '[[pictures]]\nkind = "path"\nx = "w5"\ny = "w6"\n[[pictures]]\nkind = "path"\nx = "w1"\ny = "w2"',
        ),
    ],
)
def test_pictures_are_written_as_they_were_read(template: str, more: str) -> None:
    study = loads(asking(template, more))
    assert study.pictures is not None
    assert [picture.kind for picture in study.pictures] == [
        line.split('"')[1] for line in more.splitlines() if line.startswith("kind")
    ]
    assert loads(effective_template(study)).pictures == study.pictures


def test_none_are_wanted(tmp_path: Path) -> None:
    study = loads(asking("mlp-2-2-2", "pictures = []", top=True))
    assert loads(effective_template(study)).pictures == ()
    built = build(study, tmp_path / "none.xlsx")
    assert built.ok
    assert built.sheets == build(load("mlp-2-2-2"), tmp_path / "some.xlsx", verify=False).sheets - 1
    assert f"'{PICTURES}'!" not in effective_template(study)


def test_a_path_of_two_of_many_weights_is_proven(tmp_path: Path) -> None:
    study = loads(asking("mazur", '[[pictures]]\nkind = "path"\nx = "w5"\ny = "b2"'))
    assert build(study, tmp_path / "path.xlsx").ok


@pytest.mark.parametrize(
    ("template", "more", "message"),
    [
        ("xor", '[[pictures]]\nkind = "region"', "the kind of a picture must be one of line, regions"),
        ("xor", '[[pictures]]\nkind = "region"', "did you mean 'regions'?"),
        ("xor", '[[pictures]]\nx = "w1"', "the kind of a picture must be one of"),
        ("xor", '[[pictures]]\nkind = "weights"\ncolour = "red"', "unknown key 'colour' in [pictures.0]"),
        ("xor", '[[pictures]]\nkind = "line"', "line needs a network of one input, and this one has 2"),
        ("dead-relu", '[[pictures]]\nkind = "regions"', "regions needs a network of two inputs, and this one has 1"),
        ("mazur", '[[pictures]]\nkind = "regions"', "regions needs more samples than inputs, and there are 1"),
        ("xor", '[[pictures]]\nkind = "path"', "path needs two trained parameters"),
        ("xor", '[[pictures]]\nkind = "path"\nx = "w1"\ny = "w2"', "path over several samples"),
        ("mazur", '[[pictures]]\nkind = "path"\nx = "w1"', "a path names x and y, or neither"),
        ("mazur", '[[pictures]]\nkind = "path"\nx = "w1"\ny = "w1"', "x and y of a path are both 'w1'"),
        ("mazur", '[[pictures]]\nkind = "path"\nx = "w1"\ny = "w9"', "y of a path must be a parameter, not 'w9'"),
        ("mazur", '[[pictures]]\nkind = "path"\nx = "w1"\ny = ["w2"]', "y of a path must be a parameter, not ['w2']"),
        ("xor", '[[pictures]]\nkind = "weights"\nx = "w1"', "x says nothing of the picture weights"),
        ("xor", '[[pictures]]\nkind = "weights"\n[[pictures]]\nkind = "weights"', "is listed twice"),
        ("xor", '[[pictures]]\nkind = "confusion"\nclasses = ["a"]', "classes must be a list of 2 printable texts"),
        ("dead-relu", '[[pictures]]\nkind = "filters"', "filters needs inputs that fill a square, such as 16 or 64"),
        ("mazur", '[[pictures]]\nkind = "confusion"', "confusion needs several samples"),
        ("linear-regression", '[[pictures]]\nkind = "confusion"', "confusion needs targets of 0 and 1"),
        ("xor", "[pictures]\nkind = 3", "pictures must be a list of tables"),
        ("xor", "pictures = 3", "pictures must be a list of tables"),
    ],
)  # fmt: skip
def test_a_wrong_picture_is_told_with_its_place(template: str, more: str, message: str) -> None:
    text = asking(template, more, top=more == "pictures = 3")
    with pytest.raises(TemplateError) as error:
        loads(text, "my.toml")
    line = str(error.value)
    assert message in line
    assert "\n" not in line
    number = int(line.removeprefix("my.toml, line ").split(":")[0])
    assert text.splitlines()[number - 1] in more.splitlines()


def test_every_kind_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "template.md").read_text("utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []
