"""Measures of segregation and the assignment simulator: arrays and tables in, arrays and tables out."""
