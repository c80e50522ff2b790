// What generated code tells the compiler about its loops.
#ifndef NN_RT_ROUNDS_H
#define NN_RT_ROUNDS_H

/// In front of a loop whose rounds touch no memory that another round writes.
#if defined(__GNUC__) && !defined(__clang__)
#define NN_INDEPENDENT _Pragma("GCC ivdep")
#else
#define NN_INDEPENDENT
#endif

#endif  // NN_RT_ROUNDS_H
