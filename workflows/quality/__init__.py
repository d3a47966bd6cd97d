"""The quality floor: which findings an entry has, what it lacks to be published, and how complete it is.

surroundings.py    what an entry is judged against: vocabulary, neighbours, today, what only this organisation knows
neighbourhood.py   the other entries, indexed once for a whole catalog
findings.py        what is wrong where, and what to do about it
checks/            the sanity checks; __init__ draws the table of all of them
gates.py           what must be there before publication
completeness.py    the score from 0 to 100 and the next best thing to add
likeness.py        entries that may be doubles
priority.py        frequency, detectability and action priority, derived and never typed
linting.py         all of it over files, each problem with its file and line
"""
