#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real experiments of `holdfast prove`, one after the other: whether they agree, whether equal arms stay equal, and
whether the lock plan is as good as locking everything.

usage: real_experiments.py BUILD_DIR [agreement [N] | equal_arms [N] | plan [MINUTES]]     as root
"""
import json
import os
import subprocess
import sys

from figure import Figure, conclude, skipped

REPEATS, EQUAL, PLAN_MINUTES, PLAN_BLOCKS = 10, 50, 10, 20
MOST_DIFFERENT = 0.05
CALLED_DIFFERENT = ("fewer", "more")
HOW = "`bench/real_experiments.py`: `holdfast prove` in a cgroup of {}, psi=30 %, each with another seed"


def experiment(build, seed, *options):
    """(exit code, `holdfast.prove/1` object or None, what was said) of one experiment."""
    run = subprocess.run([f"{build}/src/cmd/holdfast", "prove", "--json", "--seed", str(seed), *options],
                         capture_output=True, text=True, check=False)
    events = [json.loads(line) for line in run.stdout.splitlines()]
    result = next((each for each in events if each.get("schema") == "holdfast.prove/1"), None)
    return run.returncode, result, run.stderr.strip().splitlines()[-1:]


def minutes(result):
    return sum(arm["minutes"] for arm in result["arm_results"])


def agrees(result):
    """Both arms have fewer, and no interval holds 1."""
    return result is not None and all(one["difference"] == "fewer" and one["ratio_interval"][1] < 1
                                      for one in result["comparisons"])


def agreement_figure(results, asked=REPEATS):
    agreeing = [result for result in results if agrees(result)]
    name = "real experiments that agree: plan and all remove page-fault glitches"
    worst = {arm: max((one["ratio_interval"][1] for result in agreeing for one in result["comparisons"]
                       if one["arm"] == arm), default=float("nan")) for arm in ("plan", "all")}
    longest = max((minutes(result) for result in results if result), default=0)
    text = (f"{len(agreeing)} of {len(results)}, highest end of an interval {worst['plan']:.2f} for plan, "
            f"{worst['all']:.2f} for all; counted for {longest:.1f} min at most")
    holds = len(agreeing) == len(results) and (True if len(results) >= asked else None)
    return Figure(name, f"{asked} of {asked}, intervals without 1, in 10 min", text, holds, HOW.format("256 MiB"))


def agreement(build, repeats=REPEATS):
    options = ("--for", "5min", "--block", "3s", "--washout", "2s")
    yield agreement_figure([experiment(build, seed, *options)[1] for seed in range(1, repeats + 1)])


def equal_arms_figure(results, asked=EQUAL):
    valid = [result for result in results if result and result["verdict"] != "not_valid"]
    different = sum(any(one["difference"] in CALLED_DIFFERENT for one in result["comparisons"]) for result in valid)
    glitches = sum(arm["page_fault_glitches"] for result in valid for arm in result["arm_results"])
    text = f"{different} of {len(valid)} called different, {len(results) - len(valid)} not valid, {glitches} page-fault glitches"
    holds = different <= MOST_DIFFERENT * len(valid) and (True if len(valid) >= asked and glitches > 0 else None)
    return Figure("real experiments with equal arms", f"at most 5 % of {asked} called different", text, holds,
                  HOW.format("256 MiB"))


def equal_arms(build, count=EQUAL):
    options = ("--arms", "none,none", "--for", "1min", "--block", "3s", "--washout", "1500ms")
    yield equal_arms_figure([experiment(build, seed, *options)[1] for seed in range(1, count + 1)])


def plan_figure(result):
    arms = {arm["arm"]: arm for arm in result["arm_results"]}
    low, high = arms["all"]["page_fault_glitches_per_min_interval"]
    plan, least = arms["plan"], min(arm["blocks"] for arm in arms.values())
    text = (f"{least} blocks each: " + ", ".join(f"{name} {arm['page_fault_glitches']}" for name, arm in sorted(arms.items())) +
            f"; major faults {arms['none']['own_major_faults']}, with plan {plan['own_major_faults']}; locked "
            f"{plan['locked_bytes'] / 2**20:.1f} MiB by plan, {arms['all']['locked_bytes'] / 2**20:.1f} by mlockall")
    is_same = low <= plan["page_fault_glitches_per_min"] <= high and plan["own_major_faults"] == 0
    holds = is_same and (True if least >= PLAN_BLOCKS and arms["none"]["page_fault_glitches"] > 0 else None)
    return Figure("page-fault glitches unlocked, by plan, with mlockall",
                  f"{PLAN_BLOCKS} blocks each: plan within the interval of mlockall, no major fault", text, holds,
                  HOW.format("96 MiB"))


def plan(build, length=PLAN_MINUTES):
    code, result, said = experiment(build, 1, "--arms", "all,plan,none", "--limit", "96M", "--for", f"{length}min",
                                    "--block", "5s", "--washout", "3s")
    if result is None:
        return [skipped("plan against mlockall", f"{PLAN_BLOCKS} blocks each", f"exit code {code}: {said}")]
    return [plan_figure(result)]


PARTS = {"agreement": agreement, "equal_arms": equal_arms, "plan": plan}


def figures(build, is_quick=False):
    if os.geteuid() != 0:
        yield skipped("real experiments", "they agree", "needs root, for a cgroup")
        return
    yield from agreement(build, *([1] if is_quick else []))
    yield from equal_arms(build, *([1] if is_quick else []))
    yield from plan(build, *([1] if is_quick else []))


if __name__ == "__main__":
    build_folder = os.path.abspath(sys.argv[1])
    chosen = PARTS[sys.argv[2]](build_folder, *map(int, sys.argv[3:])) if len(sys.argv) > 2 else figures(build_folder)
    sys.exit(conclude(list(chosen)))
