// SPDX-License-Identifier: Apache-2.0

/**
 * The engine's entry points: from an object file to a program that runs.
 *
 * <pre>
 *  bytes --ObjectFile.parse--> ObjectFile --LoadedObject.load--> LoadedObject --program(name)--> EbpfProgram
 *          pure                blueprints                        live maps                       run(batch, cpu)
 * </pre>
 *
 * <p><b>Threads.</b> Parsing is pure. Loading and closing are for one thread. A {@link
 * weir.ebpf.EbpfProgram} runs on any thread, as long as no two use the same CPU number at once for
 * programs of one {@link weir.ebpf.LoadedObject}. Control code reads and writes maps from any thread
 * meanwhile.
 *
 * <p><b>Ownership.</b> A {@link weir.ebpf.LoadedObject} owns its programs and maps; a map that two share
 * ({@code keepMapsOf}) lives until both are closed. Close only when no thread runs the programs. Frames
 * belong to the caller.
 *
 * <p><b>Trust.</b> Programs are not verified: the engine checks every access, interpreted or compiled. What
 * goes wrong is a {@link weir.ebpf.program.Fault} of one frame.
 */
@NullMarked
package weir.ebpf;

import org.jspecify.annotations.NullMarked;
