// SPDX-License-Identifier: Apache-2.0

/**
 * Maps: what programs and control code share.
 *
 * <pre>
 *  Maps.create(MapSpec) -> EbpfMap                    programs: addresses, errno, any worker
 *                            |  control() -> MapControl       control code: copies, what bpf(2) offers
 *                            +- ForEachMap    arrays, hash maps: bpf_for_each_map_elem
 *                            +- MessageMap    queue, stack, bloom filter
 *                            +- RingBuffer    reserve, submit; consume
 *                            +- RedirectMap   devmap, devmap hash, cpumap, xskmap
 *                            +- ProgramArray  tail calls
 *                            +- MapOfMaps     inner maps, Retirement
 * </pre>
 */
@NullMarked
package weir.ebpf.map;

import org.jspecify.annotations.NullMarked;
