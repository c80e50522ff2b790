// Rows of arrays that the rounds of a loop take, for the passes that take them all at once.
#ifndef NNDIFF_OPT_ROWS_H
#define NNDIFF_OPT_ROWS_H
#include <set>

#include "ir/function.h"

namespace nndiff::opt {

/// A loop with a trip count that has a name or is known, which nothing else ends.
struct CountedLoop {
  ir::Value loop;
  ir::Value counter;
  ir::Value limit;
  ir::Dim trips;
  std::set<ir::Value> inside;  // what its body makes
};

/// The loop `v`, whose body is `body`; nothing for other loops.
std::optional<CountedLoop> counted(const ir::Function& f, ir::Value v, const ir::Region& body);

/// The number of the row that `v`, a load, store or accumulate of whole rows or of single elements, begins
/// at; nothing where its index is no row's.
std::optional<ir::Value> row_number(const ir::Function& f, ir::Value v);

/// How far behind the round's number, counted up or down, row number `row` lies; nothing where not every
/// round has a row of its own.
std::optional<std::int64_t> row_offset(const ir::Function& f, const CountedLoop& loop, ir::Value row);

/// Row number `row` of `array`: what is made of the elements that follow each other along its first axis.
struct Row {
  ir::Value array;
  ir::Value row;
};

/// What `v`, a value of the loop's body or a reshaped one, takes from an array outside of the loop.
std::optional<Row> row_of(const ir::Function& f, const CountedLoop& loop, ir::Value v);

}  // namespace nndiff::opt

#endif
