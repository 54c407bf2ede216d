// SPDX-License-Identifier: MIT
// A shared library that is taken when it is there: the program starts without it.
#pragma once

#include <dlfcn.h>

#include <initializer_list>

namespace holdfast::probe {

/// Looked for by its soname, and kept until the process ends. One thread.
class OptionalLibrary {
 public:
  /// The first of `sonames` that the loader finds.
  explicit OptionalLibrary(std::initializer_list<const char*> sonames) {
    for (const char* soname : sonames) {
      if (handle_ == nullptr) handle_ = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    }
  }

  /// False where there is no such library, or it has no such function.
  template <class Function>
  bool find(const char* name, Function& function) const {
    function = handle_ == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(handle_, name));
    return function != nullptr;
  }

 private:
  void* handle_ = nullptr;
};

}  // namespace holdfast::probe
