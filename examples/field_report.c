/* SPDX-License-Identifier: MIT */
/* A program that reports its own sessions to those who make it, when its user agrees. The audio
 * here is a thread with a timer that loses 480 frames on purpose; in a real program the three calls
 * of audio_thread() stand in its callback.
 *
 * cc -std=c99 field_report.c $(pkg-config --cflags --libs holdfast) -lpthread -o field_report
 * usage: field_report FOLDER agree [URL [TOKEN]]  keeps what the user chose, in FOLDER
 *        field_report FOLDER session              a session of a second; its report is shown,
 * queued field_report FOLDER send                 delivers what waits field_report FOLDER off the
 * user has changed his mind Exit codes: 0 done, 1 not.
 */
#define _POSIX_C_SOURCE 200809L
#include <holdfast/holdfast.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RATE_HZ = 48000, BLOCK_FRAMES = 480, BLOCKS = 100, BLOCK_NS = 10000000 };
static hf_report_program program = {sizeof(hf_report_program), "field-report", "1.0", NULL, NULL};

static int failed(void) {
  fprintf(stderr, "field_report: %s\n", hf_error_text());
  return 1;
}

/* What the sound system would do: calls us for each block, and says where it belongs. */
static void on_block(hf_report* report, int64_t position, int64_t due_ns) {
  hf_block block;
  memset(&block, 0, sizeof block);
  block.struct_size = sizeof block;
  block.position = position;
  block.frames = BLOCK_FRAMES;
  block.due_ns = due_ns;
  hf_report_block(report, &block);
}

static void* audio_thread(void* given) {
  hf_report* report = (hf_report*)given;
  hf_range memory = hf_report_memory(report);
  hf_protect_options options = hf_protect_defaults();
  hf_protect_report protection;
  struct timespec due;
  int i;
  memset(&protection, 0, sizeof protection);
  protection.struct_size = sizeof protection;
  options.ranges = &memory;
  options.range_count = 1;
  if (hf_protect_current_thread(&options, &protection) == HF_PARTLY) {
    fprintf(stderr, "field_report: %s\n", hf_error_text());
  }
  hf_report_watch_current_thread(report, &protection);
  clock_gettime(CLOCK_MONOTONIC, &due);
  for (i = 0; i < BLOCKS; i++) {
    due.tv_nsec += BLOCK_NS;
    if (due.tv_nsec >= 1000000000) due.tv_sec++, due.tv_nsec -= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    if (i == BLOCKS / 2) continue; /* this one is lost */
    on_block(report, (int64_t)i * BLOCK_FRAMES, (int64_t)due.tv_sec * 1000000000 + due.tv_nsec);
  }
  hf_unprotect_current_thread();
  return NULL;
}

static int run_session(void) {
  static const char* const kBecame[] = {"queued",         "reports are off", "not sampled",
                                        "already queued", "given up",        "no room"};
  hf_report_session session;
  hf_report_counts counts;
  hf_report* report;
  const char* text;
  pthread_t thread;
  int became;
  memset(&session, 0, sizeof session);
  session.struct_size = sizeof session;
  session.rate_hz = RATE_HZ;
  session.block_frames = BLOCK_FRAMES;
  session.backend = "timer";
  session.flags = HF_REPORT_PREVIEW; /* so that the user can see it before he agrees */
  if (hf_report_create(&program, &session, &report) != HF_OK) return failed();
  if (pthread_create(&thread, NULL, audio_thread, report) != 0) return 1;
  pthread_join(thread, NULL);
  if (hf_report_finish(report, HF_END_CLEAN) != HF_OK) return failed();
  text = hf_report_text(report);
  if (text == NULL) return failed();
  printf("%s\n", text);
  counts.struct_size = sizeof counts;
  if (hf_report_read_counts(report, &counts) != HF_OK) return failed();
  printf("%lld blocks, %lld glitches, %lld frames lost; the report's thread took %lld us\n",
         (long long)counts.blocks, (long long)counts.glitches, (long long)counts.lost_frames,
         (long long)counts.thread_cpu_ns / 1000);
  became = hf_report_queue(report);
  if (became < 0) return failed();
  printf("%s\n", kBecame[became]);
  hf_report_destroy(report);
  return 0;
}

static int agree(int consent, const char* url, const char* token) {
  hf_report_settings settings;
  memset(&settings, 0, sizeof settings);
  settings.struct_size = sizeof settings;
  settings.consent = consent;
  settings.url = url;
  settings.token = token;
  return hf_report_agree(&program, &settings) == HF_OK ? 0 : failed();
}

static int send_reports(void) {
  hf_report_outcome outcome;
  outcome.struct_size = sizeof outcome;
  if (hf_report_send(&program, NULL, &outcome) != HF_OK) return failed();
  printf("%lld delivered, %lld refused, %lld waiting\n", (long long)outcome.delivered,
         (long long)outcome.refused, (long long)outcome.waiting);
  return 0;
}

int main(int count, char** words) {
  if (count < 3) return fprintf(stderr, "usage: field_report FOLDER agree|session|send|off\n"), 1;
  program.folder = words[1];
  if (strcmp(words[2], "agree") == 0) {
    return agree(HF_CONSENT_DETAIL, count > 3 ? words[3] : NULL, count > 4 ? words[4] : NULL);
  }
  if (strcmp(words[2], "session") == 0) return run_session();
  if (strcmp(words[2], "send") == 0) return send_reports();
  if (strcmp(words[2], "off") == 0) return agree(HF_CONSENT_OFF, NULL, NULL);
  return 1;
}
