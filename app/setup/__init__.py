"""The guide as a value: activation flow, connections, requirements, numbering, verification, rehearsal.

It draws no screen.
"""
