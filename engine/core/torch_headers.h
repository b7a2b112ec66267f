#pragma once
// Precompiled for libtr_engine and its tests. Sources still include what they use.
#include <ATen/ATen.h>
