"""A second pair of eyes: a workbook that somebody else made is read, differentiated and judged."""
