"""Names the mistake in a wrong derivative: the edit of its own formula that makes it right."""

from sheetgen.audit.mistakes.explain import explain
from sheetgen.audit.mistakes.mistake import Context, Mistake, WrongClaim

__all__ = ["Context", "Mistake", "WrongClaim", "explain"]
