"""What is asked of a study besides its numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import ODD

from sheetgen import loads
from sheetgen.network.graph import BASE_RATE, POSITION, RATE, SAMPLE
from sheetgen.network.optimizers import Choice
from sheetgen.network.study import Study, Variant, variant

STUDY = loads(ODD)
ADAM = Choice("adam", {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8})


def with_samples(count: int, batch: int) -> Study:
    return replace(STUDY, samples={"x1": (0.5,) * count}, batch=batch)


@pytest.mark.parametrize(("batch", "position"), [(2, POSITION), (6, SAMPLE)])
def test_the_place_in_a_batch_is_the_sample_where_a_batch_has_all(batch: int, position: str) -> None:
    study = with_samples(6, batch)
    assert study.position == position
    assert position in study.graph.names


def test_variants_that_differ_in_their_rates_share_their_settings() -> None:
    assert len(STUDY.variants) == 2
    assert STUDY.shares_settings


@pytest.mark.parametrize(
    "other",
    [
        variant(0.05, ADAM),
        variant(0.05, schedule=Choice("exponential", {"gamma": 0.9})),
    ],
    ids=["optimiser", "schedule"],
)
def test_another_optimiser_or_schedule_has_settings_of_its_own(other: Variant) -> None:
    assert not replace(STUDY, variants=(STUDY.variants[0], other)).shares_settings


def test_a_schedule_only_starts_from_the_rate_of_a_variant() -> None:
    assert STUDY.rate_name == RATE
    scheduled = replace(STUDY, variants=(variant(0.05, schedule=Choice("exponential", {"gamma": 0.9})),))
    assert (scheduled.scheduled, scheduled.rate_name) == (True, BASE_RATE)


def test_rows_and_constants_count_the_samples_of_every_batch() -> None:
    study = with_samples(6, 3)
    assert (study.count, study.rows) == (6, (study.iterations + 1) * 3)
    assert study.constants(1) == {RATE: 0.05, "samples": 6.0, "batch": 3.0}
    assert study.at_sample(4)["x1"] == 0.5
