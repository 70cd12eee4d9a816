"""Work that is done after the page was answered."""
