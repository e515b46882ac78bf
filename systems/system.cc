// SPDX-License-Identifier: Apache-2.0

#include "systems/system.h"

#include <algorithm>
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
#include "systems/subject/memmap_v5/memmap_v5.h"
#include "systems/subject/process_subject.h"

namespace e820check {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

// The option parser followed by one of our layouts.
Reply AnswerOf(const Question& question, Layout layout) {
  const absl::StatusOr<ParsedCommandLine>& parsed = question.parsed.Get();
  if (parsed.ok()) return AnswerCommandLine(*parsed, layout);
  const absl::Status& why = parsed.status();
  return NoAnswer{.kind = absl::IsUnknown(why) ? NoAnswer::Kind::kAccident
                                               : NoAnswer::Kind::kNotCovered,
                  .text = std::string(why.message())};
}

class ReferenceSystem final : public System {
 public:
  const std::string& name() const override { return name_; }

  Reply Ask(const Question& question) const override {
    return AnswerOf(question, ReferenceLayout);
  }

  Reply AskAndTrace(const Question& question, RuleSet& reached) const override {
    return AnswerOf(question, [&reached](const MachineOptions& options) {
      return TraceReferenceLayout(options, reached);
    });
  }

 private:
  std::string name_ = "reference";
};

class ModelSystem final : public System {
 public:
  ModelSystem(absl::string_view name, Answer (*layout)(const MachineOptions&))
      : name_(name), layout_(layout) {}

  const std::string& name() const override { return name_; }

  Reply Ask(const Question& question) const override {
    return AnswerOf(question, layout_);
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

  Reply Ask(const Question& question) const override {
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
  std::string nearest_to() const override { return qemu_.nearest_to(); }

  bool CanSay(absl::string_view warning) const override {
    return !IsLeftOutUnderQtest(warning);
  }

  Reply Ask(const Question& question) const override {
    if (const MachineOptions* machine = OptionsOf(question)) {
      const std::string missing = inventory_.Missing(*machine);
      if (!missing.empty()) {
        return NoAnswer{.kind = NoAnswer::Kind::kLacking,
                        .text = absl::StrCat("has no ", missing)};
      }
    }
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
  absl::StatusOr<std::string> text = ReadHostFileUpTo(path, 1 << 20);
  if (!absl::IsPermissionDenied(text.status())) return text;
  return absl::NotFoundError(text.status().message());
}

absl::StatusOr<std::string> ReadHostFileUpTo(const std::string& path,
                                             size_t most_bytes) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(
      std::fopen(path.c_str(), "re"), std::fclose);
  if (file == nullptr) {
    return absl::Status(errno == ENOENT ? absl::StatusCode::kNotFound
                                        : absl::StatusCode::kPermissionDenied,
                        std::strerror(errno));
  }
  std::string text;
  for (size_t count = 1; count > 0 && text.size() <= most_bytes;) {
    const size_t before = text.size();
    text.resize(std::min(before + kChunkBytes, most_bytes + 1));
    count = std::fread(&text[before], 1, text.size() - before, file.get());
    text.resize(before + count);
  }
  if (std::ferror(file.get()) != 0) {
    return absl::DataLossError(std::strerror(errno));
  }
  if (text.size() > most_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the file is larger than ", most_bytes >> 20, " MiB"));
  }
  return text;
}

const absl::StatusOr<ParsedCommandLine>& LazyParse::Get() const {
  if (!parsed_) parsed_ = ParseCommandLine(args_, context_);
  return *parsed_;
}

Question MakeQuestion(std::vector<std::string> args,
                      const CommandLineContext& context) {
  LazyParse parsed(args, context);
  return Question{.args = std::move(args),
                  .parsed = std::move(parsed),
                  .working_directory = "",
                  .fence = std::nullopt,
                  .dialect = context.dialect,
                  .qemu_version = context.qemu_version};
}

const MachineOptions* OptionsOf(const Question& question) {
  const absl::StatusOr<ParsedCommandLine>& parsed = question.parsed.Get();
  if (!parsed.ok()) return nullptr;
  return std::get_if<MachineOptions>(&parsed->outcome);
}

absl::StatusOr<std::unique_ptr<System>> MakeSystem(absl::string_view name,
                                                   OtherReleases others) {
  if (name == "reference") return std::make_unique<ReferenceSystem>();
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
    absl::StatusOr<Qemu> qemu = Qemu::Find(path, others);
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

std::string ReleaseText(QemuVersion rules, absl::string_view nearest_to) {
  if (nearest_to.empty()) return ToString(rules);
  return absl::StrCat(ToString(rules), " (nearest to ", nearest_to, ")");
}

}  // namespace e820check
