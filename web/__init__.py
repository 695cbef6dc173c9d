"""Who asks: the place of the HTTP face. Empty in this version, which has the command line only."""
