"""What people do: load, compute, save with an event, in one transaction. One file for each."""
