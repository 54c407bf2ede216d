// SPDX-License-Identifier: MIT
// libblind_library.so: code and data that belong to a library.
#include "blind/targets.h"

using holdfast::blind::kPageBytes;
using holdfast::blind::kTargetBytes;

HF_BLIND_CODE("blind_library_text");
extern "C" {
extern unsigned char blind_library_table[kTargetBytes];
alignas(kPageBytes) unsigned char blind_library_table[kTargetBytes] = {1};

unsigned char* blind_library_table_address() {
  return blind_library_table;
}
}
