"""What publishers keep comes to this machine."""
