// Random IR programs with loops, branches and memory, for tests of the transforms.
#ifndef TEST_UNIT_RANDOM_REGIONS_H
#define TEST_UNIT_RANDOM_REGIONS_H
#include "random_ir.h"

namespace test {

/// A scalar-valued function, smooth but where a branch flips: nested loops of no, one and several rounds
/// (limits known, from arguments, of other counters; conditions that depend on data), branches with and
/// without memory, arrays of one and two axes filled, read, overwritten, added to, swapped, replaced, made
/// inside of loops and growing; whole tensors in loops; an argument that is overwritten and one of unknown
/// extent. Every floating leaf is wanted.
/// `calls`: also of functions that the IR does not look into.
RandomProgram random_regions(std::uint32_t seed, int statements, bool calls = true);

}  // namespace test

#endif
