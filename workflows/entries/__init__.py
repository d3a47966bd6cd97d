"""The catalog's entries: their document, their vocabulary and the use cases around them."""
