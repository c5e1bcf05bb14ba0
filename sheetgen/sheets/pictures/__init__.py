"""The Pictures sheet: its page, each kind of picture, and the tables beside them that they rest on."""
