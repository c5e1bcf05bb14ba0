"""The networks that come with sheetgen; installed as the package ``sheetgen.templates``."""
