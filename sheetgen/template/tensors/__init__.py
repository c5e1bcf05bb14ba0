"""The tensors of a template: read, drawn, and written out as named scalars."""
