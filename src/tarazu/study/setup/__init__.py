"""What a study runs: specification, design, policies, scenarios."""
