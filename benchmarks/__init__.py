"""Speed, memory and quality, printed as figures; nothing here is a test."""
