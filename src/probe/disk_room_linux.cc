// SPDX-License-Identifier: MIT
#include "probe/disk_room_linux.h"

#include <sys/statvfs.h>

namespace holdfast::probe {

std::optional<int64_t> disk_room(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  struct statvfs room = {};
  if (statvfs(path.c_str(), &room) != 0 && statvfs(folder.c_str(), &room) != 0) return std::nullopt;
  return static_cast<int64_t>(room.f_bavail) * static_cast<int64_t>(room.f_frsize);
}

}  // namespace holdfast::probe
