"""``python -m cnn``: the same as the console script ``cnn``."""

from cnn.cli import main

if __name__ == "__main__":
    main()
