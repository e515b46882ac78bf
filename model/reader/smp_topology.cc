// SPDX-License-Identifier: Apache-2.0

#include "model/reader/smp_topology.h"

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace e820check::reader {
namespace {

constexpr char kInvalid[] = "Invalid CPU topology: ";
constexpr char kZero[] = "CPU topology parameters must be greater than zero";

// The levels from the outermost in, and the two counts. Absent and 0 are one.
struct Numbers {
  uint32_t cpus = 0;
  uint32_t drawers = 0;
  uint32_t books = 0;
  uint32_t sockets = 0;
  uint32_t dies = 0;
  uint32_t clusters = 0;
  uint32_t modules = 0;
  uint32_t cores = 0;
  uint32_t threads = 0;
  uint32_t maxcpus = 0;
};

struct NamedNumber {
  absl::string_view name;
  uint32_t Numbers::*number;
};
constexpr NamedNumber kNumbers[] = {
    {"cpus", &Numbers::cpus},       {"drawers", &Numbers::drawers},
    {"books", &Numbers::books},     {"sockets", &Numbers::sockets},
    {"dies", &Numbers::dies},       {"clusters", &Numbers::clusters},
    {"modules", &Numbers::modules}, {"cores", &Numbers::cores},
    {"threads", &Numbers::threads}, {"maxcpus", &Numbers::maxcpus},
};

bool IsPc(const MachineType& type) {
  return type.family == MachineFamily::kI440fx ||
         type.family == MachineFamily::kQ35 ||
         type.family == MachineFamily::kIsapc;
}

class Completion {
 public:
  Completion(const MachineType& type, const Release& release)
      : type_(type),
        is_7_2_(Before(release.qemu, QemuVersion::k10_0)),
        has_dies_(IsPc(type)),
        has_modules_(IsPc(type) && !is_7_2_) {}

  Answer Complete(const Answer& typed) {
    absl::Status status = Read(typed);         // step 1
    if (status.ok()) status = RefuseLevels();  // step 2
    if (status.ok()) status = FillIn();        // 3 and 4
    if (status.ok()) status = Check();         // 5 to 7
    std::vector<TypedValue> values;
    for (const NamedNumber& number : {NamedNumber{"cpus", &Numbers::cpus},
                                      {"maxcpus", &Numbers::maxcpus},
                                      {"sockets", &Numbers::sockets},
                                      {"dies", &Numbers::dies},
                                      {"modules", &Numbers::modules},
                                      {"cores", &Numbers::cores},
                                      {"threads", &Numbers::threads}}) {
      values.push_back(
          {std::string(number.name), absl::StrCat(numbers_.*number.number)});
    }
    return MakeAnswer(status, std::move(values), std::move(warnings_));
  }

 private:
  absl::Status Read(const Answer& typed) {
    bool has_zero = false;
    for (const TypedValue& value : typed.values) {
      for (const NamedNumber& number : kNumbers) {
        if (number.name != value.name) continue;
        const long long full = std::atoll(value.text.c_str());
        has_zero |= full == 0;
        numbers_.*number.number = static_cast<uint32_t>(full);
        // 7.2 looks at what is left of the number, later ones at all of it.
        const bool above_one = is_7_2_ ? numbers_.*number.number > 1 : full > 1;
        if (above_one) above_one_.insert(value.name);
      }
    }
    if (!has_zero) return absl::OkStatus();
    if (!is_7_2_) return Refuse(kInvalid, kZero);
    warnings_.push_back(absl::StrCat(
        "warning: Deprecated CPU topology (considered invalid): ", kZero));
    return absl::OkStatus();
  }

  absl::Status RefuseLevels() const {
    const auto refuse = [this](absl::string_view level, bool is_there) {
      if (is_there || above_one_.count(std::string(level)) == 0) {
        return absl::OkStatus();
      }
      return Refuse(level, is_7_2_ ? "" : " > 1",
                    " not supported by this machine's CPU topology");
    };
    absl::Status status;
    if (is_7_2_) {
      status.Update(refuse("dies", has_dies_));
      status.Update(refuse("clusters", false));
      return status;
    }
    status.Update(refuse("modules", has_modules_));
    status.Update(refuse("clusters", false));
    status.Update(refuse("dies", has_dies_));
    status.Update(refuse("books", false));
    status.Update(refuse("drawers", false));
    return status;
  }

  static void DefaultTo(uint32_t value, uint32_t& number) {
    if (number == 0) number = value;
  }
  // What lies around cores, sockets and threads.
  uint32_t Others() const {
    return numbers_.drawers * numbers_.books * numbers_.dies *
           numbers_.clusters * numbers_.modules;
  }
  // `level` is what is left of maxcpus, if it is not given.
  absl::Status Divide(uint32_t others, uint32_t& level) const {
    if (level != 0) return absl::OkStatus();
    if (others == 0) return Accident();
    level = numbers_.maxcpus / others;
    return absl::OkStatus();
  }

  absl::Status FillIn() {
    Numbers& n = numbers_;
    for (uint32_t* level :
         {&n.drawers, &n.books, &n.dies, &n.clusters, &n.modules}) {
      DefaultTo(1, *level);
    }
    absl::Status divided;
    if (n.cpus == 0 && n.maxcpus == 0) {
      for (uint32_t* level : {&n.sockets, &n.cores, &n.threads}) {
        DefaultTo(1, *level);
      }
    } else {
      DefaultTo(n.cpus, n.maxcpus);
      divided = FillLevels();
    }
    if (!divided.ok()) return divided;
    DefaultTo(Product(), n.maxcpus);
    DefaultTo(n.maxcpus, n.cpus);
    return absl::OkStatus();
  }

  absl::Status FillLevels() {
    Numbers& n = numbers_;
    const bool has_version = type_.family == MachineFamily::kI440fx ||
                             type_.family == MachineFamily::kQ35;
    const bool is_old = has_version && type_.version < MachineVersion{6, 2, 0};
    uint32_t& first = is_old ? n.sockets : n.cores;
    uint32_t& second = is_old ? n.cores : n.sockets;
    if (first == 0) {
      DefaultTo(1, second);
      DefaultTo(1, n.threads);
    } else if (second == 0) {
      DefaultTo(1, n.threads);
    }
    absl::Status status = Divide(second * n.threads * Others(), first);
    if (status.ok()) status = Divide(first * n.threads * Others(), second);
    if (status.ok()) status = Divide(first * second * Others(), n.threads);
    return status;
  }

  uint32_t Product() const {
    return numbers_.sockets * numbers_.cores * numbers_.threads * Others();
  }

  std::string Topology() const {
    std::string text = absl::StrCat("sockets (", numbers_.sockets, ")");
    if (has_dies_) absl::StrAppend(&text, " * dies (", numbers_.dies, ")");
    if (has_modules_) {
      absl::StrAppend(&text, " * modules (", numbers_.modules, ")");
    }
    absl::StrAppend(&text, " * cores (", numbers_.cores, ") * threads (",
                    numbers_.threads, ")");
    return text;
  }

  // What none of the families gives, the specification's table of maxima does
  // not list: one CPU.
  uint32_t MostCpus() const {
    switch (type_.family) {
      case MachineFamily::kI440fx:
        return 255;
      case MachineFamily::kQ35:
        if (type_.version <= MachineVersion{2, 7, 0}) return 255;
        if (type_.version <= MachineVersion{8, 0, 0}) return 288;
        if (type_.version <= MachineVersion{8, 2, 0}) return 1024;
        return 4096;
      case MachineFamily::kMicrovm:
        return 288;
      default:
        return 1;
    }
  }

  absl::Status Check() const {
    const Numbers& n = numbers_;
    if (Product() != n.maxcpus) {
      return Refuse(kInvalid,
                    "product of the hierarchy must match maxcpus: ", Topology(),
                    " != maxcpus (", n.maxcpus, ")");
    }
    if (n.maxcpus < n.cpus) {
      return Refuse(kInvalid, "maxcpus must be equal to or greater than smp: ",
                    Topology(), " == maxcpus (", n.maxcpus, ") < smp_cpus (",
                    n.cpus, ")");
    }
    const auto refuse = [this](uint32_t cpus, absl::string_view which,
                               uint32_t limit) {
      return Refuse("Invalid SMP CPUs ", static_cast<int32_t>(cpus), ". The ",
                    which, " CPUs supported by machine '", ToString(type_),
                    "' is ", limit);
    };
    if (n.cpus < 1) return refuse(n.cpus, "min", 1);
    if (n.maxcpus > MostCpus()) return refuse(n.maxcpus, "max", MostCpus());
    absl::uint128 product = absl::uint128(n.sockets) * n.dies * n.modules;
    product = product * n.cores * n.threads;
    return product == n.maxcpus ? absl::OkStatus() : OtherObject();
  }

  const MachineType& type_;
  bool is_7_2_;
  bool has_dies_;
  bool has_modules_;
  Numbers numbers_;
  std::set<std::string> above_one_;  // names of numbers
  std::vector<std::string> warnings_;
};

}  // namespace

Answer CompleteSmp(const Answer& typed, const MachineType& type,
                   const Release& release) {
  return Completion(type, release).Complete(typed);
}

}  // namespace e820check::reader
