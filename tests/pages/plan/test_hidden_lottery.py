"""What the page's downloads of a plan know of a lottery that goes by another definition."""

from analysis.policy.scenario import Scenario
from data.groups import comparison
from data.inclusion import Rules
from data.load import load
from data.privacy import hidden
from pages.plan import cached
from pages.shared.view import View
from tests.small_state import UNEVEN, lines, written


def test_a_count_hidden_on_the_lotterys_basis_is_hidden_in_what_leaves(home, tmp_path):  # noqa: ARG001 stored there
    header, *rows = lines()
    # 65 is far from what each school counts by the state's definition, so only the first school's 2 are hidden.
    content = [f"{header},ed_direct", *(f"{row},{2 if n == 0 else 65}" for n, row in enumerate(rows))]
    manifest = load([written(tmp_path / "small.csv", content)], name="small")
    view = View(manifest, 2020, None, comparison("ed"), None, Rules())
    table = cached.schools_of(view.exported, Scenario("small", UNEVEN, 2020, lottery_basis="direct"))
    assert hidden(table, "lottery_ed").tolist() == [row == 0 for row in range(len(table))]
