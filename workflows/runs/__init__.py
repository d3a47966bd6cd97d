"""Carrying a remedy out: the steps people check, the time it may take, whom to wake, and whether it helped."""
