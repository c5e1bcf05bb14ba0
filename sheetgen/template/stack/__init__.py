"""The tables ``[[layers]]`` of a template: read, checked, and written out as equations in tensors."""
