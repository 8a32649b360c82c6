"""The nouns of the product: frozen, standard library only. Every other layer speaks in these."""
