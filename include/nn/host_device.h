// NN_HOST_DEVICE: functions that kernels may call too.
#ifndef NN_HOST_DEVICE_H
#define NN_HOST_DEVICE_H

#if defined(__CUDACC__)
#define NN_HOST_DEVICE __host__ __device__
#else
#define NN_HOST_DEVICE
#endif

#endif  // NN_HOST_DEVICE_H
