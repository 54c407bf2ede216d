/* SPDX-License-Identifier: MIT */
/* Without the library: holdfast/rt.h alone, copied into a program, marks code and data, locks them
 * and the stack, and counts lost frames. C99, or C++11 when compiled as such.
 *
 * cc -std=c99 -I/where/holdfast/is/include rt_only.c -lpthread -o rt_only
 * Exit codes: 0 the loss was found, 1 not. */
#include <holdfast/rt.h>
#include <stdio.h>
#include <string.h>

enum { kFrames = 64 };

HF_RT_DATA static hf_rt_stream stream = {0, 0, 0, 0, 0};
HF_RT_CONST static const float window[kFrames] = {0.5F, 1.0F, 0.5F};
HF_RT_DATA static float take[48000] = {0};

HF_RT_TEXT static int64_t callback(int64_t position) {
  const int64_t lost = hf_rt_place(&stream, position, kFrames);
  int i;
  for (i = 0; i < kFrames; i++) take[(position + i) % 48000] = window[i];
  return lost;
}

int main(void) {
  const hf_rt_report report = hf_rt_protect_thread(0);
  int64_t n, lost = 0;
  printf("locked: %s of the stack, %s of what is marked\n",
         report.stack_errno == 0 ? "all" : "not all", report.marked_errno == 0 ? "all" : "not all");
  if (report.stack_errno != 0) printf("stack: %s\n", strerror(report.stack_errno));
  for (n = 0; n < 1000; n++) lost += callback(kFrames * n + (n < 500 ? 0 : 100));
  printf("%d frames lost in %d gaps\n", (int)lost, (int)stream.gaps);
  return lost == 100 && stream.gaps == 1 ? 0 : 1;
}
