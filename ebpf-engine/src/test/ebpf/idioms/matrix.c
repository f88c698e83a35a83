// SPDX-License-Identifier: Apache-2.0
// A value that is a table of two dimensions, with indices that are numbers of the packet, bounded by masks and by a
// comparison: counts frames by the low bits of their two addresses, and keeps a row's total.
#include "../weir_bpf.h"

#define ROWS 8
#define COLUMNS 6

struct matrix {
    __u32 cells[ROWS][COLUMNS];
    __u64 totals[ROWS];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct matrix);
} matrices SEC(".maps");

SEC("xdp")
int matrix(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __u32 zero = 0;
    struct matrix *matrix = bpf_map_lookup_elem(&matrices, &zero);
    if (!matrix)
        return XDP_ABORTED;
    __u32 row = eth->h_source[5] & (ROWS - 1);
    __u32 column = eth->h_dest[5];
    if (column >= COLUMNS)
        column = COLUMNS - 1;
    matrix->cells[row][column]++;
    __u64 total = 0;
    for (int i = 0; i < COLUMNS; i++)
        total += matrix->cells[row][i];
    matrix->totals[row] = total;
    return XDP_PASS;
}

LICENSE("GPL");
