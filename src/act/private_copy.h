// SPDX-License-Identifier: MIT
// A program whose code nobody else shares. The kernel charges a page of a file to the cgroup that
// first read it, and keeps it as long as anybody uses it: code shared with the rest of the machine
// does not leave memory when one cgroup is pressed. A private copy of program and libraries does.
#pragma once

#include <string>

#include "base/result.h"

namespace holdfast::act {

/// Copies this program and every library it has loaded into the existing, empty `directory`, and
/// makes the kernel forget the copied pages. Run it with LD_LIBRARY_PATH=`directory`; only the
/// loader itself stays shared. Returns the path of the program's copy.
Result<std::string> copy_own_program(const std::string& directory);

}  // namespace holdfast::act
