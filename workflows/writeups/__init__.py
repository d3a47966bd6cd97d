"""The after-action write-up: short steps, each saved, that end in a draft entry."""
