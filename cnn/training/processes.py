"""The processes that train together: one, or as many as torchrun started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn

from cnn.errors import TrainingError, UsageError


@dataclass(frozen=True)
class Processes:
    """This process's ``rank`` among ``count`` that train together; rank 0 writes and reports."""

    rank: int = 0
    count: int = 1

    @property
    def writes(self) -> bool:
        """Say whether this process is the one that writes and reports."""
        return self.rank == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """Return the model as all processes train it: with averaged gradients where there are several."""
        if self.count == 1:
            return model
        return nn.parallel.DistributedDataParallel(model)

    def share(self, rows: Tensor) -> Tensor:
        """Return this process's rows of a batch; every process gets equally many, at least one."""
        if self.count == 1:
            return rows
        each = -(-len(rows) // self.count)
        padded = rows.repeat(self.count)[: each * self.count]
        return padded[self.rank :: self.count]

    def equalize(self, model: nn.Module) -> None:
        """Give each process the running statistics of rank 0."""
        if self.count > 1:
            for buffer in model.buffers():
                distributed.broadcast(buffer, 0)

    def total(self, *numbers: float) -> tuple[float, ...]:
        """Return the sums of the numbers over all processes."""
        if self.count == 1:
            return numbers
        device = "cuda" if distributed.get_backend() == "nccl" else "cpu"
        sums = torch.tensor(numbers, dtype=torch.float64, device=device)
        distributed.all_reduce(sums)
        return tuple(sums.tolist())

    def wait(self) -> None:
        """Wait until all processes have come here."""
        if self.count > 1:
            distributed.barrier()

    def check_agreement(self, model: nn.Module) -> None:
        """Raise `TrainingError` unless all processes hold the same weights to the last bit."""
        if self.count == 1:
            return
        mine = torch.cat([p.detach().flatten() for p in model.parameters()])
        first = mine.clone()
        distributed.broadcast(first, 0)
        if self.total(float(not torch.equal(mine, first)))[0]:
            raise TrainingError("the processes no longer hold the same weights")

    def place(self, device: torch.device) -> torch.device:
        """Return this process's own device of that kind."""
        if device.type == "cuda" and self.count > 1:
            return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        return device


@contextmanager
def together(device: str) -> Iterator[Processes]:
    """Join the processes that torchrun started (nccl where the device is a GPU, gloo elsewhere), and leave
    them at the end.

    Where torchrun started none, the process is alone.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Processes()
        return
    on_gpu = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    if on_gpu:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group("nccl" if on_gpu else "gloo")
    try:
        yield Processes(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()


def find_device(name: str) -> torch.device:
    """Return the device of that name, ``auto`` being the best there is; raise `UsageError` where it is
    absent.
    """
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    there = [kind for kind, is_present in present.items() if is_present]
    if name != "auto" and name not in there:
        raise UsageError(f"--device {name}: there is none here; there are: {', '.join(there)}")
    return torch.device(there[0] if name == "auto" else name)
