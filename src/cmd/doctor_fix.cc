// SPDX-License-Identifier: MIT
#include "cmd/doctor_fix.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "act/remedy.h"
#include "cmd/exit.h"
#include "probe/machine_setup_linux.h"

namespace holdfast::cmd {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

Result<Remedy> find_remedy(const std::string& name) {
  std::vector<std::string> known;
  for (Remedy& remedy : all_remedies(probe::governor_files())) {
    if (remedy.name == name) return std::move(remedy);
    known.push_back(remedy.name);
  }
  return usage_error("--fix knows no '" + name + "', only these: " + joined(known));
}

std::string lines_indented(const std::string& content) {
  std::string text = "    ";
  for (const char c : content) {
    text += c;
    if (c == '\n') text += "    ";
  }
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::string change_text(const act::RemedyOutcome& planned) {
  const RemedyChange& change = planned.change;
  if (change.kind == RemedyChange::Kind::kFile) {
    return "  write the file " + change.path + ":\n" + lines_indented(change.content);
  }
  return "  set " + change.path + " to " + change.content + " (now " + planned.old_value + ")\n";
}

/// What is to be done of one remedy, shown; empty when it is like that already.
Result<std::vector<RemedyChange>> show_plan(const Remedy& remedy, Output& output) {
  std::vector<RemedyChange> needed;
  std::string text;
  for (const RemedyChange& change : remedy.changes) {
    HF_TRY_ASSIGN(const act::RemedyOutcome planned, act::plan_change(change));
    if (!planned.was_needed) continue;
    needed.push_back(change);
    text += change_text(planned);
  }
  if (needed.empty()) {
    const bool is_done = !remedy.changes.empty() && !remedy.afterwards.empty();
    output.line(remedy.name + ": nothing to change" + (is_done ? "; " + remedy.afterwards : ""));
    return needed;
  }
  output.line(remedy.name + ": " + remedy.purpose);
  output.text(text);
  return needed;
}

Result<> ask_to_change(bool is_agreed) {
  if (is_agreed) return Done{};
  if (isatty(STDIN_FILENO) != 1) {
    return usage_error("nothing was changed: stdin is no terminal to ask; confirm with --yes");
  }
  std::fputs("Change this? [y/N] ", stderr);
  std::array<char, 16> answer = {};
  if (std::fgets(answer.data(), answer.size(), stdin) != nullptr &&
      (answer[0] == 'y' || answer[0] == 'Y')) {
    return Done{};
  }
  return usage_error("nothing was changed");
}

/// In the opposite order of what was done.
void show_way_back(const std::vector<std::string>& commands, Output& output) {
  if (commands.empty()) return;
  output.line("The way back:");
  for (auto command = commands.rbegin(); command != commands.rend(); ++command) {
    output.line("  " + *command);
  }
}

Result<> carry_out(const std::vector<RemedyChange>& changes, Output& output) {
  std::vector<std::string> commands;
  for (const RemedyChange& change : changes) {
    const auto done = act::carry_out(change);
    if (!done) {
      show_way_back(commands, output);
      return done.error();
    }
    if (done->was_needed) commands.push_back(way_back(change, done->old_value));
  }
  output.line("Done.");
  show_way_back(commands, output);
  return Done{};
}

}  // namespace

Result<int> carry_out_remedies(const std::vector<std::string>& names, bool is_agreed,
                               Output& output) {
  std::vector<Remedy> remedies;
  for (const std::string& name : names) {
    HF_TRY_ASSIGN(Remedy remedy, find_remedy(name));
    remedies.push_back(std::move(remedy));
  }
  std::vector<RemedyChange> changes;
  std::vector<std::string> left_to_do;
  for (const Remedy& remedy : remedies) {
    HF_TRY_ASSIGN(const std::vector<RemedyChange> needed, show_plan(remedy, output));
    changes.insert(changes.end(), needed.begin(), needed.end());
    const bool has_more = !needed.empty() && !remedy.afterwards.empty();
    if (has_more) left_to_do.push_back(remedy.name + ": " + remedy.afterwards);
  }
  if (changes.empty()) return int{kHolds};
  if (geteuid() != 0) {
    return Error{
        ErrorKind::kUnavailable, 0,
        "nothing was changed: that needs root: sudo holdfast doctor --fix " + joined(names)};
  }
  HF_TRY(ask_to_change(is_agreed));
  HF_TRY(carry_out(changes, output));
  for (const std::string& line : left_to_do) output.line(line);
  return int{kHolds};
}

}  // namespace holdfast::cmd
