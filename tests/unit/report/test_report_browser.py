# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a real browser: opened from the disk, filtered, sorted, scrolled; inert, and without any network."""

from __future__ import annotations

import html
import re
import typing as t
from pathlib import Path

import pytest

from tests.unit.report.browser import CHROMIUM, WHY_NOT, Browser, dumped
from tests.unit.report.report_world import HOSTILE, hostile, line, page_of, shown_as, verification

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WHY_NOT)

MANY = 100_000


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> t.Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {
        "ordinary": verification,
        "clean": lambda: verification(clean=True),
        "many": lambda: verification(MANY, 30_000),
        "hostile": lambda: hostile(HOSTILE),
    }

    def page(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(page_of(made[name]()), encoding="utf-8")
        return path

    return page


@pytest.fixture(scope="module")
def browser() -> t.Iterator[Browser]:
    with Browser() as browser:
        yield browser


def rows(browser: Browser, table: str, column: int) -> list[str]:
    """The texts of a column in the rows that there are now."""
    cells = f"#{table} tbody tr[data-row] td:nth-child({column})"
    return t.cast("list[str]", browser.js(f"Array.from(document.querySelectorAll('{cells}'), cell => cell.textContent)"))


def count(browser: Browser, table: str) -> str:
    return str(browser.js(f"document.querySelector('#{table} .count').textContent"))


def click(browser: Browser, selector: str) -> None:
    browser.js(f"document.querySelector({selector!r}).click()")


def fragment(browser: Browser) -> str:
    return str(browser.js("location.hash"))


@pytest.mark.parametrize("name", ["ordinary", "clean", "hostile", "many"])
def test_it_opens_without_an_error_and_asks_no_network(browser: Browser, pages: t.Callable[[str], Path], name: str) -> None:
    browser.open(pages(name))
    assert browser.js("document.documentElement.className") == "ready"
    assert (browser.said, browser.asked) == ([], [])


def test_a_view_is_linked_by_its_address(pages: t.Callable[[str], Path]) -> None:
    """With nothing but the browser's command line."""
    page = dumped(pages("ordinary"), "files?disposition=failed&sort=-size")
    files = page[page.index('id="files"') : page.index('id="decisions"')]
    body = files[files.index("<tbody>") : files.index("</tbody>")]
    found = [re.sub(r"<[^>]*>", "|", row) for row in body.split("<tr")[1:]]
    failed = sorted((one for one in verification().ledger.lines if one.disposition == "failed"), key=lambda one: -one.size)
    assert len(found) == len(failed) > 1
    for row, one in zip(found, failed, strict=True):
        for text in (f"|{one.file}|", "|failed|", html.escape(one.detail)):
            assert text in row
    assert f">{len(failed)} of 400 rows<" in files


def test_what_is_typed_narrows_the_rows_and_is_in_the_address(browser: Browser, pages: t.Callable[[str], Path]) -> None:
    browser.open(pages("ordinary"))
    typed = "(input => { input.value = 'pandas bio'; input.dispatchEvent(new Event('input')); })(document.querySelector('#files input'))"
    browser.js(typed)
    browser.js("new Promise(done => setTimeout(done, 200))")
    wanted = [one for one in verification().ledger.lines if one.package == "pandas" and "bio" in one.owner]
    assert count(browser, "files") == f"{len(wanted)} of 400 rows"
    assert sorted(rows(browser, "files", 1)) == sorted(one.file for one in wanted)
    assert fragment(browser) == "#files?q=pandas+bio"
    browser.open(pages("ordinary"), fragment(browser)[1:])
    assert count(browser, "files") == f"{len(wanted)} of 400 rows"
    click(browser, "#files .controls button.plain:not(.chips *)")
    assert (count(browser, "files"), fragment(browser)) == ("400 rows", "#files")


def test_a_heading_sorts_up_down_and_not(browser: Browser, pages: t.Callable[[str], Path]) -> None:
    browser.open(pages("ordinary"))
    first = rows(browser, "files", 1)
    seen = []
    for _click in range(3):
        click(browser, "#files th:nth-child(1) button")
        seen.append((rows(browser, "files", 1), fragment(browser), browser.js("document.querySelector('#files th').ariaSort")))
    names = sorted(one.file for one in verification().ledger.lines)
    shown = len(seen[0][0])
    assert seen[0] == (names[:shown], "#files?sort=file", "ascending")
    assert seen[1] == (names[::-1][:shown], "#files?sort=-file", "descending")
    assert seen[2] == (first, "#files", "none")
    click(browser, "#files th:last-child button")
    assert fragment(browser) == "#files?sort=-size"


def test_several_tables_keep_their_views_in_one_address(browser: Browser, pages: t.Callable[[str], Path]) -> None:
    browser.open(pages("ordinary"), "access?verdict=narrower;files?site=west&sort=file")
    assert count(browser, "access").startswith("16 of ")
    assert set(rows(browser, "files", 3)) == {"west"}
    click(browser, "#files th:nth-child(1) button")
    assert fragment(browser) == "#files?site=west&sort=-file;access?verdict=narrower"


def test_the_links_of_the_page_open_their_views(browser: Browser, pages: t.Callable[[str], Path]) -> None:
    browser.open(pages("ordinary"))
    click(browser, "#ends a[href='#files?disposition=unsupported+kind']")
    browser.js("new Promise(done => setTimeout(done, 50))")
    assert set(rows(browser, "files", 4)) == {"unsupported kind"}
    click(browser, "#needs a[href='#access?verdict=narrower']")
    browser.js("new Promise(done => setTimeout(done, 50))")
    assert count(browser, "access") == "16 of 301 rows"
    assert browser.js("scrollY > 500")


def test_a_hundred_thousand_rows_are_a_small_page(browser: Browser, pages: t.Callable[[str], Path]) -> None:
    browser.open(pages("many"))
    elements = "document.querySelectorAll('*').length"
    assert browser.js(elements) < 3000
    assert count(browser, "files") == "100,000 rows"
    click(browser, "#files th:nth-child(1) button")
    names = sorted(line(number, ("east", "west")).file for number in range(MANY))
    assert rows(browser, "files", 1)[0] == names[0]
    for part in (0.5, 1.0):
        browser.js(f"(box => {{ box.scrollTop = box.scrollHeight * {part}; }})(document.querySelector('#files .scroll'))")
        found = rows(browser, "files", 1)
        start = names.index(found[0])
        assert found == names[start : start + len(found)]
        assert browser.js(elements) < 3000
        middle = "(box => document.elementFromPoint(box.left + 60, box.top + box.height / 2).closest('tr').dataset.row)"
        browser.js("document.querySelector('#files').scrollIntoView()")
        assert browser.js(f"{middle}(document.querySelector('#files .scroll').getBoundingClientRect())") is not None
    assert found[-1] == names[-1]


def test_a_row_tells_all_of_itself(browser: Browser, pages: t.Callable[[str], Path]) -> None:
    browser.open(pages("many"), "files?q=moto")
    name = rows(browser, "files", 1)[0]
    click(browser, "#files tbody tr[data-row]")
    told = browser.js("document.querySelector('#files .detail').innerText")
    assert name in told
    assert "Package" in told
    click(browser, "#files .detail dd button")
    assert "&" in fragment(browser)
    assert browser.js("document.querySelector('#files .detail').hidden")


@pytest.mark.parametrize(
    "where", ["", "files?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&disposition=%3Cscript%3E;__proto__?x=1;constructor?q=1"]
)
def test_hostile_names_are_inert(browser: Browser, pages: t.Callable[[str], Path], where: str) -> None:
    browser.open(pages("hostile"), where)
    assert (browser.said, browser.asked) == ([], [])
    assert browser.js("Array.from(document.scripts, script => script.type)") == ["application/json", ""]
    tags = set(browser.js("Array.from(new Set(Array.from(document.querySelectorAll('*'), item => item.localName)))"))
    assert not tags & {"img", "iframe", "object", "embed", "form", "base", "link", "video", "audio", "a:not([href^='#'])"}
    assert browser.js("Array.from(document.links).every(link => link.getAttribute('href').startsWith('#'))")
    handlers = "Array.from(document.querySelectorAll('*')).flatMap(item => Array.from(item.attributes)).some(a => a.name.startsWith('on'))"
    assert browser.js(handlers) is False


def test_hostile_names_are_shown_as_they_are(browser: Browser, pages: t.Callable[[str], Path]) -> None:
    browser.open(pages("hostile"))
    for table, column in (("files", 1), ("access", 1), ("channels", 1), ("findings", 3), ("decisions", 2), ("owners", 1)):
        found = set(rows(browser, table, column))
        assert found == {shown_as(name) for name in HOSTILE}, table
    text = browser.js("document.body.innerText")
    assert not set(text) & {"\u202e", "\u2066", "\u200b", "\x00", "\x1b"}
    assert browser.js("document.title") == f"Migration to {shown_as(HOSTILE[0])}"


CONTRAST = """(() => {
  const style = getComputedStyle(document.documentElement), probe = document.body.appendChild(document.createElement('i'));
  const light = name => {
    probe.style.color = style.getPropertyValue('--' + name);
    const parts = getComputedStyle(probe).color.match(/[0-9.]+/g).slice(0, 3).map(Number)
      .map(part => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const pairs = [['text', 'page'], ['text', 'panel'], ['soft', 'page'], ['soft', 'panel'], ['soft', 'shade'], ['link', 'page'],
    ['link', 'panel'],
    ['good', 'good-wash'], ['bad', 'bad-wash'], ['odd', 'odd-wash'], ['text', 'bad-wash'], ['text', 'good-wash'], ['text', 'odd-wash']];
  return Object.fromEntries(pairs.map(([a, b]) => [a + ' on ' + b, ratio(a, b)]));
})()"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_contrast(browser: Browser, pages: t.Callable[[str], Path], dark: bool) -> None:
    """WCAG AA: 4.5 to 1."""
    browser.open(pages("ordinary"), dark=dark)
    red = int(re.findall(r"\d+", browser.js("getComputedStyle(document.body).backgroundColor"))[0])
    assert (red < 60) is dark
    ratios = browser.js(CONTRAST)
    assert len(ratios) == 13
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_no_width_makes_the_page_scroll_sideways(browser: Browser, pages: t.Callable[[str], Path], width: int) -> None:
    for name in ("ordinary", "hostile"):
        browser.open(pages(name), size=(width, 800))
        assert browser.js("document.documentElement.scrollWidth") <= width


def test_without_its_script_everything_important_is_there(browser: Browser, pages: t.Callable[[str], Path], tmp_path: Path) -> None:
    browser.open(pages("ordinary"), script=False)
    assert browser.picture(tmp_path / "page.png").stat().st_size > 20_000
    page = pages("ordinary").read_text()
    static = page[: page.index('<script type="application/json"')]
    result = verification()
    for text in (*result.failures(), *(finding.detail for finding in result.findings), *(channel.name for channel in result.plan.channels)):
        assert html.escape(text) in static
    assert result.ledger.digest in static


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_picture_can_be_taken(browser: Browser, pages: t.Callable[[str], Path], tmp_path: Path, dark: bool) -> None:
    browser.open(pages("ordinary"), dark=dark)
    content = browser.picture(tmp_path / "page.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 40_000
