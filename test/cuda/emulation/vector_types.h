// CUDA's short vectors and dim3, with the alignment that device code relies on for wide loads.
#ifndef NN_EMULATION_VECTOR_TYPES_H
#define NN_EMULATION_VECTOR_TYPES_H

#define NN_EMULATION_VECTORS(name, T, align2, align4) \
  struct name##1 {                                    \
    T x;                                              \
  };                                                  \
  struct alignas(align2) name##2 {                    \
    T x, y;                                           \
  };                                                  \
  struct name##3 {                                    \
    T x, y, z;                                        \
  };                                                  \
  struct alignas(align4) name##4 {                    \
    T x, y, z, w;                                     \
  };

NN_EMULATION_VECTORS(char, signed char, 2, 4)
NN_EMULATION_VECTORS(uchar, unsigned char, 2, 4)
NN_EMULATION_VECTORS(short, short, 4, 8)
NN_EMULATION_VECTORS(ushort, unsigned short, 4, 8)
NN_EMULATION_VECTORS(int, int, 8, 16)
NN_EMULATION_VECTORS(uint, unsigned, 8, 16)
NN_EMULATION_VECTORS(longlong, long long, 16, 16)
NN_EMULATION_VECTORS(ulonglong, unsigned long long, 16, 16)
NN_EMULATION_VECTORS(float, float, 8, 16)
NN_EMULATION_VECTORS(double, double, 16, 16)
#undef NN_EMULATION_VECTORS

/// Extents of a grid or a block; what is not given is 1.
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
  constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  constexpr operator uint3() const { return {x, y, z}; }
};

#endif
