"""Neural-network training as a live, verified Excel workbook.

>>> study = load("mlp-2-2-2")
>>> built = build(study, "backprop.xlsx")
>>> report = verify("backprop.xlsx")
"""

from __future__ import annotations

from sheetgen.interrupts import leave_at_once_while_starting

leave_at_once_while_starting()

from sheetgen.build import Built, build  # noqa: E402
from sheetgen.errors import EngineError, NumberError, SheetgenError, TemplateError, UsageError, WorkbookError  # noqa: E402
from sheetgen.network.study import Study  # noqa: E402
from sheetgen.network.tolerance import Tolerance  # noqa: E402
from sheetgen.proof.report import Difference, Report  # noqa: E402
from sheetgen.proof.verify import verify  # noqa: E402
from sheetgen.template.load import load, loads  # noqa: E402
from sheetgen.template.overrides import override  # noqa: E402
from sheetgen.version import __version__  # noqa: E402

__all__ = [
    "Built",
    "Difference",
    "EngineError",
    "NumberError",
    "Report",
    "SheetgenError",
    "Study",
    "TemplateError",
    "Tolerance",
    "UsageError",
    "WorkbookError",
    "__version__",
    "build",
    "load",
    "loads",
    "override",
    "verify",
]
