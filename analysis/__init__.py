"""Rules, the law as dated data, verdicts, the engine and the reports."""
