"""Takes over what the predecessor, Managair, has collected: from Django's dumps into our tables.

Two readings of the files: `dump` yields their records in whatever order they stand, `records`
writes the inventory in the order of its dependencies and in one transaction, and `samples` streams
the measurements behind it. `kinds` is the table of what becomes what; `summary` says what became
of each record. Nothing that is here already is ever changed, so that an import can be repeated.
"""
