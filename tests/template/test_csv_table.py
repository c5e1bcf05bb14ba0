"""CSV files of every dialect give the same numbers, and what can be read in two ways is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetgen import TemplateError, load, loads
from sheetgen.network.study import Study


def study(folder: Path, content: bytes, keys: str = "", inputs: str = '["a"]', targets: str = '["y"]') -> Study:
    (folder / "d.csv").write_bytes(content)
    (folder / "t.toml").write_text(
        f'rates = [0.1]\niterations = 2\n[data]\nfile = "d.csv"\ninputs = {inputs}\ntargets = {targets}\n{keys}\n'
        '[parameters]\nw = 0.5\n[forward]\np = "w*a"\n[loss]\nE = "squared_error(p, y)"\n'
    )
    return load(folder / "t.toml")


PLAIN, GERMAN = "a,y\n0.5,1\n1.5,2\n", "a;y\n0,5;1\n1,5;2\n"


@pytest.mark.parametrize(
    ("content", "keys", "said"),
    [
        (PLAIN.encode(), "", ""),
        (PLAIN.replace(",", ";").encode(), "", "semicolons"),
        (PLAIN.replace(",", "\t").encode(), "", "tabs"),
        (PLAIN.replace(",", "|").encode(), "", "bars"),
        (GERMAN.encode(), "", "semicolons, decimal commas"),
        (GERMAN.replace("\n", "\r\n").encode("utf-8-sig"), "", "decimal commas"),
        (("sep=;\r\n" + GERMAN).encode(), "", "semicolons"),
        (GERMAN.encode("utf-16"), "", "utf-16"),
        (GERMAN.encode("utf-32"), "", "utf-32"),
        (GERMAN.encode("utf-16-le"), 'encoding = "utf-16-le"', "utf-16-le"),
        (b'a,y\n"0,5",1\n"1,5",2\n', 'decimal = ","', "decimal commas"),
        ('a;y;größe\n0,5;1;3\n1,5;2;4\n'.encode("cp1252"), "", "cp1252"),
        (b"0.5;1\n1.5;2\n", "header = false", "semicolons"),
        (PLAIN.replace(",", "~").encode(), 'separator = "~"', "'~'"),
    ],
)  # fmt: skip
def test_every_dialect_gives_the_same_numbers(tmp_path: Path, content: bytes, keys: str, said: str) -> None:
    read = study(tmp_path, content, keys)
    assert read.samples == {"a": (0.5, 1.5), "y": (1.0, 2.0)}
    assert said in read.read_as
    assert bool(read.read_as) is bool(said)


def test_columns_without_names_are_found_by_their_numbers(tmp_path: Path) -> None:
    content = b"7,0.5,1\n7,1.5,2\n"
    read = study(tmp_path, content, "header = false", '{ a = "2" }', '{ y = "3" }')
    assert read.samples == {"a": (0.5, 1.5), "y": (1.0, 2.0)}


@pytest.mark.parametrize(
    ("content", "keys", "problem"),
    [
        (b"a,a,y\n1,5,2\n", "", "d.csv has two columns 'a'; rename one"),
        (b"a;y\n1,234;1\n2,345;2\n", "", "which can be read in two ways"),
        (b"a;y\n0,5;1.5\n1,5;2\n", "", "which can be read in two ways"),
        (b'a,y\n"1,5",1\n', "", 'say decimal = ","'),
        (b"a;y\n1.234,5;1\n", 'decimal = ","', "has a point where decimals have commas"),
        (b"0.5,1\n1.5,2\n", "", "header = false"),
        (GERMAN.encode("utf-16-le"), "", 'say encoding = "utf-16-le"'),
        (PLAIN.encode(), 'encoding = "utf-99"', "there is no encoding of texts called 'utf-99'; say encoding = \"…\""),
        (PLAIN.encode(), 'encoding = "base64"', "there is no encoding of texts called 'base64'"),
        (PLAIN.replace("a", "日本").encode("shift_jis"), "", "was read as cp1252: say encoding = "),
        (PLAIN.replace("a", "重さ").encode("shift_jis"), "", "is neither UTF-8 nor cp1252: 'charmap' codec can't"),
        (b"x" * 200_000, "", "d.csv is no CSV text: field larger than field limit"),
        (PLAIN.encode(), 'decimal = "x"', 'decimal must be "." or ","'),
        (PLAIN.encode(), 'separator = ";;"', "separator must be a text of one character"),
        (PLAIN.encode(), "header = 1", "header must be true or false"),
        (PLAIN.replace(",", "~").encode(), "", 'say separator = "…"'),
        (b"", "", "is empty"),
    ],
)
def test_what_is_refused_in_one_line(tmp_path: Path, content: bytes, keys: str, problem: str) -> None:
    with pytest.raises(TemplateError) as refused:
        study(tmp_path, content, keys)
    assert problem in str(refused.value)
    assert "t.toml, line" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_first_line_longer_than_a_field_may_be_is_split_by_its_separator(tmp_path: Path) -> None:
    """Python's csv gives up on fields of more than 131,072 characters, and without its separator a line is one."""
    others = 40_000
    content = ",".join(["a", "y", *(f"c{k}" for k in range(others))]) + "\n"
    content += "".join(f"{row}{',0' * others}\n" for row in ("0.5,1", "1.5,2"))
    assert study(tmp_path, content.encode(), "").samples == {"a": (0.5, 1.5), "y": (1.0, 2.0)}


def test_what_says_how_a_file_is_written_stands_beside_one() -> None:
    text = """rates = [0.1]
iterations = 1
[data]
inputs = ["a"]
targets = ["y"]
rows = [[0.5, 1], [1.5, 2]]
decimal = ","
[parameters]
w = 1
[forward]
z = "w*a"
[loss]
E = "(z - y)^2"
"""
    with pytest.raises(TemplateError, match=r"line 7: decimal says how a file is written, and \[data\] has typed rows"):
        loads(text)
