// SPDX-License-Identifier: Apache-2.0

// Files that belong to a command line. In a hunt's cases the text of a
// configuration file stands in its option's place, where mutations reach it:
// -readconfig "data:[numa]...".

#ifndef E820CHECK_SEARCH_CASE_FILES_H_
#define E820CHECK_SEARCH_CASE_FILES_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "options/option_reader.h"
#include "search/mutation.h"

namespace e820check {

struct PreparedCase {
  CommandLineArgs args;                      // that name files
  std::map<std::string, std::string> files;  // name, text
};

// Reads those files and no others. Must not outlive its argument.
FileReader ReaderOf(const PreparedCase& prepared);

// Gives each text a file "config0", "config1", ... in the working directory.
PreparedCase PrepareFiles(const CommandLineArgs& args);

// A folder for one run after the other. It holds a mark and the runs' working
// directory, from which whatever lies in it goes.
class RunFolder {
 public:
  // Makes the folder on first use.
  explicit RunFolder(std::string path) : path_(std::move(path)) {}
  RunFolder(const RunFolder&) = delete;
  // Removes it, if a run was in it.
  ~RunFolder();

  std::string working_directory() const { return path_ + "/work"; }
  // Leaves exactly these files in the working directory. An error of the file
  // system names a path; so does FailedPrecondition, for a folder that has no
  // mark or is a link, and of which nothing is touched.
  absl::Status Fill(const std::map<std::string, std::string>& files) const;

 private:
  std::string path_;
};

}  // namespace e820check

#endif  // E820CHECK_SEARCH_CASE_FILES_H_
