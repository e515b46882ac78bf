// SPDX-License-Identifier: Apache-2.0

#include "systems/system.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "model/reference_layout.h"
#include "rangetree/range_tree_layout.h"
#include "systems/command_line_answer.h"
#include "systems/qemu/messages.h"
#include "systems/qemu/qemu.h"
#include "systems/subject/memmap_v5/memmap_v5.h"
#include "systems/subject/process_subject.h"

namespace e820check {
namespace {

// The option parser followed by one of our layouts.
class ModelSystem final : public System {
 public:
  ModelSystem(absl::string_view name, Answer (*layout)(const MachineOptions&))
      : name_(name), layout_(layout) {}

  const std::string& name() const override { return name_; }

  absl::StatusOr<Answer> Ask(const Question& question) const override {
    if (!question.parsed.ok()) return question.parsed.status();
    return AnswerCommandLine(*question.parsed, layout_);
  }

 private:
  std::string name_;
  Answer (*layout_)(const MachineOptions&);
};

// Somebody else's implementation.
class SubjectSystem final : public System {
 public:
  SubjectSystem(absl::string_view name, ProcessSubject subject)
      : name_(name), subject_(std::move(subject)) {}

  const std::string& name() const override { return name_; }
  // The ledger is about QEMU.
  bool IsInTheLedger() const override { return false; }

  absl::StatusOr<Answer> Ask(const Question& question) const override {
    return subject_.Ask({.args = question.args,
                         .dialect = question.dialect,
                         .qemu_version = question.qemu_version});
  }

 private:
  std::string name_;
  ProcessSubject subject_;
};

absl::StatusOr<std::unique_ptr<System>> MakeSubjectSystem(
    absl::string_view name, absl::StatusOr<ProcessSubject> subject) {
  if (!subject.ok()) return subject.status();
  return std::make_unique<SubjectSystem>(name, *std::move(subject));
}

class QemuSystem final : public System {
 public:
  QemuSystem(absl::string_view name, Qemu qemu, Inventory inventory)
      : name_(name), qemu_(std::move(qemu)), inventory_(std::move(inventory)) {}

  const std::string& name() const override { return name_; }
  std::optional<QemuVersion> version() const override {
    return qemu_.version();
  }

  std::string Lacks(const MachineOptions& options) const override {
    return inventory_.Missing(options);
  }

  bool CanSay(absl::string_view warning) const override {
    return !IsLeftOutUnderQtest(warning);
  }

  absl::StatusOr<Answer> Ask(const Question& question) const override {
    QemuLimits limits;
    limits.working_directory = question.working_directory;
    limits.fence = question.fence;
    return qemu_.Ask(question.args, limits);
  }

 private:
  std::string name_;
  Qemu qemu_;
  Inventory inventory_;
};

}  // namespace

absl::StatusOr<std::string> ReadHostFile(const std::string& path) {
  constexpr size_t kMaxBytes = 1 << 20;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(
      std::fopen(path.c_str(), "re"), std::fclose);
  if (file == nullptr) return absl::NotFoundError(std::strerror(errno));
  std::string text(kMaxBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return absl::DataLossError(std::strerror(errno));
  }
  if (text.size() > kMaxBytes) {
    return absl::ResourceExhaustedError("the file is larger than 1 MiB");
  }
  return text;
}

Question MakeQuestion(std::vector<std::string> args,
                      const CommandLineContext& context) {
  absl::StatusOr<ParsedCommandLine> parsed = ParseCommandLine(args, context);
  return Question{.args = std::move(args),
                  .parsed = std::move(parsed),
                  .working_directory = "",
                  .fence = std::nullopt,
                  .dialect = context.dialect,
                  .qemu_version = context.qemu_version};
}

const MachineOptions* OptionsOf(const Question& question) {
  if (!question.parsed.ok()) return nullptr;
  return std::get_if<MachineOptions>(&question.parsed->outcome);
}

absl::StatusOr<std::unique_ptr<System>> MakeSystem(absl::string_view name) {
  if (name == "reference") {
    return std::make_unique<ModelSystem>(name, ReferenceLayout);
  }
  if (name == "rangetree") {
    return std::make_unique<ModelSystem>(name, RangeTreeLayout);
  }
  if (name == "memmap-v5") {
    return std::make_unique<ModelSystem>(name, MemmapV5Layout);
  }
  absl::string_view path = name;
  if (absl::ConsumePrefix(&path, "so:")) {
    return MakeSubjectSystem(name, ProcessSubject::FromSharedObject(path));
  }
  if (absl::ConsumePrefix(&path, "exec:")) {
    return MakeSubjectSystem(name, ProcessSubject::FromCommand(path));
  }
  if (absl::ConsumePrefix(&path, "qemu") &&
      (path.empty() || absl::ConsumePrefix(&path, ":"))) {
    absl::StatusOr<Qemu> qemu = Qemu::Find(path);
    if (!qemu.ok()) return qemu.status();
    absl::StatusOr<Inventory> inventory = qemu->AskForInventory();
    if (!inventory.ok()) return inventory.status();
    return std::make_unique<QemuSystem>(name, *std::move(qemu),
                                        *std::move(inventory));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", name,
                   "' is no system; say reference, rangetree, memmap-v5, qemu, "
                   "qemu:FILE, so:FILE or exec:COMMAND"));
}

}  // namespace e820check
