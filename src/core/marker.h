// SPDX-License-Identifier: MIT
// A named place in a take: what an editor shows where the recording was hurt.
#pragma once

#include <string>

#include "base/quantity.h"

namespace holdfast {

/// A region over inserted frames, or a point where nothing had to be inserted.
struct Marker {
  Frames position;  ///< First frame, from the beginning of the take.
  Frames length;    ///< 0 for a point.
  std::string name;

  friend bool operator==(const Marker&, const Marker&) = default;
};

}  // namespace holdfast
