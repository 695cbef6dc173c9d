"""Who asks: the HTTP face. In this version it is that of a witness."""
