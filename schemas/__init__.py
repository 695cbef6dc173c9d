"""What the words mean: bytes to frozen values and back, one parser each, no I/O and no crypto."""
