// SPDX-License-Identifier: MIT
// Looking at an experiment again and again, and stopping when it has said enough, without being
// wrong more often than one look would be. The permitted error is spent over the looks: next to
// nothing early, nearly all of it at the end.
#pragma once

#include <vector>

namespace holdfast {

/// For looks at `information` (shares of the whole experiment, ascending, the last at most 1): the
/// distance from 0 at which a standard normal statistic counts as different, so that all looks
/// together are wrong with probability `error`. Spending function of K. Lan & D. DeMets
/// ("Discrete sequential boundaries for clinical trials", Biometrika 70, 1983), the one that is
/// like P. O'Brien & T. Fleming's, two-sided and symmetric; the probabilities by the recursion of
/// P. Armitage, C. McPherson & B. Rowe (J. R. Stat. Soc. A 132, 1969). Looks that come too early to
/// spend anything have 8.
std::vector<double> sequential_boundaries(const std::vector<double>& information, double error);

/// The same as two-sided error of each look. An interval with this error holds the true value at
/// all looks together with probability 1 - `error`, whenever one stops: C. Jennison & B. Turnbull's
/// repeated confidence interval (J. R. Stat. Soc. B 51, 1989).
std::vector<double> sequential_errors(int looks, double error);

}  // namespace holdfast
