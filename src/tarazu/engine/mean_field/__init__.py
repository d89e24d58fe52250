"""The mean field: equations, Jacobian, equilibria, continuous time, XMILE."""
