// SPDX-License-Identifier: MIT
#include "act/machine_memory.h"

#include "act/small_file.h"
#include "core/kilobyte_field.h"

namespace holdfast::act {

Result<MachineMemory> read_machine_memory(const std::string& root) {
  const std::string path = root + "/meminfo";
  HF_TRY_ASSIGN(const std::string text, read_small_file(path));
  const auto total = kilobyte_field(text, "MemTotal");
  const auto available = kilobyte_field(text, "MemAvailable");
  if (!total || !available) {
    return Error{ErrorKind::kBadData, 0, "no MemTotal and MemAvailable in " + path};
  }
  return MachineMemory{*total, {*available, kilobyte_field(text, "SwapFree").value_or(0)}};
}

}  // namespace holdfast::act
