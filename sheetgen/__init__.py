"""Neural-network training as a live, verified Excel workbook.

>>> study = load("mlp-2-2-2")
>>> built = build(study, "backprop.xlsx")
>>> report = verify("backprop.xlsx")
"""

from __future__ import annotations

__version__ = "0.1.0"

from sheetgen.build import Built, build
from sheetgen.errors import (
    EngineError,
    NumberError,
    SheetgenError,
    TemplateError,
    UsageError,
    WorkbookError,
)
from sheetgen.overrides import override
from sheetgen.report import Difference, Report
from sheetgen.study import Study
from sheetgen.template import load, loads
from sheetgen.tolerance import Tolerance
from sheetgen.verify import verify

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
