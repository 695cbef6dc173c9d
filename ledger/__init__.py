"""What is true: the log, custody and its judgement.

Flat modules are pure, one specification or idea a file. ``store`` holds the only SQL, ``client``
is for other ledgers and witnesses, ``service`` has the use cases, ``cli`` the command line.
"""
