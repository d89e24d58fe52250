"""HTTP client and resumable downloads."""
