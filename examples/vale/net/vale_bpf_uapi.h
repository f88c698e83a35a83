// SPDX-License-Identifier: Apache-2.0
//
// The name by which programs for VALE-BPF include their header.
#include "../vale_bpf.h"
