// SPDX-License-Identifier: Apache-2.0

// Typing: the members of a record in visit order, out of any of the three
// syntaxes (doc/spec/qemu-options.md 2.1, 3).

#ifndef E820CHECK_MODEL_READER_RECORD_H_
#define E820CHECK_MODEL_READER_RECORD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_type.h"
#include "model/reader/answer.h"
#include "model/reader/hash_table.h"

namespace e820check::reader {

enum class MemberType {
  kString,
  kBool,
  kSize,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kInt64,
  kUint16List,
  kEnum,
};

struct Member {
  absl::string_view name;
  MemberType type = MemberType::kString;
  bool is_required = false;
  absl::Span<const absl::string_view> words = {};  // of kEnum
  QemuVersion since = kSinceEver;
  Dialect dialect = Dialect::kStock;  // the least that has it
};

// What the members are read from; refuses in the words of its syntax.
class Source {
 public:
  virtual ~Source() = default;

  // The distinct keys, in the order in which QEMU puts them into its table of
  // what is still to be read.
  virtual std::vector<std::string> Keys() const = 0;
  virtual bool Has(absl::string_view name) const = 0;
  // The value as TypedValue has it, of a member that Has(). An enum's is the
  // text that was typed.
  virtual absl::StatusOr<std::string> Read(const Member& member) = 0;
  // The member's name in "Parameter '...' is missing".
  virtual std::string PathTo(absl::string_view name) const = 0;
  virtual absl::Status RefuseLeftover(absl::string_view key) const = 0;
};

// Reads records, one table of members after the other.
class RecordReader {
 public:
  // Both arguments must outlive this.
  RecordReader(Source& source, const Release& release);

  absl::Status Read(absl::Span<const Member> members);
  // The text of a value that was read.
  std::string Get(absl::string_view name) const;
  // Refuses a key that no table had.
  absl::Status RefuseLeftovers() const;

  std::vector<TypedValue> TakeValues() { return std::move(values_); }

 private:
  absl::Status ReadMember(const Member& member);

  Source& source_;
  const Release& release_;
  HashTable unread_;
  std::vector<TypedValue> values_;
};

// Of `value`, of one of the types kUint...; `name` is that in the refusal.
absl::Status CheckWidth(absl::string_view name, MemberType type,
                        uint64_t value);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_RECORD_H_
