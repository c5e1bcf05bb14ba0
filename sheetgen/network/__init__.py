"""A network and its training: the graph of named quantities, its backward half, its optimisers, its values."""
