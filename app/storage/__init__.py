"""The file on disk: tables, migrations, opening and checking it. What the rows mean is the ledger's affair."""
