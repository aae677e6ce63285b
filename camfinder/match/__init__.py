"""From observations to devices: rules, evidence, identity. Pure."""
