"""Why a policy does what it does: links that can be switched off, and the unknowns behind it."""
