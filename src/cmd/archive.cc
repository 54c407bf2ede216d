// SPDX-License-Identifier: MIT
#include "cmd/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <utility>

#include "probe/optional_library.h"

namespace holdfast::cmd {
namespace {

/// What an archive looks like, and what becomes of its bytes.
enum class ArchiveForm { kTarZstd, kDigests };

constexpr size_t kDigestLength = 64;
constexpr mode_t kFileMode = 0644;

la_ssize_t take_packed(archive*, void* bytes, const void* data, size_t size) {
  static_cast<std::string*>(bytes)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

/// The functions of libarchive that it takes; libarchive.so.13 has had them since 2013, Zstandard
/// since 2018 (3.3.3).
struct Archive::Library {
  decltype(&::archive_write_new) create = nullptr;
  decltype(&::archive_write_free) free_writer = nullptr;
  decltype(&::archive_write_set_format_pax_restricted) set_tar = nullptr;
  decltype(&::archive_write_set_format_mtree) set_mtree = nullptr;
  decltype(&::archive_write_add_filter_zstd) add_zstd = nullptr;
  decltype(&::archive_write_set_options) set_options = nullptr;
  decltype(&::archive_write_set_bytes_in_last_block) set_last_block = nullptr;
  decltype(&::archive_write_open) open = nullptr;
  decltype(&::archive_write_header) write_header = nullptr;
  decltype(&::archive_write_data) write_data = nullptr;
  decltype(&::archive_write_close) close = nullptr;
  decltype(&::archive_error_string) error_string = nullptr;
  decltype(&::archive_entry_new) new_entry = nullptr;
  decltype(&::archive_entry_free) free_entry = nullptr;
  decltype(&::archive_entry_set_pathname) set_path = nullptr;
  decltype(&::archive_entry_set_size) set_size = nullptr;
  decltype(&::archive_entry_set_filetype) set_type = nullptr;
  decltype(&::archive_entry_set_perm) set_mode = nullptr;
  decltype(&::archive_entry_set_mtime) set_time = nullptr;

  bool load() {
    const probe::OptionalLibrary library({"libarchive.so.13"});
    return library.find("archive_write_new", create) &&
           library.find("archive_write_free", free_writer) &&
           library.find("archive_write_set_format_pax_restricted", set_tar) &&
           library.find("archive_write_set_format_mtree", set_mtree) &&
           library.find("archive_write_add_filter_zstd", add_zstd) &&
           library.find("archive_write_set_options", set_options) &&
           library.find("archive_write_set_bytes_in_last_block", set_last_block) &&
           library.find("archive_write_open", open) &&
           library.find("archive_write_header", write_header) &&
           library.find("archive_write_data", write_data) &&
           library.find("archive_write_close", close) &&
           library.find("archive_error_string", error_string) &&
           library.find("archive_entry_new", new_entry) &&
           library.find("archive_entry_free", free_entry) &&
           library.find("archive_entry_set_pathname", set_path) &&
           library.find("archive_entry_set_size", set_size) &&
           library.find("archive_entry_set_filetype", set_type) &&
           library.find("archive_entry_set_perm", set_mode) &&
           library.find("archive_entry_set_mtime", set_time);
  }

  [[nodiscard]] bool set_up(archive* writer, ArchiveForm form, std::string& bytes) const {
    const bool is_set =
        form == ArchiveForm::kTarZstd
            ? set_tar(writer) == ARCHIVE_OK && add_zstd(writer) == ARCHIVE_OK
            : set_mtree(writer) == ARCHIVE_OK && set_options(writer, "!all,sha256") == ARCHIVE_OK;
    return is_set && set_last_block(writer, 1) == ARCHIVE_OK &&
           open(writer, &bytes, nullptr, take_packed, nullptr) == ARCHIVE_OK;
  }

  [[nodiscard]] bool add(archive* writer, const ArchiveFile& file, Nanos utc) const {
    archive_entry* const entry = new_entry();
    set_path(entry, file.path.c_str());
    set_size(entry, std::ssize(file.content));
    set_type(entry, AE_IFREG);
    set_mode(entry, kFileMode);
    set_time(entry, static_cast<time_t>(utc.count / kSecond.count), 0);
    const bool has_header = write_header(writer, entry) == ARCHIVE_OK;
    free_entry(entry);
    return has_header &&
           write_data(writer, file.content.data(), file.content.size()) == std::ssize(file.content);
  }

  [[nodiscard]] Result<std::string> write(std::span<const ArchiveFile> files, ArchiveForm form,
                                          Nanos utc) const {
    std::string bytes;
    archive* const writer = create();
    bool is_written = set_up(writer, form, bytes);
    for (const ArchiveFile& file : files) is_written = is_written && add(writer, file, utc);
    is_written = is_written && close(writer) == ARCHIVE_OK;
    const char* const said = is_written ? nullptr : error_string(writer);
    const std::string trouble = said != nullptr ? said : "this build of it cannot";
    free_writer(writer);
    if (is_written) return bytes;
    return unavailable("libarchive: " + trouble);
  }
};

Archive::Archive(std::unique_ptr<Library> library) : library_(std::move(library)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Result<Archive> Archive::load() {
  auto library = std::make_unique<Library>();
  if (library->load()) return Archive(std::move(library));
  return unavailable("libarchive is not installed; on Debian: apt install libarchive13");
}

/// An archive of the form mtree(5) is a list of files with their digests.
Result<std::string> Archive::sha256(std::string_view content) const {
  constexpr std::string_view kKey = "sha256digest=";
  const ArchiveFile file{"x", content};
  HF_TRY_ASSIGN(const std::string list, library_->write({&file, 1}, ArchiveForm::kDigests, {}));
  const size_t at = list.find(kKey);
  if (at == std::string::npos) return unavailable("libarchive: this build has no SHA-256");
  return list.substr(at + kKey.size(), kDigestLength);
}

Result<std::string> Archive::pack(std::span<const ArchiveFile> files, Nanos utc) const {
  return library_->write(files, ArchiveForm::kTarZstd, utc);
}

}  // namespace holdfast::cmd
