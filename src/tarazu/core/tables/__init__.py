"""Tables read strictly: cells, columns, CSV files, pages of JSON."""
