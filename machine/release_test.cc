// SPDX-License-Identifier: Apache-2.0

#include "machine/release.h"

#include <iterator>
#include <set>

#include "gtest/gtest.h"

namespace e820check {
namespace {

constexpr QemuVersion kBetween = static_cast<QemuVersion>(902);
constexpr QemuVersion kLater = static_cast<QemuVersion>(9900);

TEST(ReleaseTest, NamesReadBack) {
  EXPECT_EQ(ToString(QemuVersion::k7_2), "7.2");
  EXPECT_EQ(ToString(QemuVersion::k10_0), "10.0");
  EXPECT_EQ(ToString(QemuVersion::k11_1), "11.1");
  for (const QemuVersion release : kReleases) {
    EXPECT_EQ(FindRelease(ToString(release)), release);
  }
  for (const char* name : {"", "7.20", "07.2", "7.2 ", "9.2", "latest"}) {
    EXPECT_EQ(FindRelease(name), std::nullopt) << name;
  }
}

TEST(ReleaseTest, TheNearestIsNotNewer) {
  EXPECT_EQ(NearestRelease(5, 2), QemuVersion::k7_2);
  EXPECT_EQ(NearestRelease(7, 2), QemuVersion::k7_2);
  EXPECT_EQ(NearestRelease(8, 2), QemuVersion::k7_2);
  EXPECT_EQ(NearestRelease(10, 2), QemuVersion::k10_0);
  EXPECT_EQ(NearestRelease(99, 0), QemuVersion::k11_1);
}

// Corpus files hold these.
TEST(ReleaseTest, NumbersNeverChange) {
  EXPECT_EQ(ReleaseOfNumber(0), QemuVersion::k7_2);
  EXPECT_EQ(ReleaseOfNumber(1), QemuVersion::k10_0);
  EXPECT_EQ(ReleaseOfNumber(2), QemuVersion::k11_1);
  EXPECT_EQ(ReleaseOfNumber(std::size(kReleases)), std::nullopt);
  std::set<QemuVersion> distinct;
  for (size_t number = 0; number < std::size(kReleases); ++number) {
    EXPECT_EQ(NumberOf(*ReleaseOfNumber(number)), number);
    EXPECT_TRUE(distinct.insert(kReleases[number]).second) << number;
  }
  EXPECT_EQ(NumberOf(kLater), std::nullopt);
}

TEST(ReleaseTest, LaterReleasesAreAtLeastEarlierOnes) {
  EXPECT_TRUE(AtLeast(QemuVersion::k10_0, QemuVersion::k10_0));
  EXPECT_TRUE(AtLeast(QemuVersion::k10_0, kBetween));
  EXPECT_TRUE(Before(QemuVersion::k7_2, kBetween));
  EXPECT_FALSE(Before(QemuVersion::k11_1, QemuVersion::k10_0));
  for (const QemuVersion release : kReleases) {
    EXPECT_TRUE(AtLeast(release, kSinceEver));
    EXPECT_TRUE(Before(release, kLater));
  }
}

TEST(ReleaseTest, AnOpenEndHasReleasesToCome) {
  EXPECT_TRUE(Has({}, kLater));
  EXPECT_TRUE(Has({.since = QemuVersion::k11_1}, kLater));
  constexpr Lifetime kMiddle = {QemuVersion::k10_0, QemuVersion::k10_0};
  EXPECT_FALSE(Has(kMiddle, kBetween));
  EXPECT_TRUE(Has(kMiddle, QemuVersion::k10_0));
  EXPECT_FALSE(Has(kMiddle, QemuVersion::k11_1));
  EXPECT_FALSE(Has({.until = QemuVersion::k11_1}, kLater));
}

TEST(ReleaseTest, TheNewestRowThatIsNotNewerIsInForce) {
  struct Row {
    QemuVersion since;
    int value;
  };
  constexpr Row kRows[] = {{QemuVersion::k7_2, 1}, {QemuVersion::k10_0, 2}};
  EXPECT_EQ(InForce(kRows, kSinceEver).value, 1);
  EXPECT_EQ(InForce(kRows, QemuVersion::k7_2).value, 1);
  EXPECT_EQ(InForce(kRows, kBetween).value, 1);
  EXPECT_EQ(InForce(kRows, QemuVersion::k10_0).value, 2);
  EXPECT_EQ(InForce(kRows, kLater).value, 2);
}

}  // namespace
}  // namespace e820check
