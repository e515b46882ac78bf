// SPDX-License-Identifier: Apache-2.0

#include "options/memory_backend.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "options/integer.h"
#include "options/json.h"
#include "options/refusal.h"
#include "options/release_rules.h"

namespace e820check {
namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr uint64_t kHostNodes = 128;

constexpr absl::string_view kPolicies[] = {"default", "preferred", "bind",
                                           "interleave"};
constexpr absl::string_view kOnOffAuto[] = {"auto", "on", "off"};

// What an object means here. kUncovered: it can change a memory table.
enum class Role { kBackend, kGeneric, kIgnored, kUncovered };

struct ObjectType {
  absl::string_view name;
  Role role = Role::kIgnored;
  QemuVersion since = kSinceEver;
};

// As "-object help" has them, on x86 hosts with Debian's build options. Not
// all that 10.0 and 11.1 added is known.
constexpr ObjectType kObjectTypes[] = {
    {"memory-backend-ram", Role::kBackend},
    {"memory-backend-memfd", Role::kBackend},
    {"memory-backend-file", Role::kBackend},
    {"memory-backend-epc", Role::kUncovered},
    {"memory-backend-shm", Role::kUncovered, QemuVersion::k10_0},
    {"acpi-generic-initiator", Role::kGeneric, QemuVersion::k10_0},
    {"acpi-generic-port", Role::kGeneric, QemuVersion::k10_0},
    {"sev-guest", Role::kUncovered},
    {"sev-snp-guest", Role::kUncovered, QemuVersion::k10_0},
    {"tdx-guest", Role::kUncovered, QemuVersion::k11_1},
    {"igvm-cfg", Role::kUncovered, QemuVersion::k11_1},
    {"authz-list"},
    {"authz-list-file"},
    {"authz-pam"},
    {"authz-simple"},
    {"can-bus"},
    {"can-host-socketcan"},
    {"colo-compare"},
    {"cryptodev-backend"},
    {"cryptodev-backend-builtin"},
    {"cryptodev-backend-lkcf"},
    {"cryptodev-vhost-user"},
    {"dbus-vmstate"},
    {"filter-buffer"},
    {"filter-dump"},
    {"filter-mirror"},
    {"filter-redirector"},
    {"filter-replay"},
    {"filter-rewriter"},
    {"input-barrier"},
    {"input-linux"},
    {"iommufd", Role::kIgnored, QemuVersion::k10_0},
    {"iothread"},
    {"main-loop"},
    {"pr-manager-helper"},
    {"qtest"},
    {"rng-builtin"},
    {"rng-egd"},
    {"rng-random"},
    {"secret"},
    {"secret_keyring"},
    {"thread-context"},
    {"throttle-group"},
    {"tls-cipher-suites"},
    {"tls-creds-anon"},
    {"tls-creds-psk"},
    {"tls-creds-x509"},
    {"x-remote-object"},
};

using Request = ObjectRequest;

constexpr Member<Request> kId[] = {
    {"id", Presence::kRequired, AsString<Request>{&Request::id}},
};

constexpr Member<Request> kCommonMembers[] = {
    {"dump", Presence::kOptional, AsBool<Request>{&Request::dump}},
    {"host-nodes", Presence::kOptional,
     AsUint16List<Request>{&Request::host_nodes}},
    {"merge", Presence::kOptional, AsBool<Request>{&Request::merge}},
    {"policy", Presence::kOptional,
     AsEnum<Request>{&Request::policy, kPolicies}},
    {"prealloc", Presence::kOptional, AsBool<Request>{&Request::prealloc}},
    {"prealloc-threads", Presence::kOptional,
     AsUnsigned<Request>{&Request::prealloc_threads, 32}},
    {"prealloc-context", Presence::kOptional,
     AsString<Request>{&Request::prealloc_context}},
    {"share", Presence::kOptional, AsBool<Request>{&Request::share}},
    {"reserve", Presence::kOptional, AsBool<Request>{&Request::reserve}},
    {"size", Presence::kRequired, AsSize<Request>{&Request::size}},
    {"x-use-canonical-path-for-ramblock-id", Presence::kOptional,
     AsBool<Request>{&Request::use_canonical_path}},
};

constexpr Member<Request> kFileMembers[] = {
    {"align", Presence::kOptional, AsSize<Request>{&Request::align}},
    {"offset", Presence::kOptional, AsSize<Request>{&Request::offset},
     QemuVersion::k10_0},
    {"discard-data", Presence::kOptional,
     AsBool<Request>{&Request::discard_data}},
    {"mem-path", Presence::kRequired, AsString<Request>{&Request::mem_path}},
    {"pmem", Presence::kOptional, AsBool<Request>{&Request::pmem}},
    {"readonly", Presence::kOptional, AsBool<Request>{&Request::readonly}},
    {"rom", Presence::kOptional, AsEnum<Request>{&Request::rom, kOnOffAuto},
     QemuVersion::k10_0},
};

constexpr Member<Request> kMemfdMembers[] = {
    {"hugetlb", Presence::kOptional, AsBool<Request>{&Request::hugetlb}},
    {"hugetlbsize", Presence::kOptional,
     AsSize<Request>{&Request::hugetlbsize}},
    {"seal", Presence::kOptional, AsBool<Request>{&Request::seal}},
};

const ObjectType* FindType(absl::string_view name, QemuVersion qemu) {
  const auto found =
      std::find_if(std::begin(kObjectTypes), std::end(kObjectTypes),
                   [&](const ObjectType& t) {
                     return t.name == name && AtLeast(qemu, t.since);
                   });
  return found == std::end(kObjectTypes) ? nullptr : found;
}

bool AsksForHelp(const QemuOptsBag& bag, QemuVersion qemu) {
  const std::string* type = bag.Find("qom-type");
  if (type == nullptr) return false;
  if (IsHelp(*type)) return true;
  // Of other types that have help, users name the abstract one.
  const bool has_help =
      *type == "memory-backend" || FindType(*type, qemu) != nullptr;
  return has_help &&
         std::any_of(bag.items.begin(), bag.items.end(),
                     [](const QemuOpt& opt) { return IsHelp(opt.key); });
}

// What a file or memfd of this size turns out to be, pages rounded up.
absl::Status CheckMapping(const ObjectRequest& request,
                          const OptionRules& rules) {
  const uint64_t size = *request.size;
  // Sizes above 2^64 - 4096 wrap to 0 here and in QEMU alike.
  const uint64_t rounded = (size + (kPageBytes - 1)) / kPageBytes * kPageBytes;
  const auto hex = [](uint64_t value) {
    return absl::StrCat("0x", absl::Hex(value));
  };
  if (request.backend_kind == MemoryBackend::Kind::kMemfd) {
    const uint64_t huge_page = request.hugetlbsize.value_or(1);
    // doc/spec/qemu-options.md 8: whether or not hugetlb=on. Odd sizes pass, as
    // their lowest bit is taken for the size.
    if (huge_page % 2 == 0 && (huge_page & (huge_page - 1)) != 0) {
      return Refuse("Hugepage size must be a power of 2");
    }
    if (request.hugetlb.value_or(false)) {
      return absl::UnimplementedError("huge pages depend on the host");
    }
    // The size of a file is signed. No host takes others.
    if (size > INT64_MAX) {
      return Refuse("failed to resize memfd to ", size, ": Invalid argument");
    }
    if (size == rounded) return absl::OkStatus();
    if (rules.backing_store_refusal_names_object) {
      return Refuse(*request.id, " backing store size ", hex(size),
                    " is too small for 'size' option ", hex(rounded),
                    " plus 'offset' option 0x0");
    }
    return Refuse("backing store size ", hex(size),
                  " does not match 'size' option ", hex(rounded));
  }
  if (request.backend_kind != MemoryBackend::Kind::kFile) {
    return absl::OkStatus();
  }
  if (rules.file_backends_have_rom) {
    const bool readonly = request.readonly.value_or(false);
    const absl::string_view rom = kOnOffAuto[request.rom.value_or(0)];
    if (rom == "on" && !readonly) {
      return Refuse(
          "property 'rom' = 'on' is not supported with 'readonly' = 'off'");
    }
    if (rom == "off" && readonly && request.share.value_or(false)) {
      return Refuse(
          "property 'rom' = 'off' is incompatible with 'readonly' = 'on' and "
          "'share' = 'on'");
    }
  }
  // The one path that no host opens.
  if (request.mem_path->empty()) {
    return Refuse(
        "can't open backing store  for guest RAM: No such file or directory");
  }
  const uint64_t align = request.align.value_or(0);
  if (align % kPageBytes != 0) {
    return Refuse("alignment ", hex(align), " must be multiples of page size ",
                  hex(kPageBytes));
  }
  if ((align & (align - 1)) != 0) {
    return Refuse("alignment ", hex(align), " must be a power of two");
  }
  if (rules.file_backends_are_whole_pages && size != rounded) {
    return Refuse(
        "backend 'memory-backend-file' memory size must be multiple of 4 KiB");
  }
  return absl::OkStatus();
}

absl::Status CheckPolicy(const ObjectRequest& request) {
  const size_t policy = request.policy.value_or(0);
  if (policy == 0 && !request.host_nodes.empty()) {
    return Refuse(
        "host-nodes must be empty for policy default, or you should explicitly "
        "specify a policy other than default");
  }
  if (policy != 0 && request.host_nodes.empty()) {
    return Refuse("host-nodes must be set for policy ", kPolicies[policy]);
  }
  return absl::OkStatus();
}

// The id in "x", "objects/x" or "/objects/x"; nullopt where the path cannot
// name an object. QEMU skips empty components.
std::optional<absl::string_view> IdOfPath(absl::string_view path) {
  const std::vector<absl::string_view> components =
      absl::StrSplit(path, '/', absl::SkipEmpty());
  const bool is_absolute = absl::StartsWith(path, "/");
  if (components.size() == 1 && !is_absolute) return components[0];
  if (components.size() == 2 && components[0] == "objects") {
    return components[1];
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<ObjectRequest> VisitObject(const VisitContext& context,
                                          RecordSource& source) {
  if (!source.Has("qom-type")) return source.RefuseMissing("qom-type");
  absl::StatusOr<std::string> qom_type = source.String("qom-type");
  if (!qom_type.ok()) return qom_type.status();
  const ObjectType* type = FindType(*qom_type, context.qemu);
  if (type == nullptr) {
    return Refuse("Parameter 'qom-type' does not accept value '", *qom_type,
                  "'");
  }
  ObjectRequest request;
  request.qom_type = type->name;
  if (type->role == Role::kGeneric) {
    absl::StatusOr<GenericAffinity> generic =
        VisitGenericAffinity(type->name == "acpi-generic-initiator"
                                 ? GenericAffinity::Kind::kInitiator
                                 : GenericAffinity::Kind::kPort,
                             context, source);
    if (!generic.ok()) return generic.status();
    request.id = generic->id;
    request.generic = *std::move(generic);
    return request;
  }
  absl::Status visited = Visit(kId, context, source, request);
  if (!visited.ok()) return visited;
  if (type->role == Role::kUncovered) {
    return absl::UnimplementedError("this object is not covered");
  }
  if (type->role == Role::kIgnored) return request;

  visited = Visit(kCommonMembers, context, source, request);
  request.backend_kind = MemoryBackend::Kind::kRam;
  if (visited.ok() && type->name == "memory-backend-file") {
    request.backend_kind = MemoryBackend::Kind::kFile;
    visited = Visit(kFileMembers, context, source, request);
  } else if (visited.ok() && type->name == "memory-backend-memfd") {
    request.backend_kind = MemoryBackend::Kind::kMemfd;
    visited = Visit(kMemfdMembers, context, source, request);
  }
  if (visited.ok()) visited = source.RefuseLeftovers();
  if (!visited.ok()) return visited;
  return request;
}

void AddObjectWords(Vocabulary& vocabulary) {
  vocabulary.keys.push_back("qom-type");
  for (const ObjectType& type : kObjectTypes) {
    vocabulary.words.push_back(type.name);
  }
  AddMembers(kId, vocabulary);
  AddMembers(kCommonMembers, vocabulary);
  AddMembers(kFileMembers, vocabulary);
  AddMembers(kMemfdMembers, vocabulary);
  AddGenericAffinityWords(vocabulary);
}

absl::StatusOr<ObjectRequest> ParseObject(absl::string_view text,
                                          const VisitContext& context,
                                          QemuOptsList& list,
                                          std::vector<std::string>& warnings) {
  if (absl::StartsWith(text, "{")) {
    absl::StatusOr<ValueTree> tree = ParseJsonObject(text, context.qemu);
    if (!tree.ok()) return tree.status();
    JsonSource source(*tree, ValueTree::kRoot);
    return VisitObject(context, source);
  }
  absl::StatusOr<QemuOptsBag> bag = list.Parse(text, warnings);
  if (!bag.ok()) return bag.status();
  if (AsksForHelp(*bag, context.qemu)) return PrintHelp();
  QemuOptsSource source(*bag, context.qemu, warnings);
  return VisitObject(context, source);
}

// In the order of the properties in a QDict, which is that of the checks.
absl::Status ObjectTree::SetProperties(const ObjectRequest& request) const {
  absl::string_view context;
  if (request.prealloc_context) context = *request.prealloc_context;
  if (!context.empty()) {
    const std::optional<absl::string_view> id = IdOfPath(context);
    const auto found = type_of_id_.find(id.value_or(""));
    if (found == type_of_id_.end()) {
      return Refuse("Device '", context, "' not found");
    }
    if (found->second != "thread-context") {
      return Refuse(
          "Invalid parameter type for 'prealloc-context', expected: "
          "thread-context");
    }
  }
  if (request.prealloc.value_or(false) && !request.reserve.value_or(true)) {
    return Refuse("'prealloc=on' and 'reserve=off' are incompatible");
  }
  if (request.hugetlbsize == uint64_t{0}) {
    return Refuse("Property '", request.qom_type,
                  ".hugetlbsize' doesn't take value '0'");
  }
  for (const CpuIndexRange& nodes : request.host_nodes) {
    if (nodes.last < kHostNodes) continue;
    return Refuse("Invalid host-nodes value: ",
                  std::max<uint64_t>(nodes.first, kHostNodes));
  }
  if (request.prealloc_threads == uint64_t{0}) {
    return Refuse("property 'prealloc-threads' of ", request.qom_type,
                  " doesn't take value '0'");
  }
  if (request.size == uint64_t{0}) {
    return Refuse("property 'size' of ", request.qom_type,
                  " doesn't take value '0'");
  }
  return absl::OkStatus();
}

absl::Status ObjectTree::Create(const ObjectRequest& request, QemuVersion qemu,
                                std::vector<MemoryBackend>& backends) {
  // QemuOpts have checked theirs before; JSON has not.
  if (!IsIdentifier(*request.id)) return RefuseId();
  if (request.backend_kind) {
    absl::Status set = SetProperties(request);
    if (!set.ok()) return set;
  }
  if (!type_of_id_.try_emplace(*request.id, request.qom_type).second) {
    return Refuse("attempt to add duplicate property '", *request.id,
                  "' to object (type 'container')");
  }
  if (!request.backend_kind) return absl::OkStatus();
  absl::Status mapped = CheckMapping(request, OptionRulesOf(qemu));
  if (!mapped.ok()) return mapped;
  absl::Status policy = CheckPolicy(request);
  if (!policy.ok()) return policy;
  MemoryBackend backend;
  backend.id = *request.id;
  backend.kind = *request.backend_kind;
  backend.size_bytes = *request.size;
  // Only memfds are shared unless told otherwise.
  backend.share =
      request.share.value_or(backend.kind == MemoryBackend::Kind::kMemfd);
  backend.reserve = request.reserve.value_or(true);
  backend.mem_path = request.mem_path.value_or("");
  backends.push_back(std::move(backend));
  return absl::OkStatus();
}

const MemoryBackend* ResolveBackend(const std::vector<MemoryBackend>& backends,
                                    absl::string_view path) {
  if (path.empty()) return backends.size() == 1 ? &backends[0] : nullptr;
  const std::optional<absl::string_view> id = IdOfPath(path);
  if (!id) return nullptr;
  const auto found =
      std::find_if(backends.begin(), backends.end(),
                   [&](const MemoryBackend& b) { return b.id == *id; });
  return found == backends.end() ? nullptr : &*found;
}

}  // namespace e820check
