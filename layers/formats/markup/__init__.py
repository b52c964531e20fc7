"""XML forms: GML and KML."""
