"""Web application: a policy lab in the browser, served from this machine."""
