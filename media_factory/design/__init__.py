"""How things look: themes as data, fonts, and setting type."""
