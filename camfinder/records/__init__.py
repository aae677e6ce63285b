"""What administrators know already: records read, paired with devices. Pure."""
