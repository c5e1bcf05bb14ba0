"""The table ``[layers]`` of a template: read, checked, and written out as equations."""
