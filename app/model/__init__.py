"""Frozen values that the whole house speaks in: documents, parties, numbering, proofs, status.

It knows no network, no disk, no screen and no words for people; those belong to ``connectors``, ``storage``, ``ui``
and ``texts``.
"""
