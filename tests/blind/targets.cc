// SPDX-License-Identifier: MIT
#include "blind/targets.h"

using holdfast::blind::kPageBytes;
using holdfast::blind::kTargetBytes;

HF_BLIND_CODE("blind_text");
alignas(kPageBytes) unsigned char blind_data[kTargetBytes] = {1};
alignas(kPageBytes) unsigned char blind_zeroes[kTargetBytes];
alignas(kPageBytes) const unsigned char blind_constants[kTargetBytes] = {1};
