// SPDX-License-Identifier: MIT
// The plan of an experiment: which arm is measured when, and what an outcome would need. Rounds in
// which each arm has one block, in an order drawn anew for each round, so that whatever changes
// slowly (the disk, the neighbours, the heat) meets all arms alike: R. Fisher's randomised blocks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "core/lock_arm.h"

namespace holdfast {

/// How sure an experiment is to be; see core/experiment_power.h.
inline constexpr double kExperimentError = 0.05;
inline constexpr double kExperimentPower = 0.9;

/// Everything that must not change between the blocks of one experiment.
struct ExperimentDesign {
  std::vector<LockArm> arms;  ///< The first is the reference.
  uint64_t seed = 1;
  int rounds = 0;
  Nanos block;    ///< Counted time of each.
  Nanos washout;  ///< Before it, in which the arm's program starts, is pressed, and is not counted.
  int64_t block_frames = 16;
  int64_t rate_hz = 48'000;
  std::string device;                ///< As --device takes it; empty with a program.
  std::string workload;              ///< See core/workload_text.h; empty with a program.
  std::vector<std::string> program;  ///< Somebody else's, with arguments; empty: our own thread.
  std::string thread;                ///< Which thread of that program; empty: the real-time one.
  std::string pressure;  ///< What is held, "none", or "page_out": own pages, without a cgroup.

  friend bool operator==(const ExperimentDesign&, const ExperimentDesign&) = default;
};

/// One block to measure.
struct PlannedBlock {
  int index = 0;  ///< 0, 1, 2 ... in the order of time.
  int round = 0;
  int arm = 0;  ///< Index into the design's arms.

  friend bool operator==(const PlannedBlock&, const PlannedBlock&) = default;
};

/// All blocks, in order. The same on every machine and with every library.
std::vector<PlannedBlock> plan_blocks(const ExperimentDesign& design);

/// How many rounds fit into `whole`, `settling` being what passes before the first and `overhead`
/// what a block takes besides. Errors: kUsage when fewer than two do, with how long it must be, or
/// more than 1000.
Result<int> rounds_in(Nanos whole, const ExperimentDesign& design, Nanos settling, Nanos overhead);

/// Permitted error of each comparison with the reference, so that all of them together have
/// kExperimentError (O. Dunn, J. Am. Stat. Assoc. 56, 1961: shared evenly).
double comparison_error(const ExperimentDesign& design);

/// Glitches a minute without locking from which on the whole design finds a halving.
double rate_for_halving(const ExperimentDesign& design);

}  // namespace holdfast
