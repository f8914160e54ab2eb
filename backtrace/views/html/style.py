"""How a page looks: on a wide screen and on a phone, light and dark, on paper."""

_ANYWHERE = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1f2328; --quiet: #59636e; --line: #d1d9e0;
  --band: #f6f8fa; --focus: #0969da }
@media screen and (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --line: #3d444d; --band: #151b23;
    --focus: #58a6ff }
}
* { box-sizing: border-box }
html { background: var(--page); color: var(--ink); -webkit-text-size-adjust: 100% }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0 }
h2 { font-size: 1.2rem; line-height: 1.4; margin: 2.5rem 0 0.5rem; padding-top: 0.75rem;
  border-top: 1px solid var(--line); white-space: nowrap }
h3, caption { font-size: 1rem; font-weight: 600; text-align: left }
h3 { margin: 1.5rem 0 0.25rem }
caption { padding: 0.25rem 0 }
math { font-size: 1.1em; math-style: normal }
.facts { margin: 0 }
.facts, .note { color: var(--quiet) }
.note { margin: 0.25rem 0; font-size: 0.9rem }
.picture, .wide { overflow-x: auto }
.picture { margin: 1rem 0; text-align: center }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px }
table { width: 100%; border-collapse: collapse; margin-top: 1.25rem }
th, td { text-align: left; font-weight: 400; padding: 0.3rem 1rem 0.3rem 0;
  border-top: 1px solid var(--line) }
th:first-child { padding-left: 0.5rem }
thead th { font-size: 0.85rem; color: var(--quiet); background: var(--band); border: 0 }
th:nth-child(1) { width: 12% }
th:nth-child(2) { width: 34% }
th:nth-child(3) { width: 38% }
tbody th { white-space: nowrap }
tbody td::before { content: "= " }
td:last-child { padding-right: 0.5rem; white-space: nowrap }
.wide { display: block; width: 0; min-width: 100%; text-indent: 0 }
th .wide { width: auto }
.chain { display: grid; grid-template-columns: max-content 1fr; column-gap: 0.25em }
.chain math { padding-block: 0.2em }
.chain p { margin: 0 0 0.6rem; padding-left: 1.5em; text-indent: -1.5em }
"""
# A row as a block, its cells below one another, so that each has the whole width: on a phone, and where there
# is a wide formula on any page that is narrow.
_STACKED = """
  TABLE thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  TABLE, TABLE tbody, TABLE caption, TABLE tr, TABLE tbody th, TABLE td { display: block }
  TABLE tr { padding: 0.4rem 0; border-top: 1px solid var(--line) }
  TABLE tbody th:first-child, TABLE td { border: 0; padding: 0.2rem 0; width: auto; white-space: normal }
  TABLE td, TABLE td:last-child { padding-left: 1.25rem }
  TABLE .wide { display: inline-block; width: auto; min-width: 0; max-width: 100%; vertical-align: middle;
    padding-block: 0.2em }
"""
_PHONE = """
  .chain { display: block }
  .chain p { padding-left: 2.75em }
  .picture svg { max-width: none !important }
"""
# Nothing can be moved on paper: a wide formula has letters as small as its length asks for.
_PAPER = """
  :root { color-scheme: light; --ink: #000000; --quiet: #333333; --line: #999999; --band: #ffffff }
  @page { margin: 15mm }
  body { max-width: none; padding: 0; font-size: 10pt }
  h2, h3, caption { break-after: avoid }
  tr, .picture { break-inside: avoid }
  thead { display: table-header-group }
  .picture, .wide { overflow: visible }
  .wide { width: auto }
  .wide math { font-size: min(1.1em, calc(320mm / var(--length))) }
"""
_WIDE_STACKED = _STACKED.replace("TABLE", "table:has(.wide)")
STYLE = (
    _ANYWHERE
    + f"@media screen and (max-width: 64rem) {{{_WIDE_STACKED}}}\n"
    + f"@media screen and (max-width: 45rem) {{{_STACKED.replace('TABLE', 'table')}{_PHONE}}}\n"
    + f"@media print {{{_PAPER}{_WIDE_STACKED}}}\n"
)
