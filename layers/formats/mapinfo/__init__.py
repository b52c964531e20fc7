"""MapInfo: MIF with MID, and TAB."""
