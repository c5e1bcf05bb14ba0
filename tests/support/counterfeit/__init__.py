"""Counterfeits: workbooks made so that a person sees other numbers than those that a verifier proves."""
