// SPDX-License-Identifier: Apache-2.0

#include "search/case_files.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "search/own_folder.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFileNameBytes = 255;  // of Linux

}  // namespace

PreparedCase PrepareFiles(const CommandLineArgs& args) {
  PreparedCase prepared;
  prepared.args = args;
  for (size_t i = 0; i + 1 < args.size(); ++i) {
    if (args[i] != "-readconfig" && args[i] != "--readconfig") continue;
    absl::string_view text = args[i + 1];
    if (!absl::ConsumePrefix(&text, "data:")) continue;
    std::string name = absl::StrCat("config", prepared.files.size());
    prepared.args[i + 1] = name;
    prepared.files.emplace(std::move(name), std::string(text));
  }
  return prepared;
}

FileReader ReaderOf(const PreparedCase& prepared) {
  return [&prepared](const std::string& name) -> absl::StatusOr<std::string> {
    const auto file = prepared.files.find(name);
    if (file != prepared.files.end()) return file->second;
    return absl::NotFoundError(name.size() > kMaxFileNameBytes
                                   ? "File name too long"
                                   : "No such file or directory");
  };
}

// Removing follows no links.
RunFolder::~RunFolder() {
  std::error_code ignored;
  if (fs::exists(path_, ignored) && TakeFolder(path_).ok()) {
    fs::remove_all(path_, ignored);
  }
}

absl::Status RunFolder::Fill(
    const std::map<std::string, std::string>& files) const {
  if (absl::Status taken = TakeFolder(path_); !taken.ok()) return taken;
  const fs::path work = working_directory();
  std::error_code error;
  fs::remove_all(work, error);
  if (!error) fs::create_directory(work, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat(work.string(), ": ", error.message()));
  }
  for (const auto& [name, text] : files) {
    std::ofstream file(work / name, std::ios::binary);
    if (!(file << text).flush()) {
      return absl::UnavailableError(
          absl::StrCat((work / name).string(), ": not written"));
    }
  }
  return absl::OkStatus();
}

}  // namespace e820check
