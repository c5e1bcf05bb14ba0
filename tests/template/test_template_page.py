"""The page on templates names every row of the tables, with its defaults."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from tracing import trace

from sheetgen import build, load, loads, override
from sheetgen.algebra.ops import activations, functions, losses_in_layers
from sheetgen.algebra.over_batch import WRITTEN
from sheetgen.errors import TemplateError
from sheetgen.network.optimizers import OPTIMIZERS, SCHEDULES, Optimizer, Schedule
from sheetgen.show import equations
from sheetgen.template.quantity_names import RESERVED
from sheetgen.template.stack.kinds import KINDS
from sheetgen.template.tensors.numbers import INITS
from sheetgen.template.write import effective_template
from sheetgen.tensors.composites import COMPOSITES
from sheetgen.tensors.functions import FUNCTIONS
from sheetgen.tensors.lower import KNOWN_FUNCTIONS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "template.md").read_text("utf-8")


_OF_TORCH = {"anneal_strategy", "cycle_momentum"}
"""Settings of torch that the page names only to say which of its schedules ours is."""


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the rows of the table under a column heading; a bar in a cell is escaped."""
    lines = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    assert lines, f"the page has no table under {heading!r}"
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]


def test_every_function() -> None:
    assert set(re.findall(r"`(\w+)\(", "".join(row[0] for row in rows("Function")))) == set(functions())


def test_every_word_that_is_no_name() -> None:
    (text,) = re.findall(r"function of numbers \(above\),(.*?)and the reserved words", PAGE, re.DOTALL)
    words = re.findall(r"`([^`]+)`", text)
    assert set(words) == RESERVED | {"previous", *WRITTEN}
    text = 'rates = [1]\niterations = 1\n[inputs]\n"{}" = 1\n[parameters]\nw = 1\n[forward]\ny = "w"\n[loss]\nE = "y"\n'
    loads(text.format("x"))
    for word in words:
        with pytest.raises(TemplateError, match=f"'?{word}'? (is a reserved word|cannot be told from|stands in)"):
            loads(text.format(word))


@pytest.mark.parametrize(
    ("key", "names"),
    [("activation", {*activations(), "softmax"}), ("loss", set(losses_in_layers()))],
)
def test_every_word_of_layers(key: str, names: set[str]) -> None:
    (text,) = (row[1] for row in rows("key") if row[0].strip() == f"`{key}`")
    assert set(re.findall(r"`(\w+)`", text)) == names


@pytest.mark.parametrize(
    ("heading", "table"), [("optimiser", OPTIMIZERS), ("schedule", SCHEDULES)], ids=["optimisers", "schedules"]
)
def test_every_method_and_its_defaults(heading: str, table: Mapping[str, Optimizer | Schedule]) -> None:
    documented: set[str] = set()
    for names, settings in rows(heading):
        for name in re.findall(r"`([\w-]+)`", names):
            documented.add(name)
            known = table[name].settings
            for key, default in re.findall(r"`(\w+) = ([^`]+)`", settings):
                assert known[key].default == float(default), (name, key)
            if "the same" not in settings:
                assert set(re.findall(r"`(\w+)(?: = [^`]+)?`", settings)) - _OF_TORCH == set(known)
    assert documented == set(table)


def test_every_function_of_tensors_and_its_options() -> None:
    text = "".join(row[0] for row in rows("function of tensors"))
    assert set(re.findall(r"`(\w+)\(", text)) == set(KNOWN_FUNCTIONS)
    for name, options in re.findall(r"`(\w+)\(([^`]*)\)`", text):
        known = FUNCTIONS[name].options if name in FUNCTIONS else COMPOSITES[name].options if name in COMPOSITES else {}
        told = dict(re.findall(r"(\w+)=([^,)]+)", options))
        assert "…" in options or set(told) == set(known), name
        for option, default in told.items():
            assert default == "…" or ast.literal_eval(default) == known[option], (name, option)


def test_every_way_to_draw_a_tensor() -> None:
    told = {name for row in rows("init") for name in re.findall(r"`(\w+)`", row[0])}
    assert told == set(INITS)


def block(first_line: str) -> str:
    """Return the listing that begins with a line."""
    listings = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (found,) = [listing for listing in listings if listing.startswith(first_line)]
    return str(found)


def test_the_example_of_tensors_is_built_and_learns(tmp_path: Path) -> None:
    path = tmp_path / "xor.toml"
    path.write_text(block('title = "Exclusive or, four samples at once"'), "utf-8")
    study = load(path)
    built = build(override(study, iterations=5), tmp_path / "xor.xlsx")
    assert built.report is not None
    assert built.report.ok, built.report.diffs[:3]
    assert {"H_0_2", "∂E/∂H_0_2", "H_pre_3_0", "X_3_1", "v_2"} <= set(study.network.names)
    (chunk,) = trace(study, [0])
    last = dict(zip(study.graphs[0].names, chunk.rows[0][-1], strict=True))
    assert last["accuracy"] == 1
    assert last["E"] < 0.2


def test_what_the_page_says_is_refused_is_refused_so(tmp_path: Path) -> None:
    path = tmp_path / "xor.toml"
    path.write_text(block('title = "Exclusive or, four samples at once"').replace("X @ W + b", "X @ W.T + b"), "utf-8")
    with pytest.raises(TemplateError) as caught:
        load(path)
    assert str(caught.value).replace(str(path), "xor.toml") in " ".join(PAGE.split())


def test_every_kind_of_layer_and_its_options() -> None:
    told = set()
    for kinds, reads, options, _ in rows("kind | reads"):
        for kind in re.findall(r"`(\w+)`", kinds) + re.findall(r"`(conv\w+)`", reads):
            told.add(kind)
            said = set(re.findall(r"`(\w+)\b", options))
            assert set(KINDS[kind].options) - {"init", "scale"} <= said, kind
    assert told == set(KINDS)


def test_layers_become_what_the_page_says() -> None:
    effective = effective_template(loads(block('title = "A word\'s next letter"')))
    assert block('[forward]\n"h1[0]"') in effective


def test_the_example_of_ones_own_rules_is_built_and_learns(tmp_path: Path) -> None:
    study = loads(block('rates = [0.1]\niterations = 50\noptimiser = "mine"'))
    built = build(study, tmp_path / "mine.xlsx")
    assert built.report is not None
    assert built.report.ok, built.report.diffs[:3]
    assert {"n[all weights]", "c[a]", "v[b]", "η"} <= set(study.graph.names)
    (chunk,) = trace(study)
    first, last = (dict(zip(study.graph.names, chunk.rows[0][row], strict=True)) for row in (0, -1))
    assert last["E"] < 0.01 * first["E"]
    assert last["η"] == pytest.approx(0.1 / (1 + 0.1 * 50))


def test_every_function_over_a_batch() -> None:
    assert re.findall(r"`(\w+)\(", "".join(row[0] for row in rows("over a batch"))) == list(WRITTEN)


def test_the_whole_batch_is_as_the_page_says(tmp_path: Path) -> None:
    section = PAGE.partition("## The whole batch")[2].partition("\n## ")[0]
    example = re.search(r"```toml\n(.*?)```", section, re.DOTALL)
    said = re.search(r"  ```\n(.*?)  ```", section, re.DOTALL)
    assert example
    assert said
    study = loads(example[1])
    shown = " ".join(equations(study, "text").split())
    assert all(" ".join(line.split()) in shown for line in re.split(r"\n  (?=\S)", said[1].rstrip()))
    assert "batch_mean(z): =AVERAGE(N5:N8)" in equations(study, "excel")
    built = build(override(study, iterations=4), tmp_path / "w.xlsx")
    assert built.report is not None
    assert built.report.ok, built.report.diffs[:3]
    (chunk,) = trace(study)
    first, last = (dict(zip(study.graph.names, chunk.rows[0][place], strict=True)) for place in (3, -1))
    assert last["mean E"] < first["mean E"] / 4


def test_the_row_above_is_as_the_page_says() -> None:
    section = PAGE.partition("## The row above")[2].partition("\n## ")[0]
    example = re.search(r"```toml\n(.*?)```", section, re.DOTALL)
    said = re.search(r"  ```\n(.*?)  ```", section, re.DOTALL)
    assert example
    assert said
    study = loads(example[1])
    shown = equations(study, "text").splitlines()
    assert [line for line in said[1].splitlines() if line not in shown] == []
    ((first, *_, last),) = ([row[study.graph.position["E"]] for row in chunk.rows[0]] for chunk in trace(study))
    assert first != last
    assert loads(example[1].replace(section[section.index("h = { start") :].splitlines()[0], "h = 0")).network.states
