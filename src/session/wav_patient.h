// SPDX-License-Identifier: MIT
// A WAV file on the disk that may need repair: looked at, and put right in place. Nothing but sizes
// is written, and never before a copy of the old head lies beside it.
#pragma once

#include <string>

#include "base/result.h"
#include "core/wav_repair.h"
#include "probe/file_descriptor.h"

namespace holdfast::session {

/// One file, held against other writers while this lives. Movable.
class WavPatient {
 public:
  /// Looks at the file. `is_read_only`: it will not be repaired, so it need not be writable.
  /// Errors: kUsage when another program is writing it, kBadData when it cannot be repaired, else
  /// what the system says.
  static Result<WavPatient> open(const std::string& path, bool is_read_only);

  [[nodiscard]] const WavRepair& repair() const { return repair_; }

  /// Copies the head to a new file beside it, then writes what is wrong, to the disk. Returns the
  /// path of the copy.
  Result<std::string> heal();

 private:
  WavPatient(std::string path, probe::FileDescriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}

  Result<std::string> copy_head() const;

  std::string path_;
  probe::FileDescriptor file_;
  WavRepair repair_;
};

}  // namespace holdfast::session
