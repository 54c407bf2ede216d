// SPDX-License-Identifier: MIT
// Packs files into one tar.zst, by libarchive, which is loaded when it is asked for and only then.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/quantity.h"
#include "base/result.h"

namespace holdfast::cmd {

/// One file to be packed.
struct ArchiveFile {
  std::string path;  ///< In the archive.
  std::string_view content;
};

/// libarchive. Movable; one thread.
class Archive {
 public:
  /// Errors: kUnavailable when the library is not installed, with what to install.
  static Result<Archive> load();

  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  /// 64 hexadecimal digits. Errors: what libarchive says; its build may have no SHA-256.
  [[nodiscard]] Result<std::string> sha256(std::string_view content) const;

  /// The archive, in memory; `utc`: the time that its files bear. Errors: what libarchive says; its
  /// build may have no Zstandard.
  [[nodiscard]] Result<std::string> pack(std::span<const ArchiveFile> files, Nanos utc) const;

 private:
  struct Library;
  explicit Archive(std::unique_ptr<Library> library);

  std::unique_ptr<Library> library_;
};

}  // namespace holdfast::cmd
