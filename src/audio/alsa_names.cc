// SPDX-License-Identifier: MIT
#include "audio/alsa_names.h"

#include <alsa/asoundlib.h>

#include <algorithm>
#include <memory>

#include "audio/pcm_owner.h"
#include "base/nearest.h"

namespace holdfast::audio {
namespace {

constexpr const char* kNoCard =
    "there is no sound card that ALSA can record from (/proc/asound/cards lists those the kernel "
    "knows); connect one or load its driver, name a PCM of your own with --device alsa:PCM, or use "
    "--device virtual";

struct CloseControl {
  void operator()(snd_ctl_t* control) const { snd_ctl_close(control); }
};
using Control = std::unique_ptr<snd_ctl_t, CloseControl>;

void add_captures_of(int card, std::vector<AlsaCapture>& captures) {
  snd_ctl_t* opened = nullptr;
  if (snd_ctl_open(&opened, ("hw:" + std::to_string(card)).c_str(), SND_CTL_READONLY) < 0) return;
  const Control control(opened);
  snd_ctl_card_info_t* card_info = nullptr;
  snd_ctl_card_info_alloca(&card_info);
  if (snd_ctl_card_info(opened, card_info) < 0) return;
  snd_pcm_info_t* info = nullptr;
  snd_pcm_info_alloca(&info);
  for (int device = -1; snd_ctl_pcm_next_device(opened, &device) >= 0 && device >= 0;) {
    snd_pcm_info_set_device(info, static_cast<unsigned>(device));
    snd_pcm_info_set_subdevice(info, 0);
    snd_pcm_info_set_stream(info, SND_PCM_STREAM_CAPTURE);
    if (snd_ctl_pcm_info(opened, info) < 0) continue;  // it only plays
    captures.push_back(
        {"hw:CARD=" + std::string(snd_ctl_card_info_get_id(card_info)) +
             ",DEV=" + std::to_string(device),
         std::string(snd_ctl_card_info_get_name(card_info)) + ", " + snd_pcm_info_get_name(info)});
  }
}

/// Every name that ALSA's configuration defines, the user's own among them.
std::vector<std::string> configured_names() {
  std::vector<std::string> names;
  snd_config_t* pcms = nullptr;
  if (snd_config_update() < 0 || snd_config_search(snd_config, "pcm", &pcms) < 0) return names;
  snd_config_iterator_t next = nullptr;
  for (snd_config_iterator_t at = snd_config_iterator_first(pcms);
       at != snd_config_iterator_end(pcms); at = next) {
    next = snd_config_iterator_next(at);
    const char* name = nullptr;
    if (snd_config_get_id(snd_config_iterator_entry(at), &name) >= 0) names.emplace_back(name);
  }
  return names;
}

std::string holders() {
  std::string text;
  for (const PcmOwner& owner : read_pcm_owners()) {
    text +=
        (text.empty() ? "" : ", ") + owner.device + " by process " + std::to_string(owner.process);
    if (!owner.command.empty()) text += " (" + owner.command + ")";
  }
  return text;
}

Error busy(const std::string& pcm) {
  const std::string held = holders();
  return unavailable("ALSA: '" + pcm + "' is in use" +
                     (held.empty() ? ", and the kernel does not tell by whom (`fuser /dev/snd/*`)"
                                   : ": held are " + held) +
                     "; end that program, or record through it (--device pipewire or jack)");
}

Error unknown(const std::string& pcm) {
  std::vector<std::string> known = configured_names();
  const std::string base = pcm.substr(0, pcm.find(':'));
  const bool is_known = std::find(known.begin(), known.end(), base) != known.end();
  const std::vector<AlsaCapture> captures = alsa_captures();
  if (is_known && captures.empty()) {
    return unavailable("ALSA: '" + pcm + "' leads to no device: " + kNoCard);
  }
  if (is_known) known.clear();
  for (const AlsaCapture& capture : captures) known.push_back(capture.name);
  const std::string near = nearest(pcm, known);
  return unavailable("ALSA: there is no PCM '" + pcm + "'" +
                     (near.empty() ? "" : "; the nearest is '" + near + "'") +
                     "; `holdfast devices` lists the sound cards, `arecord -L` all names");
}

}  // namespace

std::vector<AlsaCapture> alsa_captures() {
  std::vector<AlsaCapture> captures;
  for (int card = -1; snd_card_next(&card) >= 0 && card >= 0;) add_captures_of(card, captures);
  return captures;
}

Result<std::string> first_alsa_capture() {
  const std::vector<AlsaCapture> captures = alsa_captures();
  if (captures.empty()) return unavailable(kNoCard);
  return captures.front().name;
}

Error alsa_refusal(const std::string& pcm, int refused) {
  // The number of a card beyond what this kernel has is invalid rather than absent.
  const bool is_number_wrong = refused == -EINVAL && pcm.find("hw:") != std::string::npos;
  if (is_number_wrong) refused = -ENODEV;
  switch (-refused) {
    case EBUSY:
      return busy(pcm);
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return unknown(pcm);
    case EACCES:
    case EPERM:
      return unavailable("ALSA: this user may not open '" + pcm +
                         "'; add it to the group audio (`usermod -aG audio USER`, then log in "
                         "again), or run as root");
    default:
      return unavailable("ALSA: cannot open '" + pcm + "': " + snd_strerror(refused) +
                         "; does `arecord -D '" + pcm + "' -d 1 /dev/null` record from it?");
  }
}

std::string alsa_version_text() {
  return std::string("alsa-lib ") + snd_asoundlib_version();
}

}  // namespace holdfast::audio
