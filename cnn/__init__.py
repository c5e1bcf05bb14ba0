"""Train an MNIST convolutional network of exactly 8,320 parameters, and keep everything a reader wants to
see.

The package works without torch as far as it can (``cnn --help``, ``cnn summary``, ``cnn runs``); training,
evaluating and predicting need the extra: ``pip install 'sheetgen[cnn]'``.
"""

from sheetgen.interrupts import leave_at_once_while_starting

leave_at_once_while_starting()
