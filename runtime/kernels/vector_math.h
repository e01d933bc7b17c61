#pragma once

#include <cstddef>

// Functions of many floats, vectorised for the CPU it runs on, on one thread. Within 16 units in
// the last place of what <cmath> gives, NaN and infinities the same; a result below the smallest
// normal number may be 0. x and y may be the same memory.

namespace litezoo::runtime {

void exp_of(const float* x, std::size_t count, float* y);
void log_of(const float* x, std::size_t count, float* y);
void tanh_of(const float* x, std::size_t count, float* y);
void logistic_of(const float* x, std::size_t count, float* y);
// x where x >= 0, else exp(x) - 1.
void elu_of(const float* x, std::size_t count, float* y);
float sum_of_squares(const float* x, std::size_t count);
// Of each row: exp(beta * (x - the largest x)), divided by its sum. Rows are not empty.
void softmax_of(const float* x, std::size_t rows, std::size_t length, float beta, float* y);

}  // namespace litezoo::runtime
