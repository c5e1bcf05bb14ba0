"""The outcomes of many items of work, each as soon as it is there; where a worker is lost, its item is done again."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from typing import Generic

from sheetgen.jobs.places import Place, places
from sheetgen.jobs.work import Answer, Item, Result, told

TRIES = 3
"""How often an item is begun whose worker is lost."""


@dataclass(frozen=True)
class Outcome(Generic[Item, Result]):
    """An item and what came of it: a result, or one line that says why there is none."""

    item: Item
    result: Result | None
    reason: str = ""


def outcomes(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int, scheduler: str | None = None
) -> Iterator[Outcome[Item, Result]]:
    """Carry out every item and yield what came of each, in the order in which they end.

    ``work`` is a function of a module, items and results are small values that can be pickled. ``jobs`` processes of
    this machine do it, or the workers of the Dask ``scheduler`` at an address. An item that fails stops no other.
    Raises UsageError where there is nobody to do it. Close the iterator to stop what is still being done.
    """
    lost: Counter[int] = Counter()
    ahead, running = deque(range(len(items))), dict[Future[Answer[Result]], tuple[Place, int]]()
    with places(len(items), jobs, scheduler) as free:
        while ahead or running:
            while ahead and free:
                place, number = free.pop(), ahead.popleft()
                running[place.submit(work, items[number])] = place, number
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                place, number = running.pop(future)
                answer = _answer(future)
                if answer is None:
                    place.renew()
                    lost[number] += 1
                    if lost[number] < TRIES:
                        ahead.appendleft(number)
                    else:
                        answer = Answer(None, f"its worker was lost {TRIES} times")
                free.append(place)
                if answer is not None:
                    yield Outcome(items[number], answer.result, answer.reason)


def _answer(future: Future[Answer[Result]]) -> Answer[Result] | None:
    """Return the answer of a future that is done; None where its worker was lost."""
    try:
        return future.result()
    except BrokenExecutor:
        return None
    except Exception as error:  # the cluster's own: it lost too many workers over this item, or the item itself
        return Answer(None, told(error))
