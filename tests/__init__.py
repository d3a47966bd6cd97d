"""Tests: unit (pure and workflows), store (both databases), sandbox, e2e (the shipped process, as people use it)."""
