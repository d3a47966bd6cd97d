"""Exchange: entries leave as YAML, JSON, CSV and Markdown, and come in from folders and from other catalogs."""
