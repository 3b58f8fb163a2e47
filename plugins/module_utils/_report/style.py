# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the report looks: light and dark, on paper, in a narrow window.  Private to the collection."""

from __future__ import annotations

ROW_HEIGHT = 33
"""Pixels of a row in a table that is too long to be shown at once; the script counts with it."""

STYLE = (
    """
:root { color-scheme: light dark; --text: #1c2024; --soft: #5b6570; --page: #fcfcfb; --panel: #fff; --shade: #f3f4f3; --line: #dfe2e4;
    --good: #177344; --bad: #b4231f; --odd: #8a5a00; --rest: #9aa4ad; --link: #1f5fae; --good-wash: #e6f4ec; --bad-wash: #fbeae9;
    --odd-wash: #f9f0dc; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7ea; --soft: #98a2ad; --page: #111417; --panel: #171b1f; --shade: #1e2328; --line: #2e353c; --good: #4cc38a;
    --bad: #ff7a70; --odd: #e0b04b; --rest: #59636d; --link: #79b4f5; --good-wash: #14291f; --bad-wash: #351b1a; --odd-wash: #302612; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body { margin: 0; color: var(--text); background: var(--page);
    font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif; }
main, header, nav > div { max-width: 72rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.6rem; }
main { padding-bottom: 5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.01em; margin: .1rem 0 .3rem; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 3rem 0 .35rem; font-weight: 650; }
h3 { font-size: 1rem; margin: 1.6rem 0 .3rem; font-weight: 650; }
p { margin: .3rem 0 .8rem; max-width: 46rem; }
header p { max-width: none; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
.soft { color: var(--soft); }
.small { font-size: .87rem; }
.over { color: var(--soft); font-size: .82rem; letter-spacing: .04em; margin: 0; }
nav { position: sticky; top: 0; z-index: 2; background: var(--page); border-bottom: 1px solid var(--line); margin-top: 1.6rem; }
nav > div { display: flex; gap: 1.4rem; overflow-x: auto; white-space: nowrap; font-size: .9rem; scrollbar-width: none; }
nav a { color: var(--soft); padding: .75rem 0; }
nav a b { font-weight: 600; color: var(--text); margin-left: .3rem; }
.verdict { display: grid; grid-template-columns: auto 1fr; gap: 0 1rem; align-items: start; border-radius: .7rem;
    padding: 1.2rem 1.4rem; margin: 1.6rem 0 0; border: 1px solid var(--line); }
.verdict.good { background: var(--good-wash); border-color: transparent; }
.verdict.bad { background: var(--bad-wash); border-color: transparent; }
.verdict .mark { width: 2rem; height: 2rem; margin-top: .1rem; }
.verdict.good .mark { color: var(--good); }
.verdict.bad .mark { color: var(--bad); }
.verdict b { display: block; font-size: 1.3rem; line-height: 1.35; font-weight: 650; }
.verdict p { margin: .2rem 0 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0; margin: 1.6rem 0 0;
    border: 1px solid var(--line); border-radius: .7rem; background: var(--panel); overflow: hidden; }
.figures div { padding: .9rem 1.2rem; color: var(--soft); font-size: .87rem; box-shadow: 1px 1px 0 var(--line); }
.figures b { display: block; font-size: 1.55rem; line-height: 1.3; color: var(--text); font-weight: 600;
    font-variant-numeric: tabular-nums; }
.figures .bad b { color: var(--bad); }
ol { margin: .5rem 0; padding-left: 1.7rem; }
li { margin: .35rem 0; overflow-wrap: anywhere; max-width: 58rem; }
li::marker { color: var(--soft); }
.wide { overflow-x: auto; }
.picture { overflow-x: auto; margin: .8rem 0 0; }
.picture svg { display: block; width: 100%; min-width: 44rem; height: auto; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
td, th { border-bottom: 1px solid var(--line); padding: .42rem .9rem .42rem 0; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--soft); font-size: .87rem; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tag { display: inline-block; border-radius: 1rem; padding: 0 .6rem; font-size: .82rem; line-height: 1.45rem; white-space: nowrap;
    color: var(--soft); background: var(--shade); }
.tag.good { color: var(--good); background: var(--good-wash); }
.tag.bad { color: var(--bad); background: var(--bad-wash); }
.tag.odd { color: var(--odd); background: var(--odd-wash); }
.track { display: flex; gap: 1px; height: .5rem; margin-top: .25rem; }
.track i { min-width: 2px; }
.track i:first-child { border-radius: .25rem 0 0 .25rem; }
.track i:last-child { border-radius: 0 .25rem .25rem 0; }
.track i:only-child { border-radius: .25rem; }
i.good { background: var(--good); }
i.bad { background: var(--bad); }
i.rest { background: var(--rest); }
.legend i { display: inline-block; width: .7rem; height: .7rem; border-radius: .2rem; margin: 0 .4rem 0 0; }
.legend span { margin-right: 1.2rem; }
code { font: .86em ui-monospace, SFMono-Regular, Menlo, "Liberation Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .8rem 0 .5rem; font-size: .9rem; }
.controls input, .controls select { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line);
    border-radius: .45rem; padding: .35rem .6rem; min-width: 0; }
.controls input { flex: 1 1 12rem; max-width: 20rem; }
.controls select { max-width: 15rem; }
.controls .count { margin-left: auto; color: var(--soft); font-variant-numeric: tabular-nums; }
.chips { display: contents; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
button.plain { color: var(--link); padding: .2rem .3rem; }
button.plain:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: .2rem; }
.scroll { overflow: auto; max-height: 34rem; border: 1px solid var(--line); border-radius: .7rem; background: var(--panel); }
.scroll table { margin: 0; border-collapse: separate; border-spacing: 0; table-layout: fixed; min-width: 58rem; }
.scroll td, .scroll th { padding: .42rem .9rem; }
.scroll td:last-child, .scroll th:last-child { padding-right: .9rem; }
.scroll tr:last-child td { border-bottom: 0; }
.scroll thead th { position: sticky; top: 0; background: var(--shade); z-index: 1; }
.scroll th { white-space: normal; vertical-align: bottom; }
.scroll th button { font-weight: 600; line-height: 1.3; }
.scroll th[aria-sort=ascending] button::after { content: " \\2191"; }
.scroll th[aria-sort=descending] button::after { content: " \\2193"; }
.scroll th.number button { text-align: right; }
td.bar .figure { display: block; }
table.dense tbody tr:not(.space) { height: HEIGHTpx; cursor: pointer; }
table.dense td { white-space: nowrap; height: HEIGHTpx; padding-top: 0; padding-bottom: 0; vertical-align: middle; max-width: 22rem;
    overflow: hidden; text-overflow: ellipsis; line-height: 1.4; }
table.dense td.bar .figure { display: inline-block; min-width: 4.5rem; }
table.dense td.bar .track { display: inline-flex; width: 6rem; margin: 0; }
table.dense td.tags { text-overflow: clip; }
table.dense tr.space td { padding: 0; border: 0; }
table.dense tbody tr:not(.space):hover { background: var(--shade); }
tr.chosen { background: var(--odd-wash); }
.detail { border: 1px solid var(--line); border-radius: .7rem; background: var(--panel); margin-top: .6rem; padding: .7rem 1.1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 46rem) {
  body { font-size: 14px; }
  main, header, nav > div { padding-left: 1rem; padding-right: 1rem; }
  header { padding-top: 1.4rem; }
  h1 { font-size: 1.5rem; }
  h2 { margin-top: 2.2rem; }
  .figures { grid-template-columns: repeat(2, 1fr); }
  .verdict { padding: 1rem; }
  .verdict .mark { display: none; }
  dl { grid-template-columns: 1fr; }
  dt { margin-top: .4rem; }
}
@media print {
  nav, .controls { display: none; }
  .scroll { max-height: none; overflow: visible; border: 0; }
  main, header { max-width: none; padding: 0; }
  .verdict, .figures div, tr { break-inside: avoid; }
}
"""
).replace("HEIGHT", str(ROW_HEIGHT))
