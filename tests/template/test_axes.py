"""The table [axes]: its words are what elements are called by, in every cell that names one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from engine_routes import needs_uno
from tracing import trace

from sheetgen import TemplateError, build, engines, loads, verify
from sheetgen.sheet_names import EQUATIONS, EXPLORER, INPUTS
from sheetgen.sheets.layout import FIRST_ROW, LABEL_ROW
from sheetgen.sheets.picks import word, word_of
from sheetgen.template.write import effective_template
from sheetgen.tensors.naming import Naming
from sheetgen.tensors.tree import Span

TEMPLATE = """
title = "Words"
rates = [0.1]
iterations = 2

[axes]
word = ["the", "cat", "sat"]
kind = ["noun", "verb"]
tensors = ["X[:, word]", "W[word, kind]", "P[:, kind]", "h[word]", "T[:, kind]"]

[inputs]
X = [[1, 0, 0], [0, 1, 0]]

[targets]
T = [[1, 0], [0, 1]]

[parameters]
W = [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]

[forward]
P = "softmax(X @ W)"
"h[0]" = "W.T[0, 0]*2"
"h[i] for i in 1..2" = "h[i-1]*P[1]"

[loss]
E = "sum(cce(P, T)) + 0.01*sum(W^2) + sum(h[1]^2)"
"""
IN_DATA = """
title = "Words in data"
rates = [0.1]
iterations = 2
[axes]
side = ["left", "right"]
tensors = ["x[side]", "w[side]"]
[data]
inputs = ["x"]
targets = ["t"]
rows = [[[1, 2], 0], [[3, 4], 1]]
[parameters]
w = [0.1, 0.2]
[forward]
y = "x @ w"
[loss]
E = "(y - t)^2"
"""


READ = (
    TEMPLATE.replace('"T[:, kind]"]', '"T[:, kind]", "said = kind", "asked = word"]')
    .replace("+ sum(h[1]^2)", "+ sum(h[1]^2) + 0*sum(asked)")
    .replace("[targets]", "asked = [2, 0]\n[targets]")
    .replace("[loss]", 'said = "argmax(P)"\n[loss]')
)


def test_elements_are_called_by_words() -> None:
    study = loads(TEMPLATE)
    row = dict(zip(study.graph.names, next(iter(trace(study, [0]))).rows[0][0], strict=True))
    values = {**study.values, **row}
    w = np.array([[values[f"W_{word}_{kind}"] for kind in ("noun", "verb")] for word in ("the", "cat", "sat")])
    assert w.tolist() == [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]
    powers = np.exp(w[:2])
    p = powers / powers.sum(axis=1, keepdims=True)
    assert [[values[f"P_{r}_{kind}"] for kind in ("noun", "verb")] for r in (0, 1)] == pytest.approx(p)
    assert [values["h_the"], values["h_cat_0"], values["h_sat_1"]] == pytest.approx(
        [0.2, 0.2 * p[1, 0], 0.2 * p[1, 1] ** 2]
    )
    assert values["∂E/∂P_0_noun"] == pytest.approx(-1 / p[0, 0])


def test_elements_of_samples_are_called_by_words() -> None:
    study = loads(IN_DATA)
    assert study.samples == {"x_left": (1, 3), "x_right": (2, 4), "t": (0, 1)}
    assert study.network.weights == ("w_left", "w_right")


@pytest.mark.parametrize("text", [TEMPLATE, IN_DATA, READ])
def test_the_effective_template_has_the_same_words(text: str) -> None:
    study, again = loads(text), loads(effective_template(loads(text)))
    assert again.graph.names == study.graph.names
    assert again.tensors is not None
    assert study.tensors is not None
    assert again.tensors.naming == study.tensors.naming
    assert again.values == study.values


def test_the_workbook_is_right_and_shows_the_words(tmp_path: Path) -> None:
    path = tmp_path / "words.xlsx"
    build(loads(TEMPLATE), path)  # proven: the reference and the engine find no difference
    book = openpyxl.load_workbook(path)
    labels = {cell.value for row in book[INPUTS].iter_rows() for cell in row}
    assert {"X_0_the", "T_1_verb", "W_sat_noun"} <= labels
    cells = engines.get("embedded").recalculate(path, 60).grid(EXPLORER, 120, 100)
    (top, left), *_ = [(r, c) for r, row in enumerate(cells) for c, value in enumerate(row) if value == "W  3×2"]
    assert [value for value in cells[top + 1][left:] if value][:2] == ["noun", "verb"]
    assert [cells[top + 2 + row][left] for row in range(3)] == ["the", "cat", "sat"]


@pytest.mark.parametrize("engine", ["embedded", pytest.param("libreoffice", marks=needs_uno)])
def test_numbers_that_stand_for_words_read_as_words(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "words.xlsx"
    study = loads(READ)
    build(study, path)
    assert verify(path, engine).ok
    row = dict(zip(study.graph.names, next(iter(trace(study, [0]))).rows[0][0], strict=True))
    words = {"said": ("noun", "verb"), "asked": ("the", "cat", "sat")}
    wanted = {name: " ".join(said[int({**study.values, **row}[f"{name}_{place}"])] for place in (0, 1))
              for name, said in words.items()}  # fmt: skip
    assert wanted == {"said": "verb noun", "asked": "sat the"}
    recalculated = engines.get(engine).recalculate(path, 120)
    explorer = recalculated.grid(EXPLORER, 120, 100)
    read = {line[1]: line[3] for line in explorer if line[1] in wanted}
    assert read == wanted
    (top, left), *_ = [(r, c) for r, line in enumerate(explorer) for c, value in enumerate(line) if value == "said  2"]
    assert [value for value in explorer[top + 2][left:] if value][:2] == ["verb", "noun"]
    shown = [[value for value in line if value is not None] for line in recalculated.grid(EQUATIONS, 200, 22)]
    assert ["verb", "noun"] in shown


def test_a_training_sheet_shows_words_behind_the_numbers_that_stand_for_them(tmp_path: Path) -> None:
    path = tmp_path / "words.xlsx"
    build(loads(READ), path, verify=False)
    sheet = openpyxl.load_workbook(path)["lr 0.1"]
    column = next(cell.column_letter for cell in sheet[LABEL_ROW] if cell.value == "said_0")
    formats = [
        (rule.formula[0], rule.dxf.numFmt.formatCode)
        for area in sheet.conditional_formatting
        for rule in area.rules
        if f"{column}{FIRST_ROW}" in area.sqref and rule.type == "cellIs" and rule.operator == "equal"
    ]
    assert formats == [("0", '0" noun"'), ("1", '0" verb"')]


def test_what_stands_for_no_word_is_its_number() -> None:
    words = ("the", "cat")
    assert [word_of(number, words) for number in (0.0, 1.0, 2.0, -1.0, 0.5)] == ["the", "cat", 2.0, -1.0, 0.5]
    assert word("A1", words) == 'IF(A1=INT(A1),IFERROR(CHOOSE(A1+1,"the","cat"),A1),A1)'


def test_words_on_equations(tmp_path: Path) -> None:
    build(loads(READ), tmp_path / "words.xlsx", verify=False)
    cells = openpyxl.load_workbook(tmp_path / "words.xlsx")[EQUATIONS].iter_rows(values_only=True)
    lines = [[value for value in line if value is not None] for line in cells]
    gradient = max(number for number, line in enumerate(lines) if line == ["noun", "verb"])
    assert [line[0] for line in lines[gradient + 1 : gradient + 4]] == ["the", "cat", "sat"]


def test_headings_of_parts() -> None:
    naming = Naming({"word": ("a", "b", "c")}, {"W": ("", "word")})
    everything = Span(None, None)
    assert naming.headings("W", (), 2) == ((), ("a", "b", "c"))
    assert naming.headings("W", (1,), 1) == (("a", "b", "c"),)
    assert naming.headings("W", (everything, Span(0, 2)), 2) == ((), ("a", "b"))
    assert naming.headings("W", (everything, Span(1, None)), 2) == ((), ("b", "c"))
    assert naming.headings("W", (everything, 1), 1) == ((),)
    assert naming.headings("V", (), 2) == ((), ())


def test_names_with_primes_have_words_too() -> None:
    text = TEMPLATE.replace('"W[word, kind]", "P[:, kind]"', '"W′[word, kind]", "P′[:, kind]", "best′ = kind"')
    text = text.replace("W =", '"W′" =').replace("P =", '"P′" =').replace("X @ W", "X @ W′").replace("cce(P", "cce(P′")
    text = text.replace("W.T", "W′.T").replace("*P[1]", "*P′[1]").replace("sum(W^2)", "sum(W′^2)")
    study = loads(text.replace("[loss]", '"best′" = "argmax(P′)"\n[loss]'))
    assert "W′_cat_noun" in study.network.names
    assert study.tensors is not None
    assert dict(study.tensors.naming.places) == {"best′": "kind"}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('"the", "cat", "sat"', '"the", "cat"', 12, "X has 3 places along axis 1, and 'word' of [axes] names 2"),
        ('"the", "cat", "sat"', '"the", "The", "sat"', 7, "word has 'the' and 'The' (spreadsheets take no notice of"),
        ('"the", "cat", "sat"', '"the", "the", "sat"', 7, "word has 'the' and 'the'; give each place a name"),
        ('"the", "cat", "sat"', '"the", "new york", "sat"', 7, "word: 'new york' cannot be part of the name"),
        ('"the", "cat", "sat"', '"the", "7", "sat"', 7, "word: '7' cannot be part of the name of a quantity; use"),
        ('"the", "cat", "sat"', '"the", "a_b", "sat"', 7, "word: 'a_b' cannot be part of the name of a quantity"),
        ('word = ["the", "cat", "sat"]', "word = []", 7, "word must be a list of names"),
        ('word = ["the", "cat", "sat"]', 'word = "the"', 7, "word in [axes] must be a list of texts"),
        ('"W[word, kind]"', '"W[words, kind]"', 9, "axis 'words', which [axes] does not name; did you mean 'word'?"),
        ('"W[word, kind]"', '"W(word, kind)"', 9, "'W(word, kind)' does not say which axes have names; write"),
        ('"W[word, kind]"', '"W[word, kind]", "W[word]"', 9, "tensors names W twice; say all its axes at once"),
        ('"P[:, kind]"', '"PP[:, kind]"', 9, "tensors names 'PP', which is no tensor; did you mean 'P'?"),
        ('"P[:, kind]"', '"P[:, :, kind]"', 21, "P is 2×2, and [axes] names 3 axes of it"),
        ("[inputs]", 'unit = ["a"]\n[inputs]', 11, "no tensor has the axis 'unit'; add one to tensors"),
        ("1..2", "1..1", 22, "h has 2 places along axis 0, and 'word' of [axes] names 3"),
        ("1..2", "1..3", 23, "h has more than 3 places along axis 0, and 'word' of [axes] names 3"),
        ("tensors = ", "tensor = ", 6, "[axes] does not say which tensors have its axes"),
        ('"P[:, kind]"', '"Y = kind"', 9, "tensors names 'Y', which is no tensor"),
        ('"P[:, kind]"', '"P = kinds"', 9, "axis 'kinds', which [axes] does not name; did you mean 'kind'?"),
        ('"P[:, kind]"', '"P = kind", "P = word"', 9, "tensors says twice what P reads as; say it once"),
        ("[parameters]", "[parameters]\nP_0_noun = 1", 22, "P and P_0_noun would both have an element P_0_noun"),
    ],
)
def test_what_is_refused(old: str, new: str, line: int, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(TEMPLATE.replace(old, new, 1), "words.toml")
    assert str(caught.value).startswith(f"words.toml, line {line}: ")
    assert message in str(caught.value)
