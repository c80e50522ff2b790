// A header that the model includes.
#ifndef SCALE_H
#define SCALE_H

inline constexpr float scale = 2;

#endif
