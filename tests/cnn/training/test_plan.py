"""The plan of a training: from the options of the command, and back to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cnn.errors import UsageError
from cnn.training.plan import Plan, TrainOptions, new_plan, options_of, refuse_changes
from cnn.training.recipe import BEST, FAST

GIVEN = TrainOptions("seed", "best", 3, 64, 0.5, 0.0, 0, 100, "end", 2, "synthetic", None, "cpu", 4, True)
OTHER = TrainOptions("rf20", "fast", 4, 65, 0.25, 0.5, 1, 101, "random", 3, "mnist", None, "cuda", 5, False)


def test_options_not_given_leave_the_default() -> None:
    assert new_plan(TrainOptions()) == Plan("rf20", FAST)
    assert new_plan(TrainOptions(recipe="best", lr=0.5)) == Plan("rf20", replace(BEST, learning_rate=0.5))


def test_a_plan_is_described_by_the_options_it_was_made_of() -> None:
    assert options_of(new_plan(GIVEN)) == GIVEN


def test_beside_resume_no_option_may_say_otherwise() -> None:
    plan = new_plan(GIVEN)
    refuse_changes(plan, GIVEN)
    refuse_changes(plan, TrainOptions(data_dir="elsewhere"))
    for option, value in vars(OTHER).items():
        if value is None:
            continue
        recorded = vars(GIVEN)[option]
        with pytest.raises(UsageError, match=f"with --{option.replace('_', '-')} {recorded}: leave that option out"):
            refuse_changes(plan, TrainOptions(**{option: value}))


def test_a_place_to_hold_out_from_needs_pictures_held_out() -> None:
    assert new_plan(TrainOptions(val=10, val_from="end")).validation_from == "end"
    for options in (TrainOptions(val_from="end"), TrainOptions(val=0, val_from="end")):
        with pytest.raises(UsageError, match=r"^--val-from end needs --val; say how many"):
            new_plan(options)
