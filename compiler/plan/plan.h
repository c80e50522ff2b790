// The plan of a derivative: its steps in order, the loops of each, and where every value lives.
//
// A plan says everything but the spelling: emitters for C++ and CUDA only print it. Steps are matrix products
// and kernels. A kernel runs over rows (independent of each other, so they can be shared out) and inside a
// row over inner loops in phases: what depends on a reduction over the row belongs to a later phase than what
// was reduced.
#ifndef NNDIFF_PLAN_PLAN_H
#define NNDIFF_PLAN_PLAN_H
#include <map>
#include <set>

#include "plan/affine.h"
#include "plan/size.h"

namespace nndiff::plan {

using ir::Value;

/// What the plan is carried out on.
enum class Target : std::uint8_t { cpp, cuda };

enum class Recompute : std::uint8_t { automatic, all, none };

struct Options {
  Target target = Target::cpp;
  Recompute recompute = Recompute::automatic;
  std::optional<std::int64_t> budget =
      {};                  // bytes that may be kept for the backward sweep; named sizes count as 256
  double few_rounds = 32;  // fewer than this are not shared out over a GPU's threads
};

/// Memory that one value, or several one after the other in place, lives in.
struct Buffer {
  enum class Place : std::uint8_t {
    input,
    upstream,
    value,
    tangent,
    gradient,
    arena,
    parameter,  // of a routine: what its caller hands over
    local,      // of a routine, or a round of a loop in threads: an array of its own on the stack
    part,       // consecutive elements of another buffer, `whole`
    room,       // the workspace's room number `slot`: of a size that is known only on the way, or that grows
  };
  Place place = Place::arena;
  bool bits = false;  // a bit mask for nn::rt::cuda::gemm
  int leaf = -1;      // for an input or a gradient: the leaf's index over all parameters
  ir::Elem elem = ir::Elem::f32;
  ir::Shape shape = {};
  std::string name = {};  // a hint for the name of memory that holds no value of the function
  Size bytes = {};
  std::vector<Value> values = {};  // in order of computation
  std::vector<int> since = {};     // by value: the step that computes it
  int first = -1, last = -1;       // the steps that write it first and read it last
  std::int64_t offset = 0;         // in the arena's static part, if slot < 0
  int slot = -1;                   // of the arena's slots of named sizes
  int whole = -1;                  // of a part: the buffer that it is a part of
  Value block = {};                // and the load or store whose index says where it begins
  bool kept = false;               // computed in the forward sweep and read in the backward sweep
  bool grows = false;              // of unknown extent
  bool is_grown = false;           // something makes it grow
  bool may_be_null = false;        // a gradient behind a pointer, which is not wanted where that is null
  bool moves = false;              // goes on in another one's memory at the end of a region
};

/// True where writing to one changes the other: they are the same memory at different times.
bool share_memory(const Buffer& a, const Buffer& b);

/// Pointers that change places at the end of a region: `to` goes on with the memory of `from`.
struct Move {
  int to = -1, from = -1;
};

/// One summand of an index: stride times a loop's variable, or times a node's value.
struct Term {
  Size stride;
  int axis = -1;
  int node = -1;
  friend bool operator==(const Term&, const Term&) = default;
};

/// An element of a buffer.
struct Access {
  int buffer = -1;
  std::vector<Term> index = {};
  friend bool operator==(const Access&, const Access&) = default;
};

/// A scalar value inside a kernel's loops.
struct Node {
  enum class Kind : std::uint8_t {
    load,      // `access`
    scalar,    // the scalar `value`, an argument or computed by an earlier step
    constant,  // `number`
    size,      // `dim`
    index,     // the variable of loop `axis`
    map,       // `map` of operands
    cast,      // of operands[0] to `elem`
    reduced,   // the result of the row reduction `sink`
    checked,   // operands[0], an index that must be in [0, dim); the call has made sure of it if `trusted`
  };
  Kind kind = Kind::constant;
  ir::Elem elem = ir::Elem::f32;
  ir::Map map = ir::Map::add;
  double number = 0;
  Dim dim{1};
  int axis = -1;
  int sink = -1;
  bool trusted = false;
  Access access = {};
  std::vector<int> operands = {};
  std::vector<int> axes = {};  // the loops it varies with, ascending
  int phase = 0;
  Value value = {};  // what it computes a part of, for names
};

/// Reductions over rows are cut into at most this many chunks (nn::rt::chunks), or blocks of threads
/// (nn::rt::cuda::max_parts).
inline constexpr int max_chunks = 16;
inline constexpr int max_parts = 256;

/// What a kernel leaves behind.
struct Sink {
  enum class Kind : std::uint8_t {
    store,    // the node, element by element, to `to`
    scalar,   // the node to the scalar `value` (kernels without loops)
    row,      // the node reduced over all loops inside a row, to nodes of kind `reduced`
    partial,  // the node reduced over some loops inside a row, accumulated in `to`
    across,   // the node reduced over all rows, accumulated in `to` or the scalar `value`
  };
  Kind kind = Kind::store;
  Value value = {};
  int node = -1;
  ir::Reducer reducer = ir::Reducer::sum;
  std::vector<int> axes = {};     // all loops around it, rows included, outermost first
  std::vector<int> reduced = {};  // those of `axes` that it reduces over
  Access to = {};
  int scratch =
      -1;  // across: where chunks after the first accumulate; on a GPU, where every block leaves its sum
  int phase = 0;

  /// True where each element is accumulated in memory, not in a variable.
  bool in_memory() const { return to.buffer >= 0 && !(kind == Kind::across && to.index.empty()); }
};

/// A loop nest inside a row.
struct Loop {
  std::vector<int> axes;  // outermost first; empty: statements of the row itself
  std::vector<int> sinks;
  int phase = 0;
  double cost = 0;  // scalar operations an iteration, about
};

struct Kernel {
  std::vector<Size> axes;  // the extents of all loops
  std::vector<int> rows;   // the loops that are shared out, outermost first; may be empty
  std::vector<Node> nodes;
  std::vector<Sink> sinks;
  std::vector<Loop> loops;  // in order of execution inside a row
  double work = 0;          // scalar operations in a row, about

  /// True where the rows are the innermost loop.
  bool is_flat() const;
  /// True where something depends on the variable of loop `axis`.
  bool is_used(int axis) const;
  /// The sinks that are accumulated over rows.
  std::vector<int> across() const;
};

/// What a matrix product does to its result on the way: buffers, or -1. On a GPU that saves a pass over
/// memory.
struct Epilogue {
  int bias = -1;         // a row that is added to each row
  bool relu = false;     // then max(·, 0)
  bool gelu = false;     // or GELU's approximation by tanh
  int gelu_out = -1;     // its operand is stored too
  int gelu_in = -1;      // elements are multiplied by its derivative here
  int mask_out = -1;     // a bit for every element that is above 0 then
  int mask_in = -1;      // elements whose bit is not set become 0
  int column_sums = -1;  // and the sums of the columns are stored
  int wanted = -1;       // on the host: elements are discarded later where this is not above 0
  bool is_none() const { return bias < 0 && !relu && !gelu && mask_in < 0 && gelu_in < 0; }
};

/// c = op(a)·op(b), or c += with `accumulate`.
struct Product {
  Value value;
  bool trans_a = false, trans_b = false;
  Dim m{1}, n{1}, k{1};
  int a = -1, b = -1, c = -1;
  bool accumulate = false;
  Epilogue epilogue = {};
};

struct Step {
  enum class Kind : std::uint8_t {
    product,
    kernel,
    code,     // the statements `values`, one after the other
    loop,     // values[0], whose body is parts[0]; its results follow
    branch,   // values[0], whose sides are the parts; its results follow
    routine,  // values[0], whose body is parts[0]; its moves are copies
  };
  struct Part {
    std::vector<Step> steps;
    std::vector<Move> moves;  // at its end
  };
  Kind kind = Kind::kernel;
  Product product;
  Kernel kernel;
  ir::Sweep sweep = ir::Sweep::forward;
  std::vector<Value> values;    // what it computes
  std::vector<int> statements;  // the user's statements it comes from, ascending
  std::vector<Part> parts;
  int number = 0, last = 0;  // in the order of the text: its own, and that of the last step inside
};

/// Something that the host asks a GPU for, where a plan has code.
struct Launch {
  enum class Kind : std::uint8_t {
    product,
    kernel,
    copy,    // a statement that fills, copies or adds consecutive elements
    serial,  // statements in one thread
    shared,  // a loop whose rounds are shared out over threads
    loop,    // a loop or branch of the host's, whose bodies are the parts
    branch,
  };
  /// A number that is left in memory for later launches, or for the host.
  struct Leave {
    int cell = -1;
    Value value;
    int parts = -1;  // of a sum over the rounds of a shared loop: where every block leaves its own
  };
  Kind kind = Kind::serial;
  std::vector<Step> steps;    // of a loop or branch, the step without its parts
  std::vector<Leave> leaves;  // at the end, all at once
  std::vector<std::vector<Launch>> parts;
};

/// Totals that a reader wants to know.
struct Cost {
  double flops = 0;
  int products = 0;
};

struct Plan {
  ir::Function f;  // the function planned, after the planner's own changes
  std::vector<Step> steps;
  std::vector<Buffer> buffers;
  std::vector<Value> results;     // by output: the scalar that it is, or none where a buffer holds it
  std::int64_t static_bytes = 0;  // the arena's part for static sizes
  std::vector<Size> slots;        // bytes of the parts for named sizes, behind it, each rounded up to 64
  std::vector<Value> recomputed;  // forward values computed again in the backward sweep
  Cost forward, backward;
  std::vector<std::string> remarks;
  int rooms = 0;                 // of the workspace that it uses
  std::map<Value, int> cells;    // on a GPU: the buffers of scalars that kernels compute
  bool small = false;            // static and so little work that threads and an arena would only cost
  bool has_code = false;         // steps are code, loops and branches too
  std::set<Value> threaded;      // loops whose rounds threads of the CPU share
  std::vector<int> memory;       // by operation: the buffer it lives in, or -1
  std::vector<Move> copies;      // at the end, elements of buffers that are not where the caller wants them
  std::vector<Launch> launches;  // on a GPU, where it has code: everything in order
  std::set<Value> hosted;        // and the scalars that the host computes for it
  std::map<int, int> sizes;      // of arrays that grow: the cells of their numbers of elements
  std::map<std::string, Affine> bounds;  // sizes that memory for them is named after: see upper_bound
};

/// All steps in the order of the text, those inside loops and branches too.
std::vector<Step*> all_steps(Plan& plan);
std::vector<const Step*> all_steps(const Plan& plan);

/// The scalars that the host knows before it starts anything: made of sizes and of numbers that are
/// arguments.
bool is_known_on_host(const Plan& plan, const Step& step, const std::set<Value>& known);

/// Plans `f`, which holds the forward and the backward sweep.
Plan plan(const ir::Function& f, const Options& options = {});

/// What value `v` should be called: by the user's variable, or by the one that its statement sets; the
/// adjoint of h is dh. Not unique, and empty where there is nothing to go by.
std::string name_hint(const ir::Function& f, Value v);

/// What an operation does: "add", "sum", "matmul".
std::string operation_name(const ir::Op& op);

/// What a buffer should be called in `step`: after the last value that an earlier step has left there, or
/// else after its first one.
std::string name_hint(const Plan& plan, const Buffer& buffer, int step);

/// The text of --print=plan.
std::string print(const Plan& plan);

}  // namespace nndiff::plan

#endif
