"""One module per rule, ``<code>_<slug>.py``, each with one module-level ``RULE``."""
