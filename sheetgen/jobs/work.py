"""What a worker does with an item: whatever comes of it can be sent back, and no item stops another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sheetgen.errors import SheetgenError

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Answer(Generic[Result]):
    """What came of an item: its result, or one line that says why there is none."""

    result: Result | None
    reason: str = ""


def carry_out(work: Callable[[Item], Result], item: Item) -> Answer[Result]:
    """Do the work of an item; an error is an answer too, since not every exception can be sent to another process."""
    try:
        return Answer(work(item))
    except SheetgenError as error:
        return Answer(None, str(error))
    except MemoryError:
        return Answer(None, "there is not enough memory")
    except Exception as error:  # a mistake of our own ends this item, and is said
        return Answer(None, told(error))


def told(error: BaseException) -> str:
    """Return one line on an error that nobody expected."""
    return " ".join(f"{type(error).__name__}: {error}".split())
