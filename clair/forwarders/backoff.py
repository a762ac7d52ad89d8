"""How long to wait after something failed."""

MANY = 30  # doublings after which every pause has reached its longest


def pause_s(failures: int, first_s: float, longest_s: float) -> float:
    """Say how long to pause after so many failures in a row: twice as long each time."""
    return min(first_s * 2.0 ** min(failures - 1, MANY), longest_s)
