"""[state]: what a template says of quantities that the next row goes on from, and every way to say it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from states import elman, lstm

from sheetgen import TemplateError, cli, load, loads
from sheetgen.network.graph import State
from sheetgen.template.write import effective_template


def changed(*pairs: tuple[str, str]) -> str:
    text = elman()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


SAID = 'h = { start = 0.2, reset = "never", gradient = "cut" }'


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("h = 0.2", State("h")),
        ("h = { start = 0.2 }", State("h")),
        (SAID, State("h")),
        ('h = { start = 0.2, reset = "epoch" }', State("h", resets=True)),
        ('h = { start = 0.2, gradient = "one step" }', State("h", learns=True)),
    ],
)
def test_a_state_goes_on_and_is_cut_unless_it_says_otherwise(said: str, state: State) -> None:
    study = loads(changed((SAID, said)))
    assert study.network.states == (state,)
    assert study.starts == {"start(h)": 0.2}


@pytest.mark.parametrize("text", [elman(), elman("epoch", "one step"), lstm(of_c="cut")])
def test_the_effective_template_is_the_same_study(text: str) -> None:
    study = loads(text)
    again = loads(effective_template(study))
    assert (again.network, again.values) == (study.network, study.values)


STATE = f"[state]\n{SAID}"
WRONG = [
    ((STATE, ""), "z uses previous(h), and h has no start", "add [state] h = 0"),
    (("previous(h) + b", "previous(k) + b"), "z uses previous(k), and k is declared nowhere", "z, h, y"),
    (("previous(h) + b", "previous(w) + b"), "previous(w), and w is a number of [parameters]", "[forward]"),
    (("previous(h) + b", "previous(x) + b"), "previous(x), and x is a column of [data]", "[forward]"),
    (("previous(h) + b", "previous(E) + b"), "previous(E), and E is a quantity of [loss]", "[forward]"),
    (("previous(h) + b", "previous(2*h) + b"), "previous at column 9 takes the name of one quantity", "previous(h)"),
    (("previous(h) + b", "previous(h, x) + b"), "takes the name of one quantity", "previous(h)"),
    (("previous(h) + b", "previous(previous(h)) + b"), "takes the name of one quantity", "an equation of its own"),
    ((SAID, f"{SAID}\nw = 0"), "[state] has 'w', which is a number of [parameters]", "[forward]"),
    ((SAID, f"{SAID}\nk = 0"), "[state] has 'k', which is declared nowhere", "[forward]"),
    ((SAID, f"{SAID}\ny = 0"), "[state] has 'y', and no equation uses previous(y)", "write previous(y)"),
    ((SAID, "h = {}"), "h has no start in [state]", "start = 0"),
    ((SAID, "h = 'zero'"), "the start of h must be a number", ""),
    ((SAID, "h = { start = true }"), "the start of h must be a number", ""),
    ((SAID, "h = { start = 0, rest = 'epoch' }"), "unknown key 'rest' in [state]", "did you mean 'reset'"),
    ((SAID, "h = { start = 0, reset = 'batch' }"), "reset of h must be \"never\" or \"epoch\"", "'batch'"),
    ((SAID, "h = { start = 0, gradient = 2 }"), 'gradient of h must be "cut" or "one step"', "2"),
    (("iterations = 17", "iterations = 17\nbatch = 2"), "previous(h) is of the row above", "batch"),
    (("iterations = 17", 'iterations = 17\nbatch = "full"'), "and batch is 5", "set it to 1"),
    (("iterations = 17", "iterations = 17\nshuffle = 3"), "and shuffle draws another", "remove shuffle"),
    (('z = "w*x', 'h2 = "h"\nz = "h2 + w*x'), "the equations go round in a circle", "only earlier quantities"),
    (("[parameters]", "[parameters]\nprevious = 1"), "'previous' cannot be told from the function", "another name"),
    ((STATE, "state = 3\n"), "'state' must be a table", ""),
]  # fmt: skip


@pytest.mark.parametrize(("pair", "problem", "remedy"), WRONG, ids=[problem for _, problem, _ in WRONG])
def test_what_is_wrong_is_told_in_one_line(pair: tuple[str, str], problem: str, remedy: str) -> None:
    text = changed(pair)
    if "state = 3" in text:
        text = "state = 3\n" + text.replace("state = 3\n", "")
    with pytest.raises(TemplateError) as caught:
        loads(text)
    message = str(caught.value)
    assert problem in message
    assert remedy in message
    assert "\n" not in message


def test_a_weight_of_the_row_above_alone_is_told_as_such() -> None:
    """With one step of gradient it influences the loss, through the row above, but not that of its own row."""
    text = changed((SAID, 'h = { start = 0.2, gradient = "one step" }'), ("v*h", "v*previous(h)"))
    with pytest.raises(TemplateError, match="w does not influence the loss E of its own row, so it cannot be trained"):
        loads(text)


def test_a_single_sample_has_no_epochs_to_begin_anew_with() -> None:
    text = elman("epoch").replace(elman()[elman().index("[data]") : elman().index("[parameters]")], "")
    with pytest.raises(TemplateError, match="with one sample every row is an epoch"):
        loads(text + "\n[inputs]\nx = 1\n[targets]\nt = 0.5\n")


def test_tensors_have_no_row_above_yet() -> None:
    text = '''rates = [1]\niterations = 1
[inputs]\nx = [1, 2]\n[parameters]\nW = [1, 2]\n[state]\nh = 0\n[forward]\nh = "W*x + previous(h)"
[loss]\nE = "sum(h)"'''
    with pytest.raises(TemplateError) as caught:
        loads(text)
    assert "previous" in str(caught.value)
    assert "numbers" in str(caught.value)


def test_the_command_line_says_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "elman.toml"
    path.write_text(changed((SAID, "h = { start = 0, reset = 'batch' }")), "utf-8")
    with pytest.raises(SystemExit) as stopped:
        cli.main(["build", str(path)])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert f"elman.toml, line {changed().splitlines().index('[state]') + 2}" in error
    assert not list(tmp_path.glob("*.xlsx"))


def test_a_seed_template_has_no_states() -> None:
    assert load().network.states == ()
