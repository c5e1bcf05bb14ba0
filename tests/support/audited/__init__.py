"""Workbooks for the audit: right ones in many layouts, and the same with mistakes that people make, drawn by a seed."""
