from pathlib import Path

from tarazu.policy import PORTFOLIOS, load_portfolio
from tarazu.policy.pages import portfolios_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "portfolios.md"


def test_page__is_the_one_that_make_docs_writes():
    assert PAGE.read_text(encoding="utf-8") == portfolios_page(), "run `make docs`"


def test_page__tells_every_portfolio_and_setting():
    text = portfolios_page()
    for name in PORTFOLIOS:
        portfolio = load_portfolio(name)
        assert portfolio.meaning in text
        section = text.split(f"(`{name}`)")[1].split("\n## ")[0]
        assert section.count("\n| `") == len(portfolio.settings)
