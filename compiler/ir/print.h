// The IR as text, for --print and tests.
#ifndef NNDIFF_IR_PRINT_H
#define NNDIFF_IR_PRINT_H
#include "ir/function.h"

namespace nndiff::ir {

/// One operation a line: `%3 = map.add %1, %2 : f32[N,10]  "h"  mlp.cpp:16`. Values are numbered in order of
/// appearance, so equal programs print equally.
std::string print(const Function& f);

/// A number as C++ source that reads back to the same value: "0.5", "1e-07", "inf".
std::string number_text(double number);

}  // namespace nndiff::ir

#endif
