// SPDX-License-Identifier: MIT
// holdfast repair: puts the sizes in a WAV file right, after a crash, a kill or a power cut of the
// program that wrote it, whichever that was. Good files stay untouched.
#include <memory>
#include <string>

#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "report/duration_text.h"
#include "report/json_writer.h"
#include "session/wav_patient.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kRepairProgram = "holdfast repair";

struct RepairOptions {
  std::string path;
  bool is_dry = false;
  OutputOptions output;
};

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string repair_json(const RepairOptions& options, const WavRepair& repair,
                        const std::string& copy) {
  JsonWriter json = begin_line("holdfast.repair/1");
  json.field("file", options.path);
  json.field("good", repair.is_good());
  json.field("repaired", !copy.empty());
  json.begin_array("wrong");
  for (const std::string& fault : repair.faults) json.value(fault);
  json.end_array();
  json.field("channels", repair.channels);
  json.field("rate_hz", repair.rate_hz);
  json.field("frame_bytes", repair.frame_bytes);
  if (repair.stated_bytes == UINT64_MAX) {
    json.null_field("stated_bytes");
  } else {
    json.field("stated_bytes", repair.stated_bytes);
  }
  json.field("data_bytes", repair.data_bytes);
  json.field("length_frames", repair.frames());
  json.field("left_over_bytes", repair.left_over_bytes);
  if (copy.empty()) {
    json.null_field("old_head");
  } else {
    json.field("old_head", copy);
  }
  return end_line(json);
}

std::string repair_text(const RepairOptions& options, const WavRepair& repair,
                        const std::string& copy) {
  const Frames frames(static_cast<int64_t>(repair.frames()));
  const std::string length = std::to_string(frames.count) + " frames (" +
                             duration_text(duration_of(frames, repair.rate_hz)) + ")";
  if (repair.is_good()) return options.path + ": nothing is wrong; " + length + "\n";
  std::string text = options.path + ": wrong: " + joined(repair.faults) + "\n";
  text += (copy.empty() ? "would have     " : "repaired       ") + length + "\n";
  if (repair.left_over_bytes > 0) {
    text += "left over      " + std::to_string(repair.left_over_bytes) +
            " bytes at the end, in no frame; they stay\n";
  }
  if (!copy.empty()) text += "old head       " + copy + "\n";
  return text;
}

Result<int> repair(const RepairOptions& options, Output& output) {
  HF_TRY_ASSIGN(session::WavPatient patient,
                session::WavPatient::open(options.path, options.is_dry));
  std::string copy;
  if (!patient.repair().is_good() && !options.is_dry) {
    HF_TRY_ASSIGN(copy, patient.heal());
  }
  if (output.is_json()) {
    output.line(repair_json(options, patient.repair(), copy));
  } else {
    output.text(repair_text(options, patient.repair(), copy));
  }
  return patient.repair().is_good() || !options.is_dry ? kHolds : kGlitches;
}

int run_repair(const RepairOptions& options) {
  Output output(kRepairProgram, options.output);
  return output.finish(repair(options, output));
}

}  // namespace

Command add_repair(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("repair", "Put the sizes in a WAV file right after a crash");
  auto options = std::make_shared<RepairOptions>();
  command->add_option("FILE", options->path, "The WAV file; repaired in place")->required();
  command->add_flag("--dry-run", options->is_dry, "Say what is wrong, and change nothing");
  add_output_options(*command, options->output);
  command->footer(
      "Example: holdfast repair take.wav\n"
      "Exit codes: 0 good, or repaired, 1 needs repair (--dry-run), 2 usage, 3 cannot be done "
      "here");
  return {command, [options] { return run_repair(*options); }};
}

}  // namespace holdfast::cmd
