# SPDX-License-Identifier: MIT
"""Compares verdicts with truths. Values in, values out; blind_test.py runs the programs."""
import re
import statistics

CAUSES = ["page_fault", "run_queue", "callback", "blocked", "stopped", "late_wake", "host_pause", "server",
          "device", "unexplained"]
NO_GLITCH = "no glitch"
PAGE_BYTES = 4096

# What a rung has to reach. One wrong verdict is allowed in every class, however short the run: this
# machine may pause in the middle of an injection. A judge that is right in 999 of 1000 cases passes a
# class of 20 with 99.98 %, one of 200 (two wrong allowed) with 99.9 %.
MOST_WRONG_SHARE = 0.01
MOST_WRONG_PAGES_SHARE = 0.02
LEAST_EXPLAINED = 0.90
# Most, not all: an interrupt between the end of a fault and the next instruction is in the truth only.
LEAST_DURATIONS_RIGHT = 0.5
DURATION_ERROR_SHARE = 0.05
DURATION_ERROR_NS = 5000  # of a single fault
SHORTEST_FAULT_NS = 1500  # an access that takes less was none
KNOWN_SHARE = 0.5
STRICT_RUNGS = ("kernel", "user")


def overlap_ns(glitch, truth):
    begin = max(glitch["mono_ns"], truth["begin_ns"])
    end = min(glitch["mono_ns"] + glitch["lateness_ns"], truth["end_ns"])
    return end - begin


def match(glitches, truths):
    """[(glitch, truth or None)]: each glitch with the injection that lies most in its window; and how many
    were mixed: the machine had made the thread late before the injection did, so that less than half of
    the lateness has a known cause."""
    pairs, mixed = [], 0
    for glitch in glitches:
        best = max(truths, key=lambda truth: overlap_ns(glitch, truth), default=None)
        known_ns = overlap_ns(glitch, best) if best else 0
        if 0 < known_ns < glitch["lateness_ns"] * KNOWN_SHARE:
            mixed += 1
        else:
            pairs.append((glitch, best if known_ns > 0 else None))
    return pairs, mixed


def parts_of(glitch, cause):
    return [part for part in glitch["budget"] if part["cause"] == cause]


def explained_share(glitch):
    unexplained = sum(part["ns"] for part in parts_of(glitch, "unexplained"))
    return 1 - unexplained / max(glitch["lateness_ns"], 1)


def is_symbol_right(part, truth):
    """The name, and an offset in a page that was touched."""
    if truth["symbol"] is None:
        return True
    found = re.fullmatch(r"(\w+)(?:\+0x([0-9a-f]+))?", part["symbol"] or "")
    if not found or found.group(1) != truth["symbol"]:
        return False
    address = truth["symbol_begin"] + int(found.group(2) or "0", 16)
    return any(address // PAGE_BYTES == touch["address"] // PAGE_BYTES for touch in truth["touches"])


def page_mistakes(glitch, truth):
    """Which of kind, where, mapping and symbol the largest page-fault part has wrong."""
    parts = parts_of(glitch, "page_fault")
    if not parts:
        return ["no part"]
    part = max(parts, key=lambda part: part["ns"])
    mistakes = [f"{name} {part[name]} for {truth[name]}" for name in ("kind", "where", "mapping")
                if truth[name] is not None and part[name] != truth[name]]
    if not is_symbol_right(part, truth):
        mistakes.append(f"symbol {part['symbol']} for {truth['symbol']}")
    return mistakes


def duration_error(glitch, truth):
    """(error, what was true, what is allowed) of the time in page faults inside the glitch's window."""
    begin, end = glitch["mono_ns"], glitch["mono_ns"] + glitch["lateness_ns"]
    times = [min(end, touch["end_ns"]) - max(begin, touch["begin_ns"]) for touch in truth["touches"]
             if touch["end_ns"] - touch["begin_ns"] >= SHORTEST_FAULT_NS]
    true_ns = sum(time for time in times if time > 0)
    said_ns = sum(part["ns"] for part in parts_of(glitch, "page_fault"))
    allowed_ns = max(DURATION_ERROR_NS * sum(time > 0 for time in times), DURATION_ERROR_SHARE * true_ns)
    return said_ns - true_ns, true_ns, allowed_ns


class ClassScore:
    """One class at one rung."""

    def __init__(self, name, truths, glitches):
        self.name = name
        self.pairs, self.mixed = match(glitches, truths)
        self.injected = [(glitch, truth) for glitch, truth in self.pairs if truth]
        self.bystanders = [glitch for glitch, truth in self.pairs if not truth]
        self.without_glitch = max(len(truths) - len({id(truth) for _, truth in self.injected}) - self.mixed, 0)
        self.is_page_class = any(truth["cause"] == "page_fault" for truth in truths)
        self.cause = truths[0]["cause"] if truths else None

    def verdicts(self):
        return {cause: sum(glitch["cause"] == cause for glitch, _ in self.injected) for cause in CAUSES}

    def wrong(self):
        return [(glitch, truth) for glitch, truth in self.injected if glitch["cause"] != truth["cause"]]

    def right_share(self):
        return 1 - len(self.wrong()) / max(len(self.injected), 1)

    def wrong_pages(self):
        if not self.is_page_class:
            return []
        found = [page_mistakes(glitch, truth) for glitch, truth in self.injected
                 if glitch["cause"] == "page_fault"]
        return [mistakes for mistakes in found if mistakes]

    def right_pages_share(self):
        """Of the glitches whose cause is right; None where there is none."""
        blamed = len(self.injected) - len(self.wrong())
        return 1 - len(self.wrong_pages()) / blamed if self.is_page_class and blamed else None

    def explained(self):
        return statistics.median(explained_share(glitch) for glitch, _ in self.injected)

    def durations(self):
        """[(error, true, allowed)] in ns, where single accesses were timed."""
        return [duration_error(glitch, truth) for glitch, truth in self.injected if truth["touches"]]

    def right_durations_share(self):
        errors = self.durations()
        right = sum(abs(error) <= allowed for error, _, allowed in errors)
        return right / max(len(errors), 1)

    def falsely_blamed(self):
        """Glitches blamed on memory which had nothing to do with it."""
        innocent = self.bystanders + [glitch for glitch, truth in self.injected
                                      if truth["cause"] != "page_fault"]
        return [glitch for glitch in innocent if glitch["cause"] == "page_fault"]

    def failures(self, rung):
        """Sentences; none when all that is asked of this rung holds."""
        found = []
        if self.falsely_blamed():
            found.append(f"{len(self.falsely_blamed())} glitches without paging blamed on page_fault")
        if rung not in STRICT_RUNGS:
            return found
        count = len(self.injected)
        if len(self.wrong()) > max(1, int(count * MOST_WRONG_SHARE)):
            found.append(f"{len(self.wrong())} of {count} causes are wrong")
        if len(self.wrong_pages()) > max(1, int(count * MOST_WRONG_PAGES_SHARE)):
            found.append(f"{len(self.wrong_pages())} of {count} pages are wrong: {self.wrong_pages()[0]}")
        if self.explained() < LEAST_EXPLAINED:
            found.append(f"only {self.explained():.1%} explained (median)")
        if self.durations() and self.right_durations_share() < LEAST_DURATIONS_RIGHT:
            found.append(f"only {self.right_durations_share():.0%} of fault durations are right")
        return found


def table(rows):
    """Markdown with padded columns, so that it reads well in a terminal, too."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    lines = ["| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |"
             for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def matrix_text(scores):
    """Rows: what was done. Columns: what was said."""
    rows = [["class", "cause in truth", *CAUSES, NO_GLITCH]]
    for score in scores:
        verdicts = score.verdicts()
        rows.append([score.name, score.cause, *(verdicts[cause] or "." for cause in CAUSES),
                     score.without_glitch or "."])
    rows.append(["bystanders", "not injected",
                 *(sum(glitch["cause"] == cause for score in scores for glitch in score.bystanders) or "."
                   for cause in CAUSES), "."])
    return table(rows)


def percent(share):
    return f"{100 * share:.1f} %"


def details_text(scores):
    rows = [["class", "glitches", "right cause", "right page", "explained (median)", "durations right",
             "duration error (median)", "memory blamed falsely"]]
    for score in scores:
        errors = score.durations()
        pages = score.right_pages_share()
        rows.append([score.name, len(score.injected), percent(score.right_share()),
                     percent(pages) if pages is not None else "",
                     percent(score.explained()) if score.injected else "",
                     percent(score.right_durations_share()) if errors else "",
                     f"{statistics.median(error for error, *_ in errors) / 1000:+.1f} us of "
                     f"{statistics.median(true for _, true, _ in errors) / 1000:.0f}" if errors else "",
                     len(score.falsely_blamed()) or "."])
    return table(rows)
