"""What leaves the house to be read by people and by other programs. Nothing here decides anything."""
