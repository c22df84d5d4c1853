"""What a person sees: draws values of ``app`` and passes intentions on. It decides nothing."""
