// SPDX-License-Identifier: MIT
#include "core/block_permutation.h"

#include <cmath>
#include <random>

namespace holdfast {
namespace {

constexpr size_t kMostExactRounds = 12;
constexpr int kDrawnExchanges = 4095;
constexpr double kSameShare = 1 - 1e-9;  ///< Sums in another order differ in their last digits.

/// |sum of the differences|, those of the rounds in `exchanged` with their sign turned.
template <class Exchanged>
double distance(const std::vector<double>& differences, const Exchanged& exchanged) {
  double sum = 0;
  for (size_t i = 0; i < differences.size(); ++i) {
    sum += exchanged(i) ? -differences[i] : differences[i];
  }
  return std::abs(sum);
}

double exact(const std::vector<double>& differences, double seen) {
  const uint64_t all = uint64_t{1} << differences.size();
  uint64_t as_far = 0;
  for (uint64_t mask = 0; mask < all; ++mask) {
    const auto is_exchanged = [&](size_t i) { return (mask >> i & 1) != 0; };
    if (distance(differences, is_exchanged) >= seen) ++as_far;
  }
  return static_cast<double>(as_far) / static_cast<double>(all);
}

double drawn(const std::vector<double>& differences, double seen, uint64_t seed) {
  std::mt19937_64 random(seed);
  int as_far = 1;
  for (int i = 0; i < kDrawnExchanges; ++i) {
    const auto is_exchanged = [&](size_t) { return (random() >> 63) != 0; };
    if (distance(differences, is_exchanged) >= seen) ++as_far;
  }
  return static_cast<double>(as_far) / (kDrawnExchanges + 1);
}

}  // namespace

double permutation_p_value(const std::vector<BlockPair>& rounds, uint64_t seed) {
  if (rounds.empty()) return 1;
  std::vector<double> differences;
  differences.reserve(rounds.size());
  for (const BlockPair& round : rounds) {
    differences.push_back(round.treated.rate() - round.reference.rate());
  }
  const double seen = distance(differences, [](size_t) { return false; }) * kSameShare;
  return rounds.size() <= kMostExactRounds ? exact(differences, seen)
                                           : drawn(differences, seen, seed);
}

}  // namespace holdfast
