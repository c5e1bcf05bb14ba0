"""torch's optimiser without torch's compiler: nothing is compiled here, and to import it takes longer than an epoch."""

from __future__ import annotations

from inspect import unwrap

import torch


class Lean(torch.optim.Optimizer):
    """torch's optimiser, each of whose methods is the one that torch wraps.

    torch keeps its compiler out of them by asking it to stay out, for which it imports it: some 2 to 3 s of CPU.
    """

    add_param_group = unwrap(torch.optim.Optimizer.add_param_group)
    state_dict = unwrap(torch.optim.Optimizer.state_dict)
    load_state_dict = unwrap(torch.optim.Optimizer.load_state_dict)
