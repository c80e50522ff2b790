// The progress bar is one plain line an epoch in a file, and a line redrawn in place on a terminal.
// RUN: %cxx %s %lib -o %t && %t > %t.plain && FileCheck --check-prefix=PLAIN %s < %t.plain
// RUN: %t terminal > %t.terminal && FileCheck --check-prefix=TERMINAL %s < %t.terminal
// RUN: count 2 < %t.plain
// PLAIN: {{^}}epoch 1/2 100 % loss 1.5000 {{[0-9,]+}} images/s {{[0-9.]+}} s validation 97.1 %{{$}}
// PLAIN-NEXT: {{^}}epoch 2/2 50 % loss 0.2500 {{[0-9,]+}} images/s {{[0-9.]+}} s{{$}}
// PLAIN-NOT: {{.}}
// TERMINAL: epoch 1/2 │████████ │ 80 % loss 1.0000 {{[0-9,]+}} images/s 0:{{[0-9]+}} left
// TERMINAL: epoch 1/2 │██████████│ 100 % loss 1.5000
// TERMINAL: epoch 2/2 │█████ │ 50 % loss 0.2500
#include <nn/train/progress.h>

#include <chrono>
#include <thread>

#include "check.h"

int main(int argc, char**) {
  nn::train::ProgressOptions options{.width = 10};
  if (argc > 1) options.terminal = true;
  nn::train::Progress bar(options);
  bar.begin("epoch 1/2", 100);
  std::this_thread::sleep_for(std::chrono::milliseconds(80));
  bar.advance(80, 1);
  bar.advance(20, 3.5);
  near(bar.mean_loss(), 1.5, 1e-12);
  check(bar.images_per_second() > 1 && bar.images_per_second() < 1250);
  bar.end("validation 97.1 %");
  bar.begin("epoch 2/2", 8);
  bar.advance(4, 0.25);
  bar.end();
  check(nn::train::with_commas(0) == "0" && nn::train::with_commas(-999) == "-999");
  check(nn::train::with_commas(1000) == "1,000" && nn::train::with_commas(-1234567) == "-1,234,567");
}
