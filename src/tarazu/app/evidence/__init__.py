"""The record and its findings, as the page of evidence shows them."""
