"""Measuring search and suggestions on labelled data, for ours and for any other engine alike."""
