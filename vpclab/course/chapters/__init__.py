"""One module per chapter: `cNN.EXERCISES` and `cNN.PREDICTIONS`, and the networks that they are about."""
