"""Names the mistake in a wrong derivative: the edit of its own formula that makes it right."""
