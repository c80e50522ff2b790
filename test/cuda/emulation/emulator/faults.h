// What a segmentation fault in device memory means to the program under test.
#ifndef NN_EMULATION_EMULATOR_FAULTS_H
#define NN_EMULATION_EMULATOR_FAULTS_H

#include "memory.h"

namespace nn_emulation {

/// From now on faults in or next to that memory end the program with a sentence that says who did what.
void catch_faults(const Memory& memory);

}  // namespace nn_emulation

#endif
