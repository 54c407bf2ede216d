// SPDX-License-Identifier: MIT
#include "act/private_copy.h"

#include <fcntl.h>
#include <link.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace holdfast::act {
namespace {

int collect_library(dl_phdr_info* object, size_t, void* context) {
  // The program itself has no name, and the vDSO no file.
  if (object->dlpi_name != nullptr && object->dlpi_name[0] == '/') {
    static_cast<std::vector<std::string>*>(context)->push_back(object->dlpi_name);
  }
  return 0;
}

/// 0 or an errno. Pages can only be forgotten once they are on the disk.
int copy_content(int from, int to) {
  ssize_t size = 0;
  while ((size = sendfile(to, from, nullptr, 1 << 20)) > 0) {
  }
  if (size < 0 || fdatasync(to) != 0) return errno;
  return posix_fadvise(to, 0, 0, POSIX_FADV_DONTNEED);
}

Result<> copy_file(const std::string& from_path, const std::string& to_path) {
  const int from = open(from_path.c_str(), O_RDONLY | O_CLOEXEC);
  if (from < 0) return system_error("cannot open " + from_path, errno);
  const int to = open(to_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
  const int copy_errno = to < 0 ? errno : copy_content(from, to);
  close(from);
  if (to >= 0) close(to);
  if (copy_errno != 0) return system_error("cannot copy to " + to_path, copy_errno);
  return Done{};
}

}  // namespace

Result<std::string> copy_own_program(const std::string& directory) {
  std::vector<std::string> libraries;
  dl_iterate_phdr(collect_library, &libraries);
  for (const std::string& library : libraries) {
    HF_TRY(copy_file(library, directory + library.substr(library.rfind('/'))));
  }
  const std::string program = directory + "/holdfast";
  HF_TRY(copy_file("/proc/self/exe", program));
  return program;
}

}  // namespace holdfast::act
