"""The Gradient check sheet: its page, the line of every parameter, and what stands at the top."""
