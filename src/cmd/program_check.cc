// SPDX-License-Identifier: MIT
#include "cmd/program_check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "core/program_file.h"
#include "probe/file_descriptor.h"
#include "probe/process_linux.h"

namespace holdfast::cmd {
namespace {

constexpr int kMostScripts = 4;  // as the kernel

Error unavailable(std::string what, int system_errno = 0) {
  return Error{ErrorKind::kUnavailable, system_errno, std::move(what)};
}

bool is_program(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

/// As execvp() does it.
Result<std::string> find_program(const std::string& word) {
  if (word.find('/') != std::string::npos) {
    if (access(word.c_str(), F_OK) != 0) return system_error("cannot run " + word, errno);
    if (!is_program(word)) return system_error("cannot run " + word, EACCES);
    return word;
  }
  const char* const variable = std::getenv("PATH");
  const std::string folders = variable != nullptr ? variable : "/bin:/usr/bin";
  for (size_t begin = 0; begin <= folders.size();) {
    const size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string folder = folders.substr(begin, end - begin);
    const std::string path = (folder.empty() ? "." : folder) + "/" + word;
    if (is_program(path)) return path;
    begin = end + 1;
  }
  return unavailable("cannot run " + word + ": no such program in PATH", ENOENT);
}

ProgramFile read_program(const std::string& path) {
  std::array<std::byte, kProgramFrontBytes> front = {};
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t size = read(file, front.data(), front.size());
  close(file);
  if (size <= 0) return {};
  return parse_program_file(std::span(front).first(static_cast<size_t>(size)));
}

/// Why the loader would ignore LD_PRELOAD; "" when it would not.
std::string find_privilege(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return "";
  if ((status.st_mode & S_ISUID) != 0 && status.st_uid != getuid()) {
    return "it is setuid: it runs as another user than the one who starts it";
  }
  if ((status.st_mode & S_ISGID) != 0 && status.st_gid != getgid()) {
    return "it is setgid: it runs as another group than that of who starts it";
  }
  const bool has_capabilities = getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
  if (has_capabilities && getuid() != 0) return "its file carries capabilities (setcap)";
  return "";
}

Result<ProgramCheck> judge(ProgramCheck check, const std::string& code) {
  const std::string privilege = find_privilege(code);
  if (!privilege.empty() && getuid() != 0) {
    return unavailable(
        code + " cannot be protected: " + privilege +
        ", so the kernel lets this user neither load a library into it nor attach "
        "to it; run holdfast as root, or take the privilege off the file and give it "
        "to the session: @audio rtprio and memlock in /etc/security/limits.d");
  }
  const ProgramFile file = read_program(code);
  if (file.kind == ProgramKind::kOtherMachine) {
    return unavailable(code +
                       " cannot be protected: it is made for another word size or processor "
                       "than holdfast; use a build of it for this one");
  }
  if (!privilege.empty()) check.why = privilege;
  if (file.kind == ProgramKind::kStatic) check.why = "it is statically linked";
  check.route = check.why.empty() ? RunRoute::kPreload : RunRoute::kAttach;
  return check;
}

}  // namespace

Result<ProgramCheck> check_program(const std::string& word) {
  ProgramCheck check;
  HF_TRY_ASSIGN(check.path, find_program(word));
  std::string code = check.path;
  for (int i = 0; i < kMostScripts; ++i) {
    const ProgramFile file = read_program(code);
    if (file.kind != ProgramKind::kScript || !is_program(file.interpreter)) break;
    code = file.interpreter;
  }
  return judge(std::move(check), code);
}

Result<std::string> find_preload() {
  HF_TRY_ASSIGN(const std::filesystem::path program, probe::read_program_path(getpid()));
  const std::string path = program.parent_path().parent_path() / "lib/holdfast/preload.so";
  if (access(path.c_str(), R_OK) != 0) {
    return unavailable("there is no " + path + ": this build is not complete; install it again");
  }
  if (path.find_first_of(" :") == std::string::npos) return path;
  return unavailable(path +
                     " cannot be preloaded, because of the blank or colon in its name; "
                     "install holdfast somewhere else");
}

}  // namespace holdfast::cmd
