"""The outside world.

Transport, profile, PMS, Pymes, FE service, UBL files. It decides nothing about a document's travel.
"""
