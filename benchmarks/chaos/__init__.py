"""Chaos: the shipped bot is killed, paused and loses its database while it delivers; the local Slack counts.

trial        one run: owes, disturbs, waits until everything is settled, judges
nursery      starts bots quickly: forks them from a process that has imported the bot already
herd         the replicas: start, kill, pause
weather      what goes wrong between the bot and Slack
debts        owes messages and hands in forms, and remembers what was acknowledged
stalls       how long the machine itself stood still
verdict      what stands in Slack, against what was owed
unguarded    the bot with one of its guards taken away, for the negative controls
"""
