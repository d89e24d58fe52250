"""Statistical methods that several estimators share."""
