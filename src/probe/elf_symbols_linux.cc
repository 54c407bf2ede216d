// SPDX-License-Identifier: MIT
// Tables are searched from end to end for each question: a question comes once per address, 200,000
// symbols take 2 ms, and a sorted copy of them would be the memory this process is not to need.
#include "probe/elf_symbols_linux.h"

#include <cxxabi.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <tuple>
#include <utility>

#include "core/elf_build_id.h"
#include "core/symbol_name.h"
#include "probe/file_descriptor.h"
#include "probe/page_cache_linux.h"

namespace holdfast::probe {
namespace {

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};

/// An open ELF file.
struct ElfFile {
  FileDescriptor file;
  std::unique_ptr<Elf, EndElf> elf;
};

std::string build_id_of(int file) {
  std::array<std::byte, kElfFrontBytes> front;
  const ssize_t size = pread(file, front.data(), front.size(), 0);
  return size > 0 ? parse_build_id(std::span(front).first(static_cast<size_t>(size))) : "";
}

Result<ElfFile> open_elf(const std::string& path, const std::string& build_id) {
  ElfFile opened{FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC)), nullptr};
  if (opened.file.number() < 0) {
    Error error = system_error(path, errno);
    error.kind = ErrorKind::kUnavailable;
    return error;
  }
  const std::string found = build_id_of(opened.file.number());
  if (build_id.empty() || found.empty()) {
    return unavailable(path + " has no build-id to recognise it by");
  }
  if (found != build_id) {
    return Error{ErrorKind::kBadData, 0, path + " has changed since it was mapped"};
  }
  opened.elf.reset(elf_begin(opened.file.number(), ELF_C_READ_MMAP, nullptr));
  if (opened.elf == nullptr || elf_kind(opened.elf.get()) != ELF_K_ELF) {
    return Error{ErrorKind::kBadData, 0, path + ": " + elf_errmsg(-1)};
  }
  return opened;
}

std::string debug_path(const std::string& folder, const std::string& build_id) {
  return folder + "/.build-id/" + build_id.substr(0, 2) + "/" + build_id.substr(2) + ".debug";
}

uint64_t page_begin(uint64_t address) {
  return address / page_bytes() * page_bytes();
}

uint64_t page_end(uint64_t address) {
  return page_begin(address + page_bytes() - 1);
}

bool is_in(uint64_t address, uint64_t begin, uint64_t size) {
  return address >= begin && address - begin < size;
}

/// Whether the segment loads the place: as content of the file, as the zeros that fill up the last
/// page of its data, or as bss in the pages behind that one.
bool loads(const GElf_Phdr& segment, const FilePlace& place) {
  if (segment.p_type != PT_LOAD) return false;
  const uint64_t own = place.file_offset - segment.p_offset + segment.p_vaddr;
  const uint64_t file_pages_end = page_end(segment.p_vaddr + segment.p_filesz);
  return is_in(own, segment.p_vaddr, segment.p_memsz) && place.is_bss == (own >= file_pages_end);
}

/// The place's address in the file's own numbering. Nothing when no segment loads it, or two.
std::optional<uint64_t> own_address(Elf* elf, const FilePlace& place) {
  size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return std::nullopt;
  std::optional<uint64_t> own;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr) return std::nullopt;
    if (!loads(segment, place)) continue;
    if (own) return std::nullopt;
    own = place.file_offset - segment.p_offset + segment.p_vaddr;
  }
  return own;
}

/// .tbss has addresses that belong to whatever comes after it.
bool has_memory(const GElf_Shdr& section) {
  const bool is_tbss = (section.sh_flags & SHF_TLS) != 0 && section.sh_type == SHT_NOBITS;
  return (section.sh_flags & SHF_ALLOC) != 0 && !is_tbss;
}

std::string section_at(Elf* elf, uint64_t own) {
  size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return "";
  for (Elf_Scn* at = elf_nextscn(elf, nullptr); at != nullptr; at = elf_nextscn(elf, at)) {
    GElf_Shdr section;
    if (gelf_getshdr(at, &section) == nullptr || !has_memory(section)) continue;
    if (!is_in(own, section.sh_addr, section.sh_size)) continue;
    const char* const name = elf_strptr(elf, names, section.sh_name);
    return name != nullptr ? in_one_line(name) : "";
  }
  return "";
}

/// A symbol that covers the address.
struct Candidate {
  const char* name = nullptr;
  GElf_Sym symbol = {};
};

bool is_function_or_object(const GElf_Sym& symbol) {
  const auto type = GELF_ST_TYPE(symbol.st_info);
  const bool is_named = type == STT_FUNC || type == STT_OBJECT || type == STT_GNU_IFUNC ||
                        type == STT_NOTYPE;  // hand-written assembly; TLS has other addresses
  return is_named && symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS;
}

int rank_of_binding(const GElf_Sym& symbol) {
  const auto binding = GELF_ST_BIND(symbol.st_info);
  return binding == STB_GLOBAL ? 0 : binding == STB_WEAK ? 1 : 2;
}

/// Of several names for one place always the same: the innermost symbol, then the most public one,
/// then the plainest name (malloc before __libc_malloc), then the alphabet.
bool is_better(const Candidate& a, const Candidate& b) {
  const auto key = [](const Candidate& candidate) {
    const std::string_view name = candidate.name;
    return std::tuple(~candidate.symbol.st_value, candidate.symbol.st_size,
                      rank_of_binding(candidate.symbol), name.find_first_not_of('_'), name);
  };
  return b.name == nullptr || key(a) < key(b);
}

/// The best symbol of one table.
Candidate best_in_table(Elf* elf, Elf_Scn* table, const GElf_Shdr& header, uint64_t own) {
  Candidate best;
  Elf_Data* const data = elf_getdata(table, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return best;
  const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
  for (int i = 0; i < count; ++i) {
    Candidate candidate;
    if (gelf_getsym(data, i, &candidate.symbol) == nullptr) return best;
    const GElf_Sym& symbol = candidate.symbol;
    if (!is_in(own, symbol.st_value, symbol.st_size) || !is_function_or_object(symbol)) continue;
    candidate.name = elf_strptr(elf, header.sh_link, symbol.st_name);
    const bool is_named = candidate.name != nullptr && candidate.name[0] != '\0';
    if (is_named && is_better(candidate, best)) best = candidate;
  }
  return best;
}

/// The best symbol of the tables of one type, SHT_SYMTAB or SHT_DYNSYM.
Candidate best_symbol(const ElfFile& file, GElf_Word type, uint64_t own) {
  Elf* const elf = file.elf.get();
  if (elf == nullptr) return {};
  for (Elf_Scn* at = elf_nextscn(elf, nullptr); at != nullptr; at = elf_nextscn(elf, at)) {
    GElf_Shdr header;
    if (gelf_getshdr(at, &header) == nullptr || header.sh_type != type) continue;
    return best_in_table(elf, at, header, own);
  }
  return {};
}

struct FreeText {
  void operator()(char* text) const { std::free(text); }  // NOLINT(cppcoreguidelines-no-malloc)
};

/// "Biquad::process", also for what C++ did not mangle; without the version of a symbol of libc.
std::string readable(const char* name) {
  int status = 0;
  const std::unique_ptr<char, FreeText> demangled(
      abi::__cxa_demangle(name, nullptr, nullptr, &status));
  const std::string_view plain(name);
  // In C, "d" and "f" are names; demangled they would be the types double and float.
  const bool is_mangled = plain.starts_with("_Z") && demangled != nullptr;
  return in_one_line(is_mangled ? without_parameters(demangled.get())
                                : plain.substr(0, plain.find('@')));
}

std::string with_offset(const Candidate& found, uint64_t own) {
  if (found.name == nullptr) return "";
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, own - found.symbol.st_value, 16);
  return readable(found.name) + "+0x" + std::string(digits, end.ptr);
}

}  // namespace

/// One file with its separate debug file.
class ElfSymbols::Module {
 public:
  explicit Module(ElfFile file) : file_(std::move(file)) {}

  void add_debug_file(const std::string& path, const std::string& build_id) {
    Result<ElfFile> opened = open_elf(path, build_id);
    if (opened) debug_ = std::move(*opened);
  }

  [[nodiscard]] Result<SymbolAnswer> find(const FilePlace& place) const {
    Elf* const elf = file_.elf.get();
    const std::optional<uint64_t> own = own_address(elf, place);
    if (!own) {
      return Error{ErrorKind::kBadData, 0,
                   place.path + " does not say to which address it loads what was touched"};
    }
    return SymbolAnswer{section_at(elf, *own), with_offset(symbol_at(*own), *own)};
  }

 private:
  [[nodiscard]] Candidate symbol_at(uint64_t own) const {
    for (const auto& [file, type] : {std::pair(&file_, SHT_SYMTAB), std::pair(&debug_, SHT_SYMTAB),
                                     std::pair(&file_, SHT_DYNSYM)}) {
      const Candidate found = best_symbol(*file, static_cast<GElf_Word>(type), own);
      if (found.name != nullptr) return found;
    }
    return {};
  }

  ElfFile file_;
  ElfFile debug_;
};

ElfSymbols::ElfSymbols(std::string debug_folder) : debug_folder_(std::move(debug_folder)) {
  elf_version(EV_CURRENT);
}

ElfSymbols::~ElfSymbols() = default;

Result<ElfSymbols::Module*> ElfSymbols::module_of(const FilePlace& place) {
  std::unique_ptr<Module>& module = modules_[place.build_id + " " + place.path];
  if (module == nullptr) {
    HF_TRY_ASSIGN(ElfFile file, open_elf(place.path, place.build_id));
    module = std::make_unique<Module>(std::move(file));
    module->add_debug_file(debug_path(debug_folder_, place.build_id), place.build_id);
  }
  return module.get();
}

Result<SymbolAnswer> ElfSymbols::find(const FilePlace& place) {
  HF_TRY_ASSIGN(const Module* const module, module_of(place));
  return module->find(place);
}

}  // namespace holdfast::probe
