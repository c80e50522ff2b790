// The body of a CUDA kernel: rows shared out over groups of lanes, loops inside a row over the lanes.
#ifndef NNDIFF_EMIT_CUDA_BODY_H
#define NNDIFF_EMIT_CUDA_BODY_H
#include "emit/cuda_shape.h"
#include "emit/expression.h"

namespace nndiff::emit {

/// Writes the body of `kernel` with `writer`, in which all buffers and scalars have names.
class CudaBody {
 public:
  CudaBody(Writer& writer, const plan::Kernel& kernel, const KernelShape& shape);

  void emit();

  /// The text of the struct that joins partial results: "cuda::Sum".
  static std::string how(const plan::Sink& s);

 private:
  // An access in loop number `loop`.
  struct Touch {
    plan::Access access;
    std::size_t loop;
  };
  struct Touched {
    std::vector<Touch> loads, stores;
  };

  void synchronise(const Touched& now);
  bool is_same_lane(const Touch& a, const Touch& b) const;
  Touched touched(std::size_t number) const;
  void name_loops();
  void declare_across();
  void rows();
  void row();
  void loop(std::size_t number);
  void packed_loop(std::size_t number);
  void open_lanes(std::size_t number, const std::string& count);
  void split_index(const std::vector<int>& axes, const std::string& linear);
  void body(std::size_t number);
  void statement(const plan::Sink& s, int sink);
  void row_statement(int sink);
  void finish_row_reduction(int sink);
  void leave_across();
  void fill_partials(std::size_t number);
  std::string joined(const plan::Sink& s, const std::string& to, const std::string& value) const;
  std::string nothing(const plan::Sink& s) const;
  std::string extent(int axis) const { return w_.text(k_.axes[axis]).source; }
  std::string count_of(const std::vector<int>& axes) const;
  ir::Elem elem(const plan::Sink& s) const { return k_.nodes[s.node].elem; }
  std::size_t loop_of(int sink) const;
  Across across(int sink) const;
  bool has_own(std::size_t number) const;
  void declare_held(std::size_t number);
  std::string own_element(std::size_t number) const;
  std::string width(std::size_t number) const { return shape_.loops[number].packed ? "width" : "1"; }

  Writer& w_;
  const plan::Kernel& k_;
  const KernelShape& shape_;
  Expressions e_;
  std::vector<int> all_;
  std::map<int, std::string> index_, accumulators_, held_;
  std::string unroll_;   // the loop over a pack
  std::string element_;  // of the lane's own columns
  Touched before_;       // since the lanes met last
};

}  // namespace nndiff::emit

#endif
