"""The demo: a made-up world of parties, chips and what went wrong with them, really signed."""
