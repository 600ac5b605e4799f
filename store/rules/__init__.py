"""Pure rules: values in, values out, the time handed in."""
