// SPDX-License-Identifier: MIT
#include "cmd/fleet_module.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "probe/process_linux.h"

namespace holdfast::cmd {
namespace {

Result<std::string> module_path() {
  HF_TRY_ASSIGN(const std::filesystem::path program, probe::read_program_path(getpid()));
  return (program.parent_path().parent_path() / "lib/holdfast/fleet.so").string();
}

bool is_of_this_build(const fleet::Module& module) {
  return module.interface_version == fleet::kModuleInterface &&
         module.layout == fleet::kModuleLayout && std::string_view(module.version) == HF_VERSION;
}

std::string environment(const char* name) {
  const char* value = secure_getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<const fleet::Module*> load_fleet_module() {
  HF_TRY_ASSIGN(const std::string path, module_path());
  if (access(path.c_str(), F_OK) != 0) {
    return unavailable("there is no " + path +
                       ": this build was made without libsqlite3-dev, libssl-dev or "
                       "libboost-dev; install them and build again");
  }
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* said = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one per thread
    return unavailable(std::string("cannot load the collector: ") + said);
  }
  const auto* const module =
      static_cast<const fleet::Module*>(dlsym(library, HF_FLEET_MODULE_SYMBOL));
  if (module != nullptr && is_of_this_build(*module)) return module;
  return unavailable(path +
                     " is of another build of holdfast: install program and modules together");
}

Result<fleet::StorePlace> store_place(const StoreWords& words, const fleet::Module& module) {
  fleet::StorePlace place;
  HF_TRY_ASSIGN(place.clickhouse, module.parse_clickhouse(words.store));
  if (!place.clickhouse && !words.inbox.empty()) {
    return usage_error("--inbox is the file before --store clickhouse=http://HOST:8123");
  }
  place.file = place.clickhouse ? words.inbox : words.store;
  if (place.file.empty()) {
    HF_TRY_ASSIGN(place.file, default_store());
  }
  if (!place.clickhouse) return place;
  place.clickhouse->database = words.database;
  place.clickhouse->cluster = words.cluster;
  // Not options: everybody on the machine sees those.
  place.clickhouse->user = environment("HOLDFAST_CLICKHOUSE_USER");
  place.clickhouse->password = environment("HOLDFAST_CLICKHOUSE_PASSWORD");
  return place;
}

Result<std::string> default_store() {
  std::filesystem::path folder;
  const char* data = secure_getenv("XDG_DATA_HOME");
  const char* home = secure_getenv("HOME");
  if (data != nullptr && *data == '/') {
    folder = data;
  } else if (home != nullptr && *home == '/') {
    folder = std::filesystem::path(home) / ".local/share";
  } else {
    return usage_error("there is no home directory: say where reports are kept with --store");
  }
  folder /= "holdfast";
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return system_error("cannot make " + folder.string(), failure.value());
  return (folder / "reports.db").string();
}

}  // namespace holdfast::cmd
