"""The pages: one function for each kind, from the evidence base to HTML."""
