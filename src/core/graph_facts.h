// SPDX-License-Identifier: MIT
// What is known of the other programs of the sound system's graph: the server, and those whose work
// comes before ours in every cycle. Our thread waits for them, so when it slept too long, or the
// server lost time, one of them may be why; then the glitch gets that program's name and a budget
// of its time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/address_space.h"
#include "core/attribute.h"
#include "core/session_info.h"
#include "core/text_lines.h"
#include "core/thread_facts.h"
#include "rt/record.h"

namespace holdfast {

/// Facts of all followed programs. One thread.
class GraphFacts {
 public:
  explicit GraphFacts(const SessionInfo& info);

  /// Takes every record of the run; ignores those that say nothing about these programs.
  void take(const Record& record);

  /// Lets go of what no gap can need any more.
  void forget_before(Nanos time);

  /// Whose lateness it was, and the budget of it.
  struct Blame {
    std::string program;
    Attribution attribution;
  };
  /// Nothing when no other program explains the gap better than our own thread's facts, `own`.
  [[nodiscard]] std::optional<Blame> blame(const Gap& gap, const Attribution& own) const;

  /// Facts that were not kept because there were too many.
  [[nodiscard]] int64_t dropped() const;

 private:
  struct Program {
    explicit Program(const FollowedProgram& followed);
    /// Nothing where it would rest on the absence of records alone.
    [[nodiscard]] std::optional<Attribution> attribution_of(const Gap& gap) const;
    /// Longer than `cycle`, and through most of the lateness.
    [[nodiscard]] bool has_overslept(const Gap& gap, Nanos cycle) const;

    FollowedProgram session;
    ObservedThread observed;
    ThreadFacts facts;
    TextLines lines{RecordKind::kFollowedText};
    AddressSpace space;
  };

  [[nodiscard]] std::optional<Blame> blame_who_worked(const Gap& gap) const;
  [[nodiscard]] std::optional<Blame> blame_who_slept(const Gap& gap) const;
  [[nodiscard]] std::optional<Blame> blame_server(const Gap& gap, const Attribution& own) const;

  std::vector<Program> programs_;
  Nanos cycle_;  ///< From one block to the next.
};

}  // namespace holdfast
