"""The book's figures: one module per chapter, all drawn in the one style of :mod:`lowdim.figures.style`."""
