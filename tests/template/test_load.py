"""Templates: what they become, and one clear error for each way to get one wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from networks import GOOD

from sheetgen import TemplateError, load, loads


def test_the_seed() -> None:
    study = load()
    assert load("mlp-2-2-2") == study
    assert (study.name, study.workbook, study.iterations) == ("mlp-2-2-2", "backprop.xlsx", 100)
    assert study.rates == (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)
    assert [v.sheet for v in study.variants] == ["lr 0.1", "lr 0.2", "lr 0.5", "lr 0.8", "lr 1.0", "lr 2.0"]
    weights = dict(zip((f"w{k}" for k in range(1, 9)), (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55), strict=True))
    assert study.values == {"i1": 0.05, "i2": 0.1, "t1": 0.01, "t2": 0.99, **weights}
    assert study.equations["h1"] == "w1*i1 + w2*i2"
    assert study.rows == 101


def test_a_small_one() -> None:
    study = loads(GOOD, "folder/small.toml")
    assert (study.name, study.title, study.workbook) == ("small", "A small network", "small.xlsx")
    assert study.rates == (0.5, 2.0)
    assert study.values == {"x": 0.5, "t": 0.3, "w": 0.4}


def test_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(path) == loads(GOOD, str(path))
    assert load(path).name == "mine"


# (what to replace, by what) in GOOD -> (the line blamed, words of the message)
BAD = [
    ("w*x", "w*q", 15, "h uses 'q', which is declared nowhere"),
    ("sigmoid(h)", "sigmoid(hh)", 16, "y uses 'hh', which is declared nowhere; did you mean 'h'?"),
    ('h = "w*x"', 'h = "w*x + y"', 15, "the equations go round in a circle: h → y → h"),
    ("sigmoid(h)", "swish(h)", 16, "y: there is no function 'swish' (column 1); the functions are where, exp, ln"),
    ("sigmoid(h)", "h > 0", 16, "y: '>' stands at column 3; a comparison can only be the first operand of where"),
    ("sigmoid(h)", "silu(" * 20 + "h" + ")" * 20, 16, "the formula of y is longer than the 8,192 characters of a cell"),
    ("sigmoid(h)", "floor(h)", 12, "w does not influence the loss E, so it cannot be trained"),
    ('h = "w*x"', 'relu = "w*x"', 15, "'relu' cannot be told from the function relu()"),
    ("sigmoid(h)", "sigmoid(h", 16, "y: the equation ends at column 10 where ')' was expected"),
    ("sigmoid(h)", "3 $ h", 16, "y: '$' at column 3 is not part of an equation"),
    ("sigmoid(h)", "", 16, "y: the equation is empty"),
    ("sigmoid(h)", "0.1234567890123456789*h", 16, "y: 0.12345678901234568 is no number a formula can hold"),
    ("sigmoid(h)", "1e-320*h", 16, "is no number a formula can hold"),
    ('y = "sigmoid(h)"', "y = 3", 16, 'y must be an equation in quotes, such as y = "w1*i1 + w2*i2"'),
    ("x = 0.5", "x = 0.5\nx = 0.6", 7, "'x' is declared twice; keep one"),
    ("w = 0.4", "w = 0.4\nX = 1", 13, "'X' is already declared as 'x' in [inputs], line 6 (spreadsheets take no"),
    ("w = 0.4", "w = 0.4\nx = 1", 13, "'x' is already declared as 'x' in [inputs], line 6; rename one"),
    ('h = "w*x"', 'w = "w*x"', 15, "'w' is already declared as 'w' in [parameters], line 12; rename one"),
    ("x = 0.5", "x = ", 6, "this is not TOML"),
    ("x = 0.5", "", 15, "h uses 'x', which is declared nowhere"),
    ("[loss]\nE", "[metrics]\nE", 2, "the template has rates, iterations and no [loss], so there is nothing to train"),
    ("rates = [0.5, 2]\niterations = 3\n", "", None, "iterations must be a whole number"),
    ("[parameters]\nw = 0.4", "", None, "the table [parameters] is missing or empty"),
    ("[inputs]\nx = 0.5", 'inputs = "x"', 5, "'inputs' must be a table: a line [inputs], then one quantity"),
    ("w = 0.4", "w = nan", 12, "w must be a finite number that a cell can hold, not nan"),
    ("w = 0.4", "w = -inf", 12, "w must be a finite number that a cell can hold, not -inf"),
    ("w = 0.4", "w = 1e308", 12, "w must be a finite number that a cell can hold, not 1e+308"),
    ("w = 0.4", "w = 5e-324", 12, "w must be a finite number that a cell can hold, not 5e-324"),
    ("w = 0.4", "w = 1" + "0" * 400, 12, "w must be a finite number that a cell can hold, not an integer of 401"),
    ("w = 0.4", "w = 1" + "0" * 5000, None, "this is not TOML"),
    ("w = 0.4", 'w = "0.4"', 12, "w must be a number, not '0.4'"),
    ("w = 0.4", "w = true", 12, "w must be a number, not True"),
    ("w = 0.4", "w = 2024-01-01", 12, "w must be a number, not datetime.date(2024, 1, 1)"),
    ("rates = [0.5, 2]", "", None, "rates must be a list of at least one learning rate"),
    ("rates = [0.5, 2]", "rates = []", 2, "rates must be a list of at least one learning rate"),
    ("rates = [0.5, 2]", "rates = 0.5", 2, "rates must be a list of at least one learning rate"),
    ("rates = [0.5, 2]", "rates = [0.5, -1]", 2, "a learning rate must be greater than 0, not -1.0"),
    ("rates = [0.5, 2]", "rates = [1, 1.0]", 2, "the learning rate 1.0 is listed twice"),
    ("rates = [0.5, 2]", "rates = [inf]", 2, "a learning rate must be a finite number"),
    ("rates = [0.5, 2]", f"rates = {list(range(1, 300))}", 2, "299 learning rates are too many"),
    ("rates = [0.5, 2]", "rates = " + "[" * 9999 + "]" * 9999, None, "its brackets nest too deeply"),
    ("iterations = 3", "", None, "iterations must be a whole number from 1 to 1,048,571 (a sheet's rows), not nothing"),
    ("iterations = 3", "iterations = 0", 3, "iterations must be a whole number from 1 to 1,048,571"),
    ("iterations = 3", "iterations = 1048572", 3, "iterations must be a whole number from 1 to 1,048,571"),
    ("iterations = 3", "iterations = 2.5", 3, "iterations must be a whole number"),
    ("iterations = 3", "iterations = true", 3, "iterations must be a whole number"),
    ("iterations = 3", 'iterations = 3\nfrozen = ["v"]', 4, "frozen names 'v', which is no parameter; there are w"),
    ("iterations = 3", 'iterations = 3\nfrozen = ["ww"]', 4, "'ww', which is no parameter; did you mean 'w'?"),
    ("w = 0.4", "w = 0.4\nSigmoid = 1", 13, "'Sigmoid' cannot be told from the function sigmoid()"),
    ("w = 0.4", "w = 0.4\nexp = 1", 13, "'exp' cannot be told from the function exp()"),
    ("w = 0.4", "w = 0.4\nlambda = 1", 13, "'lambda' is a reserved word"),
    ("w = 0.4", "w = 0.4\niteration = 1", 13, "'iteration' is a reserved word"),
    ("w = 0.4", 'w = 0.4\n"η" = 1', 13, "'η' is a reserved word"),
    ("w = 0.4", 'w = 0.4\n"a b" = 1', 13, "'a b' cannot name a quantity; use letters, digits and _"),
    ("w = 0.4", 'w = 0.4\n"w²" = 1', 13, "'w²' cannot name a quantity"),
    ("w = 0.4", "w = 0.4\n1w = 1", 13, "'1w' cannot name a quantity"),
    ("w = 0.4", "w = 0.4\nv = 1", 13, "v does not influence the loss E, so it cannot be trained"),
    ('E = "0.5', 'F = "y"\nE = "0.5', 20, "[loss] ends in 2 quantities (F, E); exactly one must be left"),
    ("title =", "titel =", 1, "unknown key 'titel'; did you mean 'title'?"),
    ("[targets]\nt", "[target]\nt", 8, "unknown table 'target'; did you mean 'targets'?"),
    (
        "[targets]\nt",
        "[optimizers.a]\nb = 1\n[targets]\nt",
        8,
        "unknown table 'optimizers'; did you mean 'optimisers'?",
    ),
    ('"A small network"', "7", 1, "title must be a text in quotes"),
    ('"A small network"', r'"\u0007"', 1, "title must be printable text"),
    ("[inputs]\nx = 0.5", "[inputs", 5, "this is not TOML"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), BAD, ids=lambda value: str(value)[:30])
def test_what_is_wrong_is_said(old: str, new: str, line: int | None, message: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        loads(GOOD.replace(old, new), "mine.toml")
    where = "mine.toml: " if line is None else f"mine.toml, line {line}: "
    assert str(caught.value).startswith(where)
    assert (caught.value.source, caught.value.line) == ("mine.toml", line)
    assert "\n" not in str(caught.value)


def test_a_name_longer_than_a_spreadsheet_takes_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"the name oooooooooooooooooooo… has 256 characters; use at most 255"):
        loads(GOOD.replace("h", "o" * 256))
