"""The loop: it learns, repeats itself to the bit, and goes on after a stop as if there had been none."""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

pytest.importorskip("torch", reason="torch is not installed")
import torch

pytest.importorskip("PIL", reason="Pillow is not installed")

from cnn.digits.datasets import hold_out
from cnn.digits.parts import Digits, normalize
from cnn.digits.synthetic import draw
from cnn.errors import TrainingError, UsageError
from cnn.net.first_block import FirstBlock
from cnn.net.networks import NETWORKS
from cnn.runs.examination import examine, score_of
from cnn.runs.metrics import Epoch, Silent, best_epoch, rank
from cnn.training.fit import out_of_patience
from cnn.training.optimizers import optimizers
from cnn.training.plan import Plan
from cnn.training.processes import Processes
from cnn.training.recipe import FAST, SEED, Recipe
from cnn.training.stop import Stop, stop_on_interrupt
from cnn.training.train import Trainer

CPU = torch.device("cpu")
SHORT = replace(FAST, epochs=3, batch_size=20)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def small() -> Digits:
    return draw(600, 200)


def new_trainer(recipe: Recipe = SHORT, seed: int = 1, digits: Digits | None = None, net: str = "rf20") -> Trainer:
    return Trainer(NETWORKS[net], recipe, digits or small(), seed, CPU, Processes())


def trained(recipe: Recipe = SHORT, seed: int = 1, net: str = "rf20") -> Trainer:
    trainer = new_trainer(recipe, seed, net=net)
    for _ in range(recipe.epochs):
        trainer.run_epoch(Silent())
    return trainer


def same(first: Trainer, second: Trainer) -> bool:
    weights, other = first.model.state_dict(), second.model.state_dict()
    rows = [[replace(row, seconds=0.0) for row in trainer.history] for trainer in (first, second)]
    return rows[0] == rows[1] and all(torch.equal(weights[key], other[key]) for key in weights)


def test_it_learns_and_repeats_itself_to_the_bit() -> None:
    first = trained()
    assert first.history[-1].correct > 100  # of 200, where guessing gets 20
    assert same(first, trained())
    assert not same(first, trained(seed=2))


@pytest.mark.parametrize("recipe", [SHORT, replace(SEED, epochs=3, batch_size=100)], ids=["fast", "seed"])
def test_a_resumed_training_is_the_uninterrupted_one_to_the_bit(recipe: Recipe) -> None:
    half = new_trainer(recipe)
    half.run_epoch(Silent())
    file = io.BytesIO()
    torch.save(half.state(), file)
    half.run_epoch(Silent())  # what came after the checkpoint must not matter
    file.seek(0)
    again = new_trainer(recipe)
    torch.rand(17)
    again.restore(torch.load(file, weights_only=True))
    for _ in range(2):
        again.run_epoch(Silent())
    assert same(trained(recipe), again)


def test_the_seed_network_trains_by_its_own_recipe() -> None:
    trainer = trained(replace(SEED, epochs=1, batch_size=100), net="seed")
    assert trainer.history[0].train_total == 600
    assert any(isinstance(module, torch.nn.Dropout) for module in trainer.model.modules())


def test_when_the_first_block_is_done_by_matrix_products() -> None:
    def quick(recipe: Recipe, net: str, device: str = "cpu") -> bool:
        trainer = Trainer(NETWORKS[net], recipe, small(), 1, torch.device(device), Processes())
        return isinstance(trainer.wrapped, FirstBlock)

    assert quick(SHORT, "rf20")
    assert not quick(SHORT, "rf20", "meta")
    assert not quick(SHORT, "seed")
    assert not quick(SEED, "rf20")


def test_mixed_precision_learns_and_keeps_weights_in_full() -> None:
    """The path of a GPU, on the CPU, which has bfloat16 as well."""
    trainer = Trainer(NETWORKS["rf20"], SHORT, small(), 1, CPU, Processes(), amp=True)
    seen: list[torch.dtype] = []
    trainer.model[0].register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    for _ in range(SHORT.epochs):
        trainer.run_epoch(Silent())
    assert trainer.history[-1].correct > 100  # of 200, where guessing gets 20
    in_training, judged = seen[: len(seen) // SHORT.epochs - 2], seen[-2:]
    assert set(in_training) == {torch.bfloat16}
    assert set(judged) == {torch.float32}  # 200 pictures, 125 at once
    assert {parameter.dtype for parameter in trainer.model.parameters()} == {torch.float32}
    assert not same(trainer, trained())


def test_every_training_picture_is_used_once_an_epoch() -> None:
    trainer = new_trainer(replace(SHORT, batch_size=70))
    rows = torch.cat(list(trainer.batches(torch.Generator().manual_seed(3))))
    assert sorted(rows.tolist()) == list(range(600))


def test_weight_decay_is_for_weight_matrices_only() -> None:
    model = new_trainer().model
    for group in (group for optimizer in optimizers(SHORT, model) for group in optimizer.param_groups):
        assert all((p.dim() > 1) == (group["weight_decay"] > 0) for p in group["params"])


def test_a_score_is_what_one_finds_picture_by_picture() -> None:
    trainer = trained(replace(SHORT, epochs=1))
    part = small().test
    score = score_of(trainer.model, part)
    single = [trainer.model(normalize(part.images[k : k + 1])).detach()[0] for k in range(len(part))]
    losses = [-row.log_softmax(0)[label].item() for row, label in zip(single, part.labels, strict=True)]
    assert score.loss == pytest.approx(sum(losses) / len(losses), rel=1e-5)
    assert score.correct == sum(int(row.argmax()) == int(label) for row, label in zip(single, part.labels, strict=True))


def test_the_confusion_matrix_and_the_mistakes_agree_with_the_score() -> None:
    trainer = trained(replace(SHORT, epochs=1))
    examination = examine(trainer.model, small().test)
    confusion = torch.tensor(examination.confusion)
    assert int(confusion.diagonal().sum()) == examination.score.correct
    assert confusion.sum(1).tolist() == small().test.labels.bincount(minlength=10).tolist()
    assert len(examination.mistakes) == min(20, examination.score.total - examination.score.correct) > 0
    certain = [mistake.probability for mistake in examination.mistakes]
    assert certain == sorted(certain, reverse=True)
    for mistake in examination.mistakes:
        assert mistake.label == int(small().test.labels[mistake.index]) != mistake.prediction
        assert mistake.label_probability <= mistake.probability


def test_a_loss_that_is_no_number_ends_the_training_in_words() -> None:
    trainer = new_trainer(replace(SEED, pipeline="table", learning_rate=1e30))
    with pytest.raises(TrainingError, match="smaller --lr"):
        trainer.run_epoch(Silent())


def test_validation_takes_the_place_of_the_test_pictures() -> None:
    trainer = new_trainer(digits=hold_out(small(), 100))
    row = trainer.run_epoch(Silent())
    assert (row.evaluated_on, row.total, row.train_total) == ("validation", 100, 500)


def row(number: int, correct: int, loss: float) -> Epoch:
    return Epoch(number, 0.1, 0.1, 1.0, 1, 2, "validation", loss, correct, 100, 1.0)


def test_the_best_epoch_has_the_most_right_then_the_lowest_loss_then_comes_first() -> None:
    rows = [row(1, 90, 0.5), row(2, 95, 0.4), row(3, 95, 0.3), row(4, 95, 0.3)]
    assert best_epoch(rows).epoch == 3
    assert [rank(epoch, rows) for epoch in rows] == [4, 3, 1, 1]


def test_patience_counts_epochs_without_a_better_one() -> None:
    trainer = new_trainer()
    trainer.history = [row(1, 90, 0.5), row(2, 89, 0.5), row(3, 88, 0.5)]
    assert out_of_patience(trainer, 2)
    assert not out_of_patience(trainer, 3)
    assert not out_of_patience(trainer, None)
    with pytest.raises(UsageError, match="--patience needs --val"):
        Plan("rf20", FAST, patience=2)


def interrupts_until_one_raises(stop: Stop, *times: float) -> int:
    """Send interrupts at these times; return how many there were when one raised, 0 where none did."""
    with pytest.MonkeyPatch.context() as patch:
        for number, moment in enumerate(times, start=1):
            patch.setattr("cnn.training.stop.time.monotonic", lambda moment=moment: moment)
            try:
                stop(signal.SIGINT, None)
            except KeyboardInterrupt:
                return number
    return 0


@pytest.mark.parametrize("gap", [0.01, 0.5, 1.9, 2.1, 60.0])
def test_the_first_interrupt_is_noted_and_the_second_raises_however_soon(gap: float) -> None:
    stop = Stop()
    assert interrupts_until_one_raises(stop, 10.0) == 0
    assert stop.asked_at == 10.0
    assert interrupts_until_one_raises(Stop(), 10.0, 10.0 + gap) == 2


def test_torchrun_s_echo_of_the_first_is_not_taken_for_a_second() -> None:
    assert interrupts_until_one_raises(Stop(echoed=True), 10.0, 10.1) == 0
    assert interrupts_until_one_raises(Stop(echoed=True), 10.0, 10.1, 10.3) == 3
    assert interrupts_until_one_raises(Stop(echoed=True), 10.0, 12.5) == 2  # too late for an echo
    assert interrupts_until_one_raises(Stop(echoed=True), 10.0, 10.1, 60.0) == 3


def test_an_echo_is_waited_for_beside_torchrun_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, raised in (("TORCHELASTIC_RUN_ID", 0), ("OTHER", 2)):
        monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
        monkeypatch.setenv(name, "1")
        with stop_on_interrupt() as stop:
            assert interrupts_until_one_raises(stop, 10.0, 10.1) == raised


def test_the_handler_of_before_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt() as stop:
        assert signal.getsignal(signal.SIGINT) is stop
    assert signal.getsignal(signal.SIGINT) is before


def test_shares_of_a_batch_cover_it_evenly() -> None:
    for size in (1, 2, 7, 128):
        rows = torch.arange(100, 100 + size)
        shares = [Processes(rank, 3).share(rows) for rank in range(3)]
        assert len({len(share) for share in shares}) == 1
        assert set(torch.cat(shares).tolist()) == set(rows.tolist())
