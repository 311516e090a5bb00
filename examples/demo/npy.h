// Reads NumPy's array files (.npy), as far as this demo needs them: two dimensions, C order,
// little-endian floats of 16 or 32 bits.
#ifndef GRAPE_DEMO_NPY_H
#define GRAPE_DEMO_NPY_H

#include <string>

#include "dictionary.h"

namespace demo {

// Throws std::runtime_error that names the file and what is wrong with it.
Matrix read_npy(const std::string& path);

}  // namespace demo

#endif
