"""The passes of a week, written for other tools: the same equations, for comparisons of speed."""
