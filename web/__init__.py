"""Who asks: the HTTP face of the ledger (Flask). The command line needs nothing from here."""
