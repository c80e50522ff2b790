// The steps of a plan with code as what the host asks of a GPU.
#ifndef NNDIFF_PLAN_LAUNCHES_H
#define NNDIFF_PLAN_LAUNCHES_H
#include "plan/device.h"

namespace nndiff::plan {

/// Sets the plan's launches, and gives every number that one of them leaves for others or for the host its
/// memory. Loops of fewer rounds than `few_rounds` are left to one thread.
void make_launches(Plan& plan, double few_rounds);

/// Memory for a single number on the device, as long as the plan lasts.
int add_cell(Plan& plan, ir::Elem elem, const std::string& name);

}  // namespace nndiff::plan

#endif
