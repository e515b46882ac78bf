// SPDX-License-Identifier: Apache-2.0

// Typed records out of untyped keys and values. A record type is a table of
// members; Visit reads them from one of the three syntaxes in the table's order
// and stops at the first that cannot be read, as QEMU's visitors do
// (doc/spec/qemu-options.md 2.1, 3, 7, 8).

#ifndef E820CHECK_OPTIONS_VISITOR_H_
#define E820CHECK_OPTIONS_VISITOR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_options.h"
#include "machine/machine_type.h"
#include "options/qemu_opts.h"
#include "options/refusal.h"
#include "options/value_tree.h"

namespace e820check {

// Where a record's members come from. Each reader wants a key that Has() and
// refuses in the words of its syntax. `name` is the member's own; refusals name
// it as the syntax does, "smp.cpus" for instance.
class RecordSource {
 public:
  virtual ~RecordSource() = default;

  virtual bool Has(absl::string_view name) const = 0;
  virtual absl::StatusOr<std::string> String(absl::string_view name) = 0;
  virtual absl::StatusOr<bool> Bool(absl::string_view name) = 0;
  virtual absl::StatusOr<uint64_t> SizeBytes(absl::string_view name) = 0;
  virtual absl::StatusOr<uint64_t> Unsigned(absl::string_view name) = 0;
  virtual absl::StatusOr<int64_t> Signed(absl::string_view name) = 0;
  virtual absl::StatusOr<std::vector<CpuIndexRange>> Uint16List(
      absl::string_view name) = 0;

  virtual absl::Status RefuseMissing(absl::string_view name) const = 0;
  // Refuses the first key, in QEMU's order, that is in none of the tables.
  virtual absl::Status RefuseLeftovers() const = 0;

  // Its index among `names`.
  absl::StatusOr<size_t> Enum(absl::string_view name,
                              absl::Span<const absl::string_view> names);

 protected:
  void Consume(absl::string_view name) { consumed_.push_back(name); }
  const std::vector<absl::string_view>& consumed() const { return consumed_; }

 private:
  std::vector<absl::string_view> consumed_;
};

// "node,nodeid=1": a bag of QemuOpts. Must not outlive its arguments.
class QemuOptsSource final : public RecordSource {
 public:
  QemuOptsSource(const QemuOptsBag& bag, QemuVersion qemu,
                 std::vector<std::string>& warnings)
      : bag_(bag), qemu_(qemu), warnings_(warnings) {}

  bool Has(absl::string_view name) const override;
  absl::StatusOr<std::string> String(absl::string_view name) override;
  absl::StatusOr<bool> Bool(absl::string_view name) override;
  absl::StatusOr<uint64_t> SizeBytes(absl::string_view name) override;
  absl::StatusOr<uint64_t> Unsigned(absl::string_view name) override;
  absl::StatusOr<int64_t> Signed(absl::string_view name) override;
  absl::StatusOr<std::vector<CpuIndexRange>> Uint16List(
      absl::string_view name) override;
  absl::Status RefuseMissing(absl::string_view name) const override;
  absl::Status RefuseLeftovers() const override;

 private:
  const std::string& Take(absl::string_view name);

  // nullptr: there is none.
  const std::string* Find(absl::string_view name) const;

  // What Find() found last: members are taken right after Has().
  mutable absl::string_view found_name_;
  mutable const std::string* found_ = nullptr;
  const QemuOptsBag& bag_;
  QemuVersion qemu_;
  std::vector<std::string>& warnings_;
};

// A dict of JSON, whose scalars have types. Must not outlive its arguments.
class JsonSource final : public RecordSource {
 public:
  JsonSource(const ValueTree& tree, uint32_t dict) : tree_(tree), dict_(dict) {}

  bool Has(absl::string_view name) const override;
  absl::StatusOr<std::string> String(absl::string_view name) override;
  absl::StatusOr<bool> Bool(absl::string_view name) override;
  absl::StatusOr<uint64_t> SizeBytes(absl::string_view name) override;
  absl::StatusOr<uint64_t> Unsigned(absl::string_view name) override;
  absl::StatusOr<int64_t> Signed(absl::string_view name) override;
  absl::StatusOr<std::vector<CpuIndexRange>> Uint16List(
      absl::string_view name) override;
  absl::Status RefuseMissing(absl::string_view name) const override;
  absl::Status RefuseLeftovers() const override;

 private:
  const Value& Take(absl::string_view name);

  const ValueTree& tree_;
  uint32_t dict_;
};

// A dict of keyval text, whose scalars are all strings. `path` is the dict's
// with a dot at its end, or empty. Must not outlive its arguments.
class KeyvalSource final : public RecordSource {
 public:
  KeyvalSource(const ValueTree& tree, uint32_t dict, std::string path,
               QemuVersion qemu, std::vector<std::string>& warnings)
      : tree_(tree),
        dict_(dict),
        path_(std::move(path)),
        qemu_(qemu),
        warnings_(warnings) {}

  bool Has(absl::string_view name) const override;
  absl::StatusOr<std::string> String(absl::string_view name) override;
  absl::StatusOr<bool> Bool(absl::string_view name) override;
  absl::StatusOr<uint64_t> SizeBytes(absl::string_view name) override;
  absl::StatusOr<uint64_t> Unsigned(absl::string_view name) override;
  absl::StatusOr<int64_t> Signed(absl::string_view name) override;
  absl::StatusOr<std::vector<CpuIndexRange>> Uint16List(
      absl::string_view name) override;
  // Only keyval options have such members. Need not be there.
  absl::StatusOr<std::vector<std::string>> StringList(absl::string_view name);
  absl::Status RefuseMissing(absl::string_view name) const override;
  absl::Status RefuseLeftovers() const override;

 private:
  absl::StatusOr<uint32_t> FindList(absl::string_view name);
  absl::StatusOr<std::string> Element(absl::string_view name, uint32_t list,
                                      size_t at) const;

  const ValueTree& tree_;
  uint32_t dict_;
  std::string path_;
  QemuVersion qemu_;
  std::vector<std::string>& warnings_;
};

// How a member is read and where it goes.
template <typename Record>
struct AsString {
  std::optional<std::string> Record::*field;
};
template <typename Record>
struct AsBool {
  std::optional<bool> Record::*field;
};
template <typename Record>
struct AsSize {
  std::optional<uint64_t> Record::*field;
};
template <typename Record>
struct AsUnsigned {
  std::optional<uint64_t> Record::*field;
  int bits;  // 8, 16, 32 or 64
};
template <typename Record>
struct AsSigned {
  std::optional<int64_t> Record::*field;
};
template <typename Record>
struct AsUint16List {
  std::vector<CpuIndexRange> Record::*field;
};
// The index among `names`.
template <typename Record>
struct AsEnum {
  std::optional<size_t> Record::*field;
  absl::Span<const absl::string_view> names;
};

enum class Presence { kOptional, kRequired };

template <typename Record>
struct Member {
  absl::string_view name;
  Presence presence;
  std::variant<AsString<Record>, AsBool<Record>, AsSize<Record>,
               AsUnsigned<Record>, AsSigned<Record>, AsUint16List<Record>,
               AsEnum<Record>>
      type;
  QemuVersion since = kSinceEver;
  Dialect dialect = Dialect::kStock;  // the least that has it
};

// "expects uint16_t" where the value needs more bits.
absl::Status CheckWidth(absl::string_view name, uint64_t value, int bits);

namespace visitor_internal {

template <typename Field, typename T>
absl::Status Assign(Field& field, absl::StatusOr<T> value) {
  if (!value.ok()) return value.status();
  field = *std::move(value);
  return absl::OkStatus();
}

// Reads one member from `source` into `record`.
template <typename Record>
struct Reader {
  absl::string_view name;
  RecordSource& source;
  Record& record;

  absl::Status operator()(const AsString<Record>& as) const {
    return Assign(record.*as.field, source.String(name));
  }
  absl::Status operator()(const AsBool<Record>& as) const {
    return Assign(record.*as.field, source.Bool(name));
  }
  absl::Status operator()(const AsSize<Record>& as) const {
    return Assign(record.*as.field, source.SizeBytes(name));
  }
  absl::Status operator()(const AsUnsigned<Record>& as) const {
    absl::StatusOr<uint64_t> value = source.Unsigned(name);
    if (value.ok()) {
      if (absl::Status s = CheckWidth(name, *value, as.bits); !s.ok()) return s;
    }
    return Assign(record.*as.field, std::move(value));
  }
  absl::Status operator()(const AsSigned<Record>& as) const {
    return Assign(record.*as.field, source.Signed(name));
  }
  absl::Status operator()(const AsUint16List<Record>& as) const {
    return Assign(record.*as.field, source.Uint16List(name));
  }
  absl::Status operator()(const AsEnum<Record>& as) const {
    return Assign(record.*as.field, source.Enum(name, as.names));
  }
};

}  // namespace visitor_internal

// What a table is read for: it leaves out members this QEMU does not have.
struct VisitContext {
  QemuVersion qemu = kDefaultRelease;
  Dialect dialect = Dialect::kStock;
};

// Fills `record` from `source`. Keys that are not in the table stay for the
// next table or for RefuseLeftovers.
template <typename Record, size_t kSize>
absl::Status Visit(const Member<Record> (&table)[kSize],
                   const VisitContext& context, RecordSource& source,
                   Record& record) {
  for (const Member<Record>& member : table) {
    if (Before(context.qemu, member.since) ||
        member.dialect > context.dialect) {
      continue;
    }
    if (!source.Has(member.name)) {
      if (member.presence == Presence::kOptional) continue;
      return source.RefuseMissing(member.name);
    }
    absl::Status read = std::visit(
        visitor_internal::Reader<Record>{member.name, source, record},
        member.type);
    if (!read.ok()) return read;
  }
  return absl::OkStatus();
}

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_VISITOR_H_
