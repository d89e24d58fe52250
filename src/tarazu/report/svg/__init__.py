"""Static pictures of figures: SVG without a browser and without JavaScript."""
