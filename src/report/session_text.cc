// SPDX-License-Identifier: MIT
#include "report/session_text.h"

#include <algorithm>

#include "report/budget_text.h"
#include "report/glitch_text.h"
#include "report/html_parts.h"
#include "report/printable.h"
#include "report/private_text.h"
#include "report/session_json.h"
#include "report/session_plan.h"

namespace holdfast {
namespace {

constexpr size_t kPastedGlitches = 10;

std::string glitches_text(const SessionFacts& facts) {
  std::vector<const Glitch*> worst = listed_glitches(facts.glitches);
  std::stable_sort(worst.begin(), worst.end(), [](const Glitch* a, const Glitch* b) {
    return a->gap.missing > b->gap.missing;
  });
  if (worst.empty()) return "";
  const bool is_all = worst.size() <= kPastedGlitches;
  std::string text = is_all ? "\nglitches\n" : "\nthe glitches that lost most\n";
  worst.resize(std::min(worst.size(), kPastedGlitches));
  for (const Glitch* glitch : worst) {
    text += glitch_line(*glitch, facts.info) + "\n" + budget_text(*glitch);
  }
  return text;
}

/// What the paths of the trace give away, though they are not printed.
std::vector<std::string> names_in(const SessionFacts& facts) {
  std::vector<std::string> names;
  for (const FaultedPage& page : facts.faults.pages()) {
    for (std::string& owner : home_owners(page.owner.path)) names.push_back(std::move(owner));
  }
  return names;
}

}  // namespace

std::string session_paste_text(const SessionFacts& facts, std::span<const std::string> names) {
  std::string text = facts.info.program + ", report of a run\n";
  if (facts.summary.glitches == 0) text += verdict_text(facts.summary, facts.info) + "\n";
  if (!facts.damage.empty()) text += "damaged trace  " + facts.damage + "\n";
  text += summary_text(facts.summary, facts.info) + "\n";
  if (!facts.info.machine.empty()) text += "machine        " + facts.info.machine + "\n";
  SessionInfo info = facts.info;
  info.limitations.clear();  // the summary has them
  text += session_text(info) + lock_plan_line(facts) + glitches_text(facts);
  std::vector<std::string> all = names_in(facts);
  all.insert(all.end(), names.begin(), names.end());
  return printable(without_private(text, all));
}

}  // namespace holdfast
