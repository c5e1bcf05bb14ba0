"""What a template may say of a whole batch, and every way to say it wrong."""

from __future__ import annotations

import pytest
from over_batches import all_functions, batch_norm

from sheetgen import TemplateError, loads
from sheetgen.template.write import effective_template


@pytest.mark.parametrize("text", [batch_norm(), all_functions("full")])
def test_the_effective_template_is_the_same_study(text: str) -> None:
    study = loads(text)
    again = loads(effective_template(study))
    assert (again.network, again.values) == (study.network, study.values)


MAX = "batch_max(z)"
ONE_NAME = "takes the name of one quantity, as in batch_max(h); give what it is to take an equation of its own"
WRONG = [
    (
        ("batch = 3", ""),
        "u uses batch_max(z), a number of a whole batch, and a batch here is one sample",
        "or how many",
    ),
    (("batch = 3", "batch = 1"), "a batch here is one sample", 'batch = "full"'),
    ((MAX, "batch_max(q)"), "u uses 'q', which is declared nowhere", "declare it"),
    ((MAX, "batch_max(w)"), "u uses batch_max(w), and w is a parameter, the same in every row", "write w"),
    ((MAX, "batch_max(z + 1)"), ONE_NAME, ""),
    ((MAX, "batch_max(z, u)"), ONE_NAME, ""),
    ((MAX, "batch_max(batch_mean(z))"), ONE_NAME, ""),
    ((MAX, "batch_max(previous(z))"), ONE_NAME, ""),
    ((MAX, "previous(batch_max(z))"), "previous at column 5 takes the name of one quantity", ""),
    ((MAX, "batch_min(z)"), "there is no function 'batch_min'", "batch_mean, batch_var, batch_max, batch_sum"),
    ((MAX, "batch_place(z)"), "there is no function 'batch_place'", "batch_mean, batch_var, batch_max, batch_sum"),
    ((MAX, "batch_max(own)"), "u uses 'own' of [loss]", "own to [forward]"),
    ((MAX, "batch_max(u)"), "the equations go round in a circle: u → batch_max(u) → u", "earlier"),
    (("u = ", "batch_mean = "), "'batch_mean' cannot be told from the function batch_mean()", "another name"),
    (("w = 0.7", "w = [0.7]"), "batch_max, over the rows of a batch, is for templates of numbers alone", ""),
]


@pytest.mark.parametrize(("change", "problem", "expected"), WRONG)
def test_what_does_not_fit_is_refused_in_one_line(change: tuple[str, str], problem: str, expected: str) -> None:
    text = all_functions()
    assert change[0] in text
    with pytest.raises(TemplateError) as refused:
        loads(text.replace(change[0], change[1], 1))
    said = str(refused.value)
    assert problem in said
    assert expected in said
    assert "\n" not in said


def test_a_state_and_a_batch_do_not_go_together() -> None:
    with pytest.raises(TemplateError, match="samples come one by one, and batch is 3"):
        loads(all_functions().replace(MAX, "previous(z)") + "[state]\nz = 0\n")


def test_a_rule_of_ones_own_takes_nothing_from_a_batch() -> None:
    rule = '[optimisers.mine]\nstep = "w - η*batch_mean(g)"\n'
    with pytest.raises(TemplateError, match="in those of a rule g is the mean over the batch already"):
        loads(all_functions(head='optimiser = "mine"') + rule)


def test_two_players_take_nothing_from_a_batch() -> None:
    text = all_functions()
    game = text[: text.index("[loss]")] + '[[losses]]\nname = "E1"\nloss = "(y - t)^2"\ntrains = ["w", "b"]\n'
    game += '[[losses]]\nname = "E2"\nloss = "(y + t)^2"\ntrains = ["v"]\n'
    with pytest.raises(TemplateError, match=r"u uses batch_max, a number of a whole batch, and \[\[losses\]\] are"):
        loads(game)
