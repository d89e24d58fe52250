"""PDF of the HTML documents: no browser, no library of the system; see docs/decisions/pdf.md."""
