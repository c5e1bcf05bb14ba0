"""The networks: as tables of layers, and as torch modules."""
