"""The file format: workbooks written, read, and added to. No sheet of ours is known here."""
