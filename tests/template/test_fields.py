"""Inputs and targets of several numbers: tensors, classes and texts, in files and in typed rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetgen import load, loads
from sheetgen.errors import TemplateError
from sheetgen.network.study import Study
from sheetgen.template.write import effective_template

HEAD = "rates = [0.1]\niterations = 2\n[data]\n"
PIXELS = '[parameters]\nw = 1\n[forward]\ny = "w*sum(x[0] - x[1])"\n[loss]\nE = "(t - y)^2"\n'
CLASSES = '[parameters]\nw = 1\n[forward]\ny = "w*x + t[0] - t[1]"\n[loss]\nE = "y^2"\n'
TEXTS = '[parameters]\nw = 1\n[forward]\ny = "w*sum(x[0] - x[-1])"\n[loss]\nE = "y^2"\n'


def read(folder: Path, data: str, rest: str, file: str | None = None, encoding: str = "utf-8") -> Study:
    """Return the study of a template beside whose text a file ``d.csv`` may lie."""
    if file is not None:
        (folder / "d.csv").write_text(file, encoding)
        data = f'file = "d.csv"\n{data}'
    (folder / "t.toml").write_text(f"{HEAD}{data}{rest}", "utf-8")
    return load(folder / "t.toml")


def refused(folder: Path, data: str, rest: str, file: str | None = None) -> str:
    """Return the one line with which it is refused."""
    with pytest.raises(TemplateError) as caught:
        read(folder, data, rest, file)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{folder / 't.toml'}, ")


# --- columns of a file as one tensor ---

SQUARE = 'inputs = { x = { columns = ["p0 … p3"], shape = [2, 2] } }\ntargets = ["t"]\n'


@pytest.mark.parametrize(
    ("data", "file"),
    [
        (SQUARE, "p0,p1,p2,p3,t\n1,2,3,4,0\n5,6,7,8.5,1\n"),
        (SQUARE, "t;p3;p2;p1;p0\n0;4;3;2;1\n1;8,5;7;6;5\n"),
        (SQUARE.replace("p0 … p3", "p0 .. 3"), "p0,p1,p2,p3,t\n1,2,3,4,0\n5,6,7,8.5,1\n"),
        (SQUARE.replace('"p0 … p3"', '"p0", "p1 ... p2", "p3"'), "p0,p1,p2,p3,t\n1,2,3,4,0\n5,6,7,8.5,1\n"),
        (SQUARE.replace("p0 … p3", "p08 … p11"), "p08,p09,p10,p11,t\n1,2,3,4,0\n5,6,7,8.5,1\n"),
        (
            SQUARE.replace("p0 … p3", "1 … 4").replace('["t"]', '{ t = "6" }') + "header = false\n",
            "1,2,3,4,9,0\n5,6,7,8.5,9,1\n",
        ),
        (SQUARE + "header = false\n", "1,2,3,4,0\n5,6,7,8.5,1\n"),
        (SQUARE + 'separator = ";"\ndecimal = ","\n', "p0;p1;p2;p3;t\n1;2;3;4;0\n5;6;7;8,5;1\n"),
    ],
)
def test_columns_are_read_row_by_row_into_a_shape(tmp_path: Path, data: str, file: str) -> None:
    study = read(tmp_path, data, PIXELS, file)
    assert study.samples == {
        "x_0_0": (1.0, 5.0),
        "x_0_1": (2.0, 6.0),
        "x_1_0": (3.0, 7.0),
        "x_1_1": (4.0, 8.5),
        "t": (0.0, 1.0),
    }
    assert study.tensors is not None
    assert study.tensors.given["x"].shape == (2, 2)
    assert loads(effective_template(study), "t").samples == study.samples


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[2, 2]", "[2, 3]", "line 5: x has 4 columns, which do not fill its shape 2×3; 6 are needed"),
        ("[2, 2]", "[2, 0]", "line 5: x: shape must be a list of whole numbers, such as [4, 4]"),
        ("[2, 2]", "4", "line 5: x: shape must be a list of whole numbers, such as [4, 4]"),
        ("p0 … p3", "p3 … p0", "line 5: x: 'p3 … p0' is no span of columns; write it as \"p0 … p15\""),
        ("p0 … p3", "p0 … q3", "line 5: x: 'p0 … q3' is no span of columns; write it as \"p0 … p15\""),
        ("p0 … p3", "p0 … p99999999999", "line 5: x has 100,000,000,000 elements; a sheet has 16,384 columns"),
        ("p0 … p3", "p1 … p4", "line 4: d.csv has no column 'p4'; there are p0, p1, p2, p3, t"),
        ("columns = [", "colums = [", "line 5: x has no key 'colums'; did you mean 'columns'?"),
        (
            "{ columns = [",
            '{ column = "p0", columns = [',
            "line 5: x has column and columns; keep one",
        ),
        ('["p0 … p3"]', "[1]", 'line 5: x: columns must be a list of texts, such as ["x1", "x2"]'),
        (
            'columns = ["p0 … p3"], ',
            "",
            'line 5: x must say what it is read from: column = "kind", or columns = ["p0 … p15"]',
        ),
    ],
)
def test_columns_that_fill_no_shape_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = refused(tmp_path, SQUARE.replace(old, new), PIXELS, "p0,p1,p2,p3,t\n1,2,3,4,0\n")
    assert found.startswith(message)


def test_what_names_many_columns_stays_short(tmp_path: Path) -> None:
    data = 'inputs = { x = { columns = ["p0 … p255"] } }\n'
    file = f"{','.join(f'q{k}' for k in range(256))}\n{','.join('0' * 256)}\n"
    assert refused(tmp_path, data, PIXELS, file).endswith("d.csv has no column 'p0'; there are q0, q1, … q255")
    found = refused(tmp_path, f"{data}rows = [[1, 2]]\n", PIXELS)
    assert found.endswith("row 1 of [data] has 2 values; expected 256: p0, p1, … p255")


def test_a_cell_that_is_no_number_is_told_with_its_line_and_column(tmp_path: Path) -> None:
    found = refused(tmp_path, SQUARE, PIXELS, "p0,p1,p2,p3,t\n1,2,3,4,0\n1,2,,4,0\n")
    assert found.startswith("line 4: d.csv, line 3 has a hole: p2 is empty")
    found = refused(tmp_path, SQUARE, PIXELS, "p0,p1,p2,p3,t\n1,2,3,4,0\n1,2,dark,4,0\n")
    assert found.startswith("line 4: d.csv, line 3: p2 must be a number, not 'dark'")


# --- tensors in typed rows ---


@pytest.mark.parametrize(
    "data",
    [
        'inputs = ["x"]\ntargets = ["t"]\nrows = [[[[1, 2], [3, 4]], 0], [[[5, 6], [7, 8]], 1]]\n',
        'inputs = { x = { shape = [2, 2] } }\ntargets = ["t"]\nrows = [[1, 2, 3, 4, 0], [5, 6, 7, 8, 1]]\n',
        f"{SQUARE}rows = [[1, 2, 3, 4, 0], [5, 6, 7, 8, 1]]\n",
        'inputs = { x = {} }\ntargets = ["t"]\nrows = [\n  [[[1, 2],\n    [3, 4]], 0],\n [[[5, 6], [7, 8]], 1]]\n',
    ],
)
def test_typed_rows_hold_tensors(tmp_path: Path, data: str) -> None:
    study = read(tmp_path, data, PIXELS)
    assert [study.samples[name] for name in ("x_0_1", "x_1_0", "t")] == [(2.0, 6.0), (3.0, 7.0), (0.0, 1.0)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("inputs = { x = { shape = [2, 2] } }\nrows = [[1, 2, 3]]\n", "line 5: row 1 of [data] has 3 values"),
        (
            'inputs = ["x"]\nrows = [[[1, 2]], [[1, 2, 3]]]\n',
            "line 5: row 2 of [data]: x has the shape 3, and in row 1 it is 2",
        ),
        ('inputs = ["x"]\nrows = [[[1, 2]], [7]]\n', "line 5: row 2 of [data]: x has the shape a number"),
        ('inputs = ["x"]\nrows = [[[[1, 2], [1]]]]\n', "line 5: x in row 1 of [data] has rows of unlike lengths"),
        ('inputs = ["x"]\nrows = [[[]]]\n', "line 5: x in row 1 of [data] has rows of unlike lengths, or none"),
        ('inputs = ["x"]\nrows = [[[1, "a"]]]\n', "line 5: row 1 of [data]: x must be a number, not 'a'"),
        (
            'inputs = ["x", "x_1"]\nrows = [[[1, 2], 3]]\n',
            "line 4: 'x_1' has an element 'x_1', which is declared already",
        ),
        ('inputs = ["x"]\ntargets = ["x"]\nrows = [[1, 2]]\n', "line 5: 'x' is an input and a target"),
        ('inputs = { x = "p" }\nrows = [[1]]\n', "line 4: inputs pairs a name with a column of the file"),
    ],
)
def test_typed_rows_of_unlike_shapes_are_refused(tmp_path: Path, data: str, message: str) -> None:
    assert refused(tmp_path, data, PIXELS).startswith(message)


# --- classes ---

KINDS = 'targets = { t = { column = "kind", classes = ["cat", "dog", "1,5"] } }\n'
UNNAMED = KINDS.replace('column = "kind", ', "")


@pytest.mark.parametrize(
    ("data", "file"),
    [
        (f'inputs = ["x"]\n{KINDS}', "x,kind\n1.5,dog\n2,cat\n"),
        (f'inputs = ["x"]\n{KINDS}', "kind;x\n dog ;1,5\ncat;2\n"),
        (f'inputs = ["x"]\n{KINDS}rows = [[1.5, "dog"], [2, "cat"]]\n', None),
        (f'inputs = ["x"]\n{UNNAMED}rows = [[1.5, "dog"], [2, "cat"]]\n', None),
    ],
)
def test_a_class_is_1_at_its_own_place(tmp_path: Path, data: str, file: str | None) -> None:
    samples = read(tmp_path, data, CLASSES, file).samples
    assert samples == {"x": (1.5, 2.0), "t_0": (0.0, 1.0), "t_1": (1.0, 0.0), "t_2": (0.0, 0.0)}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2,cat", "2,cats", "line 4: d.csv, line 3: kind is 'cats', which is none of the classes; did you mean 'cat'?"),
        ("2,cat", "2,", "line 4: d.csv, line 3: kind is empty; fill it"),
        ('["cat", "dog", "1,5"]', '["cat"]', "line 6: t: expected a list of at least two words, each once"),
        ('["cat", "dog", "1,5"]', '["cat", "cat"]', "line 6: t: expected a list of at least two words, each once"),
        ('["cat", "dog", "1,5"]', '"cat"', "line 6: t: expected a list of at least two words, each once"),
        ("classes", 'characters = "ab", classes', "line 6: t has classes and characters; keep one"),
        ("classes", "shape = [3], classes", "line 6: t: the shape of classes and of characters follows from them"),
        ('column = "kind"', 'columns = ["x", "kind"]', "line 6: t: the shape of classes and of characters follows"),
        ('column = "kind"', "column = 2", "line 6: t must say what it is read from"),
    ],
)
def test_what_is_no_class_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    data, file = f'inputs = ["x"]\n{KINDS}', "x,kind\n1.5,dog\n2,cat\n"
    assert refused(tmp_path, data.replace(old, new), CLASSES, file.replace(old, new)).startswith(message)


def test_a_label_may_stand_beside_tensors(tmp_path: Path) -> None:
    data = 'inputs = ["x"]\nlabel = "kind"\nclasses = ["cat", "dog"]\nrows = [[[1, 2], "dog"], [[3, 4], "cat"]]\n'
    rest = '[parameters]\nw = 1\n[forward]\ny = "w*sum(x)*stack(t1, t2)"\n[loss]\nE = "sum(y^2)"\n'
    assert read(tmp_path, data, rest).samples == {
        "x_0": (1.0, 3.0),
        "x_1": (2.0, 4.0),
        "t1": (0.0, 1.0),
        "t2": (1.0, 0.0),
    }


# --- texts ---

WORDS = 'inputs = { x = { column = "word", characters = "ab " } }\n'


@pytest.mark.parametrize(
    ("data", "file"),
    [
        (WORDS, "word,n\nab,1\nb ,2\n"),
        (f"{WORDS}header = false\n".replace('"word"', '"1"'), "ab,1\nb ,2\n"),
        (f'{WORDS}rows = [["ab"], ["b "]]\n', None),
        ('inputs = { x = { characters = "ab " } }\nrows = [["ab"], ["b "]]\n', None),
    ],
)
def test_a_text_has_a_row_for_each_of_its_characters(tmp_path: Path, data: str, file: str | None) -> None:
    study = read(tmp_path, data, TEXTS, file)
    assert study.samples == {
        "x_0_0": (1.0, 0.0),
        "x_0_1": (0.0, 1.0),
        "x_0_2": (0.0, 0.0),
        "x_1_0": (0.0, 0.0),
        "x_1_1": (1.0, 0.0),
        "x_1_2": (0.0, 1.0),
    }
    assert study.tensors is not None
    assert study.tensors.given["x"].shape == (2, 3)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ('["ab"], ["abb"]', "line 5: row 2 of [data]: word has 3 characters, and the first row has 2"),
        (
            '["ab"], ["ac"]',
            "line 5: row 2 of [data]: word is 'ac', whose 'c' is none of the characters; there are 'ab '",
        ),
        ('["ab"], [""]', "line 5: row 2 of [data]: word is empty"),
        ('["ab"], [7]', "line 5: row 2 of [data]: word must be a text in quotes, not 7"),
        (f'["{"a" * 9000}"]', "line 5: row 1 of [data]: word has 9,000 characters; a sheet has 16,384 columns for all"),
    ],
)
def test_texts_that_do_not_fit_are_refused(tmp_path: Path, words: str, message: str) -> None:
    assert refused(tmp_path, f"{WORDS}rows = [{words}]\n", TEXTS).startswith(message)


SINGLE = """rates = [0.1]
iterations = 2
[inputs]
x = { text = "hello", characters = "helo" }
[targets]
t = { class = "dog", classes = ["cat", "dog"] }
[parameters]
w = 1
[forward]
y = "w*sum(x[0])"
[loss]
E = "sum((t - y)^2)"
"""


def test_a_text_and_a_class_may_be_typed_as_the_only_sample() -> None:
    values = loads(SINGLE).values
    assert [values[f"x_2_{place}"] for place in range(4)] == [0.0, 0.0, 1.0, 0.0]
    assert [values[f"x_4_{place}"] for place in range(4)] == [0.0, 0.0, 0.0, 1.0]
    assert [values[f"t_{place}"] for place in range(2)] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"hello"', '"hallo"', "line 4: x: text is 'hallo', whose 'a' is none of the characters; there are 'helo'"),
        ('"hello"', "7", "line 4: x: text must be a text in quotes, beside characters"),
        ('text = "hello", ', "", "line 4: x: text must be a text in quotes, beside characters"),
        (', characters = "helo"', "", 'line 4: x has text, and no characters; such as characters = "helo"'),
        (', characters = "helo"', ', shape = [3], characters = "helo"', "line 4: x has no key 'shape'"),
        (
            'class = "dog"',
            'class = "dg"',
            "line 6: t: class is 'dg', which is none of the classes; did you mean 'dog'?",
        ),
    ],
)
def test_a_typed_text_that_does_not_fit_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(SINGLE.replace(old, new), "t.toml")
    assert str(caught.value).startswith(f"t.toml, {message}")
