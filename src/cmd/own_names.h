// SPDX-License-Identifier: MIT
// Who and where this is: the words that no text to be given away may hold.
#pragma once

#include <string>
#include <vector>

namespace holdfast::cmd {

/// Names of this host and of the user; none that is an ordinary word such as "root".
std::vector<std::string> own_names();

}  // namespace holdfast::cmd
