// SPDX-License-Identifier: Apache-2.0

// The three syntaxes as sources of typed members (doc/spec/qemu-options.md 3).

#ifndef E820CHECK_MODEL_READER_SOURCES_H_
#define E820CHECK_MODEL_READER_SOURCES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/reader/json.h"
#include "model/reader/keyval.h"
#include "model/reader/qemu_opts.h"
#include "model/reader/record.h"

namespace e820check::reader {

// Appends what QEMU 7.2 says of a unit after a hexadecimal number.
void WarnOfHexUnit(absl::string_view text, std::vector<std::string>& warnings);

// All must outlive their sources.

// An option with an open list of keys.
class QemuOptsSource final : public Source {
 public:
  // `items` has no "id".
  QemuOptsSource(const std::vector<Item>& items,
                 const std::optional<std::string>& id, QemuVersion qemu,
                 std::vector<std::string>& warnings)
      : items_(items), id_(id), qemu_(qemu), warnings_(warnings) {}

  std::vector<std::string> Keys() const override;
  bool Has(absl::string_view name) const override;
  absl::StatusOr<std::string> Read(const Member& member) override;
  std::string PathTo(absl::string_view name) const override;
  absl::Status RefuseLeftover(absl::string_view key) const override;

 private:
  // The last value counts.
  std::optional<std::string> Find(absl::string_view name) const;
  absl::StatusOr<std::string> ReadList(absl::string_view name) const;
  absl::StatusOr<std::string> ReadSizeOf(absl::string_view name,
                                         const std::string& value);

  const std::vector<Item>& items_;
  const std::optional<std::string>& id_;
  QemuVersion qemu_;
  std::vector<std::string>& warnings_;
};

// An object of JSON.
class JsonSource final : public Source {
 public:
  JsonSource(const Json& json, size_t object) : json_(json), object_(object) {}

  std::vector<std::string> Keys() const override;
  bool Has(absl::string_view name) const override;
  absl::StatusOr<std::string> Read(const Member& member) override;
  std::string PathTo(absl::string_view name) const override;
  absl::Status RefuseLeftover(absl::string_view key) const override;

 private:
  absl::StatusOr<std::string> ReadList(absl::string_view name,
                                       const JsonValue& value) const;

  const Json& json_;
  size_t object_;
};

// A dict of keyval text, whose path is `path`.
class KeyvalSource final : public Source {
 public:
  KeyvalSource(const Keyval& tree, size_t dict, absl::string_view path,
               QemuVersion qemu, std::vector<std::string>& warnings)
      : tree_(tree),
        dict_(dict),
        path_(path),
        qemu_(qemu),
        warnings_(warnings) {}

  std::vector<std::string> Keys() const override;
  bool Has(absl::string_view name) const override;
  absl::StatusOr<std::string> Read(const Member& member) override;
  std::string PathTo(absl::string_view name) const override;
  absl::Status RefuseLeftover(absl::string_view key) const override;

 private:
  const Keyval& tree_;
  size_t dict_;
  std::string path_;
  QemuVersion qemu_;
  std::vector<std::string>& warnings_;
};

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_SOURCES_H_
