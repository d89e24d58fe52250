from pathlib import Path

from tarazu.policy import POLICIES, load_policy
from tarazu.policy.pages import policies_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "policies.md"


def test_page__is_the_one_that_make_docs_writes():
    assert PAGE.read_text(encoding="utf-8") == policies_page(), "run `make docs`"


def test_page__tells_every_policy_and_setting():
    text = policies_page()
    for name in POLICIES:
        policy = load_policy(name)
        assert policy.meaning in text
        section = text.split(f"(`{name}`)")[1].split("\n## ")[0]
        assert section.count("\n| `") == len(policy.settings)
