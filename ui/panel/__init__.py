"""The main window: draws Status values and what the ledger holds. It never writes to the ledger."""
