"""The simulated half of the brief: it loads the engine, so only a brief with a study imports it."""
