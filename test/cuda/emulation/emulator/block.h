// Running a kernel: its blocks one after the other, the threads of a block as fibers that take turns at
// barriers.
#ifndef NN_EMULATION_EMULATOR_BLOCK_H
#define NN_EMULATION_EMULATOR_BLOCK_H

#include <string>

#include "../launch.h"
#include "random.h"

namespace nn_emulation {

/// Runs every thread of a grid, in an order drawn from `random`. `name` is for messages.
void run_grid(const KernelCall& call, const std::string& name, Random& random);

/// The name of the kernel that is running, or null.
const char* running_kernel();

/// How often the emulation switched from one thread to another since the start.
long switches();

/// Says what is wrong with the program under test and ends it.
[[noreturn]] void die(const std::string& what);

}  // namespace nn_emulation

#endif
