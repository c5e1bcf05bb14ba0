"""The training: recipes, optimisers, augmentation, the loop, and its processes."""
