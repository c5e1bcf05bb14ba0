"""Neural-network training as a live, verified Excel workbook.

>>> study = load("mlp-2-2-2")
>>> built = build(study, "backprop.xlsx")
>>> report = verify("backprop.xlsx")

Each name is loaded when it is first asked for, so that a command loads no more than it works with.
"""

from __future__ import annotations

from sheetgen.interrupts import leave_at_once_while_starting

leave_at_once_while_starting()

from sheetgen.late import loaded_late  # noqa: E402
from sheetgen.version import __version__  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sheetgen.errors import EngineError, NumberError, SheetgenError, TemplateError, UsageError, WorkbookError
    from sheetgen.network.study import Study
    from sheetgen.network.tolerance import Tolerance
    from sheetgen.proof.report import Difference, Report
    from sheetgen.proof.verify import verify
    from sheetgen.template.load import load, loads
    from sheetgen.template.overrides import override
    from sheetgen.workbook import Built, build

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

_HOMES = {
    "Built": "sheetgen.workbook",
    "Difference": "sheetgen.proof.report",
    "EngineError": "sheetgen.errors",
    "NumberError": "sheetgen.errors",
    "Report": "sheetgen.proof.report",
    "SheetgenError": "sheetgen.errors",
    "Study": "sheetgen.network.study",
    "TemplateError": "sheetgen.errors",
    "Tolerance": "sheetgen.network.tolerance",
    "UsageError": "sheetgen.errors",
    "WorkbookError": "sheetgen.errors",
    "build": "sheetgen.workbook",
    "load": "sheetgen.template.load",
    "loads": "sheetgen.template.load",
    "override": "sheetgen.template.overrides",
    "verify": "sheetgen.proof.verify",
}
"""The module of each name that is loaded late; the imports above say the same to type checkers and editors."""

__getattr__, __dir__ = loaded_late(globals(), _HOMES)
