// Names of functions from the symbol table of the program's file, so that messages and tests can name
// kernels.
#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "machine.h"

namespace nn_emulation {
namespace {

using Symbols = std::map<std::uintptr_t, std::string>;  // address in memory: mangled name

std::string file_bytes(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class T>
T read(const std::string& bytes, std::size_t offset) {
  T value{};
  if (offset + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// The functions of an ELF file that is loaded at `base`.
Symbols functions_of(const std::string& bytes, std::uintptr_t base) {
  Symbols symbols;
  const auto header = read<ElfW(Ehdr)>(bytes, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return symbols;
  const std::uintptr_t shift = header.e_type == ET_DYN ? base : 0;
  const auto section = [&](std::size_t i) {
    return read<ElfW(Shdr)>(bytes, header.e_shoff + i * sizeof(ElfW(Shdr)));
  };
  for (std::size_t s = 0; s < header.e_shnum; ++s) {
    const auto table = section(s);
    if (table.sh_type != SHT_SYMTAB) continue;
    const std::size_t names = section(table.sh_link).sh_offset;
    for (std::size_t at = 0; at < table.sh_size; at += sizeof(ElfW(Sym))) {
      const auto symbol = read<ElfW(Sym)>(bytes, table.sh_offset + at);
      if ((symbol.st_info & 15) != STT_FUNC || names + symbol.st_name >= bytes.size()) continue;
      symbols[symbol.st_value + shift] = bytes.c_str() + names + symbol.st_name;
    }
  }
  return symbols;
}

// "void nn::k<float>(float*, int)" without its result and parameters.
std::string plain(const std::string& mangled) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? text.get() : mangled;
  const std::size_t unnamed = name.find("(anonymous namespace)::");
  if (unnamed != std::string::npos) name.erase(unnamed, std::strlen("(anonymous namespace)::"));
  if (name.compare(0, 5, "void ") == 0) name.erase(0, 5);
  return name.substr(0, name.find('('));
}

}  // namespace

const std::string& function_name(const void* address) {
  static auto& known = *new std::map<const void*, std::string>;
  static auto& files = *new std::map<std::string, Symbols>;
  const auto [entry, is_new] = known.try_emplace(address);
  Dl_info info = {};
  if (!is_new || dladdr(address, &info) == 0) return entry->second;
  const std::string file = info.dli_fname;
  const auto base = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  if (!files.contains(file)) {
    Symbols symbols = functions_of(file_bytes(info.dli_fname), base);
    if (symbols.empty()) symbols = functions_of(file_bytes("/proc/self/exe"), base);
    files[file] = std::move(symbols);
  }
  const auto found = files[file].find(reinterpret_cast<std::uintptr_t>(address));
  entry->second = found == files[file].end() ? "unnamed" : plain(found->second);
  return entry->second;
}

}  // namespace nn_emulation
