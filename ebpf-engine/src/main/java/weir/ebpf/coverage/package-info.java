// SPDX-License-Identifier: Apache-2.0

/**
 * Finds frames, and contents of maps, that take a program through all ways that its branches may go: so that
 * a compiler which learns from runs has seen them all before the first real frame.
 *
 * <pre>{@code
 *  PathFacts: which ways are possible, what is compared --+
 *                                                         v
 *  InputSearch --Input--> ScratchMaps, ScratchFrame --> interpreter, with Tracer
 *       ^                                                 | branches, places of loads, keys of lookups
 *       +----------- changed inputs <-- Solver <----------+
 * }</pre>
 *
 * <p>Nothing here is a proof and nothing touches live maps: a way that is not found is only reported.
 */
@NullMarked
package weir.ebpf.coverage;

import org.jspecify.annotations.NullMarked;
