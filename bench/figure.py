# SPDX-License-Identifier: MIT
"""One promised figure: what was asked, what came out, and how it was measured."""
import dataclasses

SKIPPED = 77  # exit code of a measurement that this machine cannot make


@dataclasses.dataclass(frozen=True)
class Figure:
    """`holds` is None where the measurement does not decide it; `measured` then says why."""
    name: str
    asked: str
    measured: str
    holds: bool | None
    how: str

    @property
    def verdict(self):
        return {True: "holds", False: "falls short", None: "not decided"}[self.holds]


def skipped(name, asked, why):
    return Figure(name, asked, why, None, "not measured on this machine")


def conclude(figures):
    """Prints the figures of one script; returns its exit code: 0 all hold, 1 not, 77 none measured."""
    for figure in figures:
        print(f"{figure.verdict}: {figure.name}: {figure.measured} (asked: {figure.asked})")
    if all(figure.holds is None for figure in figures):
        return SKIPPED
    return 1 if any(figure.holds is False for figure in figures) else 0
