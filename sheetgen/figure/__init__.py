"""A sheet's drawing as a picture for slides and pages: its marks in pixels, and their two writers, SVG and PNG."""
