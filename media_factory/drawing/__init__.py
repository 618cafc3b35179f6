"""Drawing: designed pictures made of floats, fonts and chance that can be repeated."""
