"""The processes that train together: one, or as many as torchrun started."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn


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


def join(device: torch.device) -> Processes:
    """Join the processes that torchrun started (gloo on CPU, nccl on GPU); alone where it started none."""
    if "WORLD_SIZE" not in os.environ or int(os.environ["WORLD_SIZE"]) == 1:
        return Processes()
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return Processes(distributed.get_rank(), distributed.get_world_size())


def leave(processes: Processes) -> None:
    """Leave the group of processes."""
    if processes.count > 1:
        distributed.destroy_process_group()
