// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

/**
 * What a trace counted, over all workers. Exact once the trace is closed: {@code matched = traced + passed + skipped +
 * lost}.
 *
 * @param seen frames of the ports asked for, until there were enough
 * @param matched those that the filter takes
 * @param traced given to the reader, or waiting for it
 * @param passed not told since they were not dropped, and only those were asked for
 * @param skipped beyond {@link TraceSettings#FRAMES_PER_SECOND}, or when there were enough
 * @param lost since the reader was slow
 */
public record TraceCounters(long seen, long matched, long traced, long passed, long skipped, long lost) {}
