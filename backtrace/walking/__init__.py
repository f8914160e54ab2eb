"""Going through a derivation equation by equation, and being asked for its values. Knows no terminal."""
