"""The training: recipes, optimizers, augmentation, the loop, and its processes."""
