// SPDX-License-Identifier: MIT
// A module whose system library is not there: see absent_library.cc.
extern "C" {
int hf_absent_library();
extern const int hf_needs_absent_library;
const int hf_needs_absent_library = hf_absent_library();
}
