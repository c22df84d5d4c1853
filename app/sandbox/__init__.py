"""The practice hotel: a faithful small Loggro (PMS, Pymes and FE service) as real HTTP servers on loopback.

It shares the wire's shapes with ``connectors`` and nothing else of the product: its books are the yardstick by which
«nothing lost, nothing doubled» is measured, so they never ask the ledger.
"""
