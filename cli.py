"""The ``evenground`` command."""


def main() -> None:
    """Run the command."""
