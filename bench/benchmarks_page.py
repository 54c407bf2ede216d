# SPDX-License-Identifier: MIT
"""docs/benchmarks.md and docs/benchmarks.json: every figure as it was measured last, and in which run."""
import dataclasses
import json

from figure import Figure

MARKS = ("<!-- figures: begin (bench/verify.py writes this part) -->", "<!-- figures: end -->")


def empty():
    return {"schema": "holdfast.benchmarks/1", "runs": [], "figures": []}


def add_run(book, part, figures, conditions):
    """The book after a run of one part: its figures take the place of that part's, wherever they stood."""
    run = len(book["runs"]) + 1
    if conditions in book["runs"]:
        run = book["runs"].index(conditions) + 1
    rows = [{"part": part, **dataclasses.asdict(figure), "run": run} for figure in figures]
    first = next((i for i, row in enumerate(book["figures"]) if row["part"] == part), len(book["figures"]))
    kept_before = [row for row in book["figures"][:first] if row["part"] != part]
    kept_after = [row for row in book["figures"][first:] if row["part"] != part]
    return without_unused_runs({**book, "runs": book["runs"] + [conditions] * (run > len(book["runs"])),
                                "figures": kept_before + rows + kept_after})


def without_unused_runs(book):
    used = sorted({row["run"] for row in book["figures"]})
    numbers = {old: new for new, old in enumerate(used, 1)}
    return {**book, "runs": [book["runs"][old - 1] for old in used],
            "figures": [{**row, "run": numbers[row["run"]]} for row in book["figures"]]}


def figure_of(row):
    return Figure(**{field.name: row[field.name] for field in dataclasses.fields(Figure)})


def section(book):
    """What stands between the marks of the page."""
    rows = [(figure_of(row), row["run"]) for row in book["figures"]]
    lines = ["| figure | asked | measured | verdict | run |", "|---|---|---|---|---|"]
    lines += [f"| {f.name} | {f.asked} | {f.measured} | **{f.verdict}** | {run} |" for f, run in rows]
    runs = [f"{number}. {conditions}" for number, conditions in enumerate(book["runs"], 1)]
    names = {}
    for figure, _ in rows:
        names.setdefault(figure.how, []).append(figure.name)
    hows = [f"- *{'*, *'.join(these)}*: {how}." for how, these in names.items()]
    return "\n".join([*lines, "", "### Runs", "", *runs, "", "### How measured", "", *hows, ""])


def replace_section(page, text):
    """The page with `text` between the marks; appended with its marks where there were none."""
    begin, end = MARKS
    before, found, rest = page.partition(begin)
    after = rest.partition(end)[2] if found else "\n"
    return f"{before}{begin}\n{text}{end}{after}"


def write(page, part, figures, conditions):
    """Keeps the figures of one part, in the page and beside it for programs: not where nothing was measured, since what was
    measured on another day is more."""
    if all(figure.holds is None for figure in figures):
        return
    numbers = page.with_suffix(".json")
    book = json.loads(numbers.read_text(encoding="utf-8")) if numbers.exists() else empty()
    book = add_run(book, part, figures, conditions)
    numbers.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write_text(replace_section(page.read_text(encoding="utf-8"), section(book)), encoding="utf-8")
