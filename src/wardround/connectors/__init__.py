"""REACHES OUT: the clock, the network, the mail server. Everything that is not a pure function of what was stated."""
