// What has no derivative is remarked on inside of loops and branches too, once for each place.
// RUN: %cxx %S/remarks_test.cpp %rooms -o %t && %t
#include "check.h"
#include "grad/differentiate.h"
#include "op/build.h"

using namespace nndiff;
using ir::Elem;
using ir::Map;
using ir::Value;

int main() {
  const ir::Type f64{Elem::f64, {}}, i64{Elem::i64, {}};
  ir::Function f;
  op::Builder b(f);
  const Value x = f.append({.kind = ir::Kind::input, .type = f64});
  ir::Param param;
  param.leaves.push_back({"x", f64, x, true});
  f.params.push_back(param);

  ir::Region body, yes, no, *outer = b.region;
  b.parameter(body, i64);
  const Value s = b.parameter(body, f64);
  b.region = &yes;
  b.loc = {"f.cpp", 7, 3};
  yes.yields = {b.map(Map::floor, s)};
  b.region = &no;
  b.loc = {"f.cpp", 8, 3};
  no.yields = {b.map(Map::mul, s, b.cast(b.cast(s, Elem::i32), Elem::f64))};
  b.region = &body;
  body.yields = b.branch(b.map(Map::lt, s, b.constant(1, f64)), yes, no).results;
  b.region = outer;
  f.body.yields = b.loop(b.constant(3, i64), {x}, body).results;

  const auto remarks = grad::remarks(f);
  check(remarks.size() == 2);
  check(remarks.at(0).loc.line == 7 && remarks.at(0).message.find("'floor'") != std::string::npos);
  check(remarks.at(1).loc.line == 8 && remarks.at(1).message.find("std::int32_t") != std::string::npos);
}
