"""Tables of corners: CSV, XLSX, XLS and ODS."""
