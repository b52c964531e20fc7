"""Maps, the web service and the command line."""
