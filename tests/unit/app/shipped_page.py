"""Write the first page of the lab that ships: make first-page."""

from tarazu.app.lab import load_lab
from tarazu.app.pages.lab import lab_page
from tarazu.app.service import Service
from tarazu.app.start.first_page import SHIPPED, pack_page
from tarazu.app.state import State


def make_page() -> str:
    """Return the file of today's practice, computed now."""
    lab = load_lab()
    state = State()
    return pack_page(lab_page(lab, state, Service(lab).expected(state)), lab.version)


if __name__ == "__main__":
    SHIPPED.write_text(make_page(), encoding="utf-8")
    print(f"{SHIPPED}: {SHIPPED.stat().st_size:,} bytes")  # noqa: T201
