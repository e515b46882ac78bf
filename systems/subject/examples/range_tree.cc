// SPDX-License-Identifier: Apache-2.0

// A subject for the whole question: the range-tree layouts behind the C header,
// as any other implementation of every option would be.

#include <cstring>
#include <exception>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "options/command_line.h"
#include "rangetree/range_tree_layout.h"
#include "systems/subject/e820_subject.h"

namespace e820check {
namespace {

// False if there is no room.
bool Append(absl::string_view text, e820_subject_bytes& bytes) {
  if (text.size() > bytes.capacity - bytes.size) return false;
  if (!text.empty()) {
    std::memcpy(bytes.bytes + bytes.size, text.data(), text.size());
  }
  bytes.size += text.size();
  return true;
}

bool AppendWarning(absl::string_view text, e820_subject_response& response) {
  return Append(text, response.warnings) &&
         Append(absl::string_view("\0", 1), response.warnings);
}

int GiveRefusal(const Rejection& rejection, absl::string_view text,
                e820_subject_response& response) {
  if (rejection.help_exit_status) {
    response.help_exit_status = *rejection.help_exit_status;
    return E820_SUBJECT_HELP;
  }
  return Append(text, response.text) ? E820_SUBJECT_REFUSED
                                     : E820_SUBJECT_TOO_SMALL;
}

int GiveLayout(const GuestLayout& layout, e820_subject_response& response) {
  if (layout.e820.size() > response.e820.capacity) {
    return E820_SUBJECT_TOO_SMALL;
  }
  for (const E820Row& row : layout.e820) {
    response.e820.rows[response.e820.count++] = {
        .address = row.address,
        .length = row.length_bytes,
        .type = static_cast<uint32_t>(row.type),
        .unused = 0};
  }
  return Append(layout.srat, response.srat) &&
                 Append(layout.slit, response.slit) &&
                 Append(layout.hmat, response.hmat)
             ? E820_SUBJECT_ACCEPTED
             : E820_SUBJECT_TOO_SMALL;
}

int Respond(const e820_subject_request& request,
            e820_subject_response& response) {
  CommandLineContext context;
  context.dialect = request.dialect == E820_DIALECT_MEMMAP_TYPE
                        ? Dialect::kMemmapType
                        : Dialect::kStock;
  context.qemu_version = NearestRelease(static_cast<int>(request.qemu_major),
                                        static_cast<int>(request.qemu_minor));
  const std::vector<std::string> args(request.argv,
                                      request.argv + request.argc);
  const absl::StatusOr<ParsedCommandLine> parsed =
      ParseCommandLine(args, context);
  if (!parsed.ok()) {
    Append(parsed.status().message(), response.text);
    return E820_SUBJECT_NOT_COVERED;
  }
  for (const std::string& warning : parsed->warnings) {
    if (!AppendWarning(warning, response)) return E820_SUBJECT_TOO_SMALL;
  }
  if (const auto* refusal = std::get_if<Rejection>(&parsed->outcome)) {
    return GiveRefusal(*refusal, refusal->text, response);
  }
  const Answer answer =
      RangeTreeLayout(std::get<MachineOptions>(parsed->outcome));
  for (const std::string& warning : answer.warnings) {
    if (!AppendWarning(warning, response)) return E820_SUBJECT_TOO_SMALL;
  }
  for (const DeviceWarning& warning : answer.device_warnings) {
    if (!AppendWarning(WithLocation(*parsed, warning.device, warning.text),
                       response)) {
      return E820_SUBJECT_TOO_SMALL;
    }
  }
  if (const auto* refusal = std::get_if<Rejection>(&answer.outcome)) {
    return GiveRefusal(*refusal,
                       WithLocation(*parsed, refusal->device, refusal->text),
                       response);
  }
  return GiveLayout(std::get<GuestLayout>(answer.outcome), response);
}

}  // namespace
}  // namespace e820check

extern "C" uint32_t e820_subject_abi_version(void) {
  return E820_SUBJECT_ABI_VERSION;
}

extern "C" int e820_subject_answer(const e820_subject_request* request,
                                   e820_subject_response* response) {
  return e820check::Respond(*request, *response);
}
