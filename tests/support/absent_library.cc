// SPDX-License-Identifier: MIT
// Stands for the library of a sound system that is not installed: needed by a module, and removed.
extern "C" int hf_absent_library() {
  return 1;
}
