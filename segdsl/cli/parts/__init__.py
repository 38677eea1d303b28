"""What several commands need: the lazy group, failures, colours, stores, lines of JSON, tables. No command is here."""
