"""What Botones asks of the machine: folders, settings, secrets, logs, one holder of the data. No business here."""
