// The exception that every run-time refusal of nn throws: wrong sizes, labels out of range, broken files.
#ifndef NN_ERROR_H
#define NN_ERROR_H

#include <stdexcept>

namespace nn {

/// A mistake that can only be seen at run time. what() names the argument and the sizes or values involved.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace nn

#endif  // NN_ERROR_H
