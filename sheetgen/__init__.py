"""Neural-network training as a live, verified Excel workbook.

>>> study = load("mlp-2-2-2")
>>> built = build(study, "backprop.xlsx")
>>> report = verify("backprop.xlsx")
"""

from __future__ import annotations

from sheetgen.build import Built, build
from sheetgen.errors import EngineError, NumberError, SheetgenError, TemplateError, UsageError, WorkbookError
from sheetgen.network.study import Study
from sheetgen.network.tolerance import Tolerance
from sheetgen.proof.report import Difference, Report
from sheetgen.proof.verify import verify
from sheetgen.template.load import load, loads
from sheetgen.template.overrides import override
from sheetgen.version import __version__

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
