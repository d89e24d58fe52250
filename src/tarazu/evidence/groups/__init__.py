"""Groups: active armed groups, their shares, entry and exit."""
