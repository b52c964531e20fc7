"""What each map layer means: schemas, readers of exchange formats, the workspace."""
