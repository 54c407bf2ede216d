// SPDX-License-Identifier: MIT
// Adds up where a lateness went. Whatever is put in, the parts come out summing up to the lateness,
// to the nanosecond: what nobody claimed is one part more, called unexplained.
#pragma once

#include <vector>

#include "core/glitch.h"

namespace holdfast {

/// One per glitch.
class Budget {
 public:
  explicit Budget(Nanos lateness) : lateness_(lateness) {}

  /// Time without an owner yet.
  [[nodiscard]] Nanos rest() const { return rest_; }

  /// Takes `part.time` from the rest, at most all of it. Parts of one kind and one place are one
  /// part: times and counts add up, address and symbols are those of the longest.
  void add(BudgetPart part);

  /// Largest first, unexplained last; it is left out when nothing is unexplained. A lateness of
  /// nothing, or less, is unexplained as a whole.
  [[nodiscard]] std::vector<BudgetPart> parts() const;

 private:
  Nanos lateness_;
  Nanos rest_ = lateness_ > Nanos(0) ? lateness_ : Nanos(0);
  std::vector<BudgetPart> parts_;
  std::vector<Nanos> longest_;  ///< Beside parts_: the longest single fact.
};

/// The kind with the most time in it; the first in the list of causes where two are equal.
CauseKind largest_cause(const std::vector<BudgetPart>& parts);

/// The part of a symbol before its offset: "f" of "f+0x40".
std::string_view symbol_name(std::string_view symbol);

}  // namespace holdfast
