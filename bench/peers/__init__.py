"""How the peer does it, as well as it can be done with it."""
