/* SPDX-License-Identifier: MIT */
/* A JACK client that protects the thread that libjack makes for it, and counts what it loses. The
 * place for protection is JACK's thread init callback: it runs on that thread, before the first
 * cycle.
 *
 * cc -std=c99 jack_client.c $(pkg-config --cflags --libs holdfast jack) -o jack_client
 * usage: jack_client [CYCLES]    Exit codes: 0 done, 1 no server, or the thread took major faults.
 */
#include <holdfast/holdfast.h>
#include <jack/jack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

HF_RT_DATA static struct {
  jack_client_t* client;
  jack_port_t* input;
  hf_gap_detector* detector;
  int64_t position; /* JACK counts in 32 bits: 25 hours at 48 kHz. */
  jack_nframes_t last;
  int is_begun;
  volatile int cycles;
  hf_fault_counts first, now;
} state = {0};
static int protection = HF_ERROR_SYSTEM;
static hf_protect_report report;

static void protect(void* nothing) {
  hf_protect_options options = hf_protect_defaults();
  hf_range memory = hf_gap_detector_memory(state.detector);
  (void)nothing;
  options.ranges = &memory;
  options.range_count = 1;
  report.struct_size = sizeof report;
  protection = hf_protect_current_thread(&options, &report);
  if (protection != HF_OK) fprintf(stderr, "jack_client: %s\n", hf_error_text());
}

HF_RT_TEXT static int process(jack_nframes_t frames, void* nothing) {
  const jack_nframes_t label = jack_last_frame_time(state.client);
  const float* samples = (const float*)jack_port_get_buffer(state.input, frames);
  jack_nframes_t cycle_frames;
  jack_time_t begin = 0, next;
  float period;
  hf_block block;
  (void)nothing;
  state.position += state.is_begun ? (int32_t)(label - state.last) : 0;
  state.last = label;
  memset(&block, 0, sizeof block);
  block.struct_size = sizeof block;
  block.position = state.position;
  block.frames = frames;
  /* JACK's microseconds are those of CLOCK_MONOTONIC. */
  if (jack_get_cycle_times(state.client, &cycle_frames, &begin, &next, &period) == 0) {
    block.due_ns = (int64_t)begin * 1000;
  }
  block.planes = &samples;
  block.channels = 1;
  hf_gap_detector_place(state.detector, &block, NULL);
  hf_read_faults(&state.now);
  if (!state.is_begun) state.first = state.now;
  state.is_begun = 1;
  state.cycles++;
  return 0;
}

static void tell(void) {
  hf_stream_totals totals;
  hf_loss loss;
  memset(&totals, 0, sizeof totals);
  totals.struct_size = sizeof totals;
  loss.struct_size = sizeof loss;
  hf_gap_detector_finish(state.detector);
  while (hf_gap_detector_next(state.detector, &loss) == 1) {
    printf("lost %lld frames at frame %lld, by %s\n", (long long)loss.missing_frames,
           (long long)loss.position,
           loss.source == HF_SOURCE_CLIENT ? "this client" : "the server");
  }
  hf_gap_detector_totals(state.detector, &totals);
  printf("locked %zu KiB, refused %zu KiB\n", report.locked_bytes / 1024,
         report.refused_bytes / 1024);
  printf("%lld frames = %lld received + %lld missing\n", (long long)totals.elapsed_frames,
         (long long)totals.received_frames, (long long)totals.missing_frames);
  printf("major faults of the audio thread: %lld\n",
         (long long)(state.now.major - state.first.major));
}

int main(int count, char** words) {
  const int cycles = count > 1 ? atoi(words[1]) : 1000;
  hf_gap_detector_options options;
  state.client = jack_client_open("holdfast_example", JackNoStartServer, NULL);
  if (state.client == NULL) {
    fprintf(stderr, "jack_client: no JACK server; start one with `jackd -d dummy`\n");
    return 1;
  }
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.rate_hz = jack_get_sample_rate(state.client);
  options.position_source = HF_POSITION_SERVER;
  if (hf_gap_detector_create(&options, &state.detector) != HF_OK) {
    fprintf(stderr, "jack_client: %s\n", hf_error_text());
    return 1;
  }
  state.first.struct_size = state.now.struct_size = sizeof state.now;
  state.input = jack_port_register(state.client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  jack_set_thread_init_callback(state.client, protect, NULL);
  jack_set_process_callback(state.client, process, NULL);
  if (state.input == NULL || jack_activate(state.client) != 0) return 1;
  while (state.cycles < cycles) usleep(10000);
  jack_client_close(state.client);
  tell();
  hf_gap_detector_destroy(state.detector);
  return protection >= 0 && state.now.major == state.first.major ? 0 : 1;
}
