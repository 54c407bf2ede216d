// SPDX-License-Identifier: MIT
// What named_program and its library share: places whose names the test knows.
#pragma once

#include <vector>

namespace named {

/// Something with a name.
struct Place {
  const char* what;
  const void* begin;
  unsigned offset;  ///< Where inside of it to ask.
};

class Filter {
 public:
  [[nodiscard]] float process(float sample) const;
};

std::vector<Place> places_in_library();

}  // namespace named
