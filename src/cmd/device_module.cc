// SPDX-License-Identifier: MIT
#include "cmd/device_module.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "probe/process_linux.h"

namespace holdfast::cmd {
namespace {

constexpr SoundSystem kSystems[] = {
    {"pipewire", "libpipewire-0.3-0", "libpipewire-0.3-dev"},
    {"jack", "libjack-jackd2-0", "libjack-jackd2-dev"},
    {"alsa", "libasound2", "libasound2-dev"},
    {"coreaudio", "", ""},
};
constexpr const char* kInstead = ", or use --device virtual";

Error no_module(const SoundSystem& system, const std::string& path) {
  const std::string name(system.name);
  if (system.development_package.empty()) {
    return unavailable("this version has no " + name + " module" + kInstead);
  }
  return unavailable("there is no " + name + " module at " + path +
                     ": this build was made without " + std::string(system.development_package) +
                     ", or is not complete; install that package and build again" + kInstead);
}

/// The loader says "libjack.so.0: cannot open shared object file: No such file or directory".
Error cannot_load(const SoundSystem& system, const std::string& path) {
  const char* said = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one per thread
  const std::string reason = said != nullptr ? said : "no reason given";
  const std::string library = reason.substr(0, reason.find(':'));
  const bool is_library_missing =
      library != path && reason.find("cannot open shared object file") != std::string::npos;
  if (!is_library_missing) return unavailable("cannot load the module: " + reason);
  return unavailable(library + " is not installed, which the " + std::string(system.name) +
                     " module needs: apt-get install " + std::string(system.runtime_package) +
                     kInstead);
}

Result<const audio::Module*> checked(const audio::Module& module, const std::string& path) {
  const bool fits = module.interface_version == audio::kModuleInterface &&
                    module.layout == audio::kModuleLayout &&
                    std::string_view(module.version) == HF_VERSION;
  if (fits) return &module;
  const bool is_readable = module.interface_version == audio::kModuleInterface;
  return unavailable(
      path + " is of another build of holdfast (" + (is_readable ? module.version : "unknown") +
      ", interface " + std::to_string(module.interface_version) + "; this is " HF_VERSION ", " +
      std::to_string(audio::kModuleInterface) + "): install program and modules together");
}

}  // namespace

std::span<const SoundSystem> sound_systems() {
  return kSystems;
}

Result<std::string> module_folder() {
  const char* named = secure_getenv("HOLDFAST_AUDIO_MODULES");
  if (named != nullptr && *named != '\0') return std::string(named);
  HF_TRY_ASSIGN(const std::filesystem::path program, probe::read_program_path(getpid()));
  return (program.parent_path().parent_path() / "lib/holdfast/audio").string();
}

Result<const audio::Module*> load_module(const SoundSystem& system) {
  HF_TRY_ASSIGN(const std::string folder, module_folder());
  const std::string path = folder + "/" + std::string(system.name) + ".so";
  if (access(path.c_str(), F_OK) != 0) return no_module(system, path);
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return cannot_load(system, path);
  const auto* const module =
      static_cast<const audio::Module*>(dlsym(library, HF_AUDIO_MODULE_SYMBOL));
  if (module == nullptr) return unavailable(path + " is no audio module of holdfast");
  return checked(*module, path);
}

}  // namespace holdfast::cmd
