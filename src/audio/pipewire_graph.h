// SPDX-License-Identifier: MIT
// What a PipeWire server's graph holds, as far as a recorder cares: nodes that give sound, with
// their ports; and which of them is meant by a name.
#pragma once

#include <pipewire/extensions/metadata.h>
#include <pipewire/pipewire.h>
#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audio/pipewire_connection.h"
#include "base/result.h"

namespace holdfast::audio {

/// One audio port of a node.
struct PipewirePort {
  uint32_t id = 0;
  uint32_t node = 0;
  std::string name;
  bool is_output = false;
};

/// One node.
struct PipewireNode {
  uint32_t id = 0;
  std::string serial;
  std::string name;
  std::string media_class;
  uint32_t client = 0;  ///< The program that has it; 0 for the server's own.
  int priority = 0;     ///< Among sources: the greatest is the default where nobody chose one.
};

/// What to record from.
struct PipewireSource {
  PipewireNode node;
  std::vector<PipewirePort> ports;
};

/// Sound flows from one node to another.
struct PipewireFlow {
  uint32_t from = 0;
  uint32_t to = 0;
};

/// Nodes and ports by their ids, and the source that the user chose. Plain data.
struct PipewireObjects {
  std::map<uint32_t, PipewireNode> nodes;
  std::map<uint32_t, PipewirePort> ports;
  std::map<uint32_t, PipewireFlow> links;
  std::map<uint32_t, pid_t> clients;  ///< The processes of programs.
  std::string default_source;

  /// Ports of one node, in their order.
  [[nodiscard]] std::vector<PipewirePort> ports_of(uint32_t node, bool is_output) const;
  /// Names of all nodes that have an output, those of sources first.
  [[nodiscard]] std::vector<std::string> sources() const;
  /// The node that `name` means, by name or serial; the default source when empty.
  /// Errors: kUnavailable, with the nearest name; for the empty name, when there is no source.
  [[nodiscard]] Result<PipewireSource> find(std::string_view name) const;
  /// Processes of the programs whose sound reaches this node, through others, too.
  [[nodiscard]] std::vector<pid_t> programs_behind(uint32_t node) const;
};

/// Follows the graph of one connection, which outlives it.
class PipewireGraph {
 public:
  /// `on_removed` is called on the connection's thread with the id of each object that goes.
  /// Not under the connection's lock; it is complete when made. Errors: kUnavailable.
  static Result<std::unique_ptr<PipewireGraph>> open(PipewireConnection& connection,
                                                     std::function<void(uint32_t)> on_removed);
  ~PipewireGraph();
  PipewireGraph(const PipewireGraph&) = delete;
  PipewireGraph& operator=(const PipewireGraph&) = delete;

  /// As they are now. Under the connection's lock.
  [[nodiscard]] const PipewireObjects& objects() const { return objects_; }

 private:
  PipewireGraph(PipewireConnection& connection, std::function<void(uint32_t)> on_removed)
      : connection_(connection), on_removed_(std::move(on_removed)) {}
  void watch();
  void add(uint32_t id, const char* type, const spa_dict& properties);
  void watch_metadata(uint32_t id);
  static void note_global(void* self, uint32_t id, uint32_t permissions, const char* type,
                          uint32_t version, const spa_dict* properties);
  static void note_removal(void* self, uint32_t id);
  static int note_setting(void* self, uint32_t subject, const char* key, const char* type,
                          const char* value);

  PipewireConnection& connection_;
  std::function<void(uint32_t)> on_removed_;
  PipewireObjects objects_;
  pw_registry* registry_ = nullptr;
  pw_proxy* metadata_ = nullptr;
  spa_hook registry_hook_ = {};
  spa_hook metadata_hook_ = {};
};

}  // namespace holdfast::audio
