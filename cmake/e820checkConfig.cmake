# SPDX-License-Identifier: Apache-2.0
#
# For find_package(e820check): the target e820check::range_tree_map.
include(CMakeFindDependencyMacro)
find_dependency(absl)
include(${CMAKE_CURRENT_LIST_DIR}/e820checkTargets.cmake)
