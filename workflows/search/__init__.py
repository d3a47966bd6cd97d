"""Finding the right failure mode: from words to ranked entries, and whether to speak at all."""
