// SPDX-License-Identifier: MIT
#include "report/duration_text.h"

#include "base/format.h"

namespace holdfast {

std::string duration_text(Nanos duration) {
  const auto ns = static_cast<double>(duration.count);
  const double size = ns < 0 ? -ns : ns;
  if (size < 1e3) return format("%.0f ns", ns);
  if (size < 999'500) return format(size < 9'995 ? "%.2f us" : "%.0f us", ns / 1e3);
  if (size < 999.5e6) return format(size < 9.995e6 ? "%.2f ms" : "%.1f ms", ns / 1e6);
  return format(size < 9.995e9 ? "%.2f s" : "%.1f s", ns / 1e9);
}

}  // namespace holdfast
