// SPDX-License-Identifier: Apache-2.0

/**
 * Traces of a running switch: what happened to a frame between the port that it came in by and those that it left by, and
 * why.
 *
 * <pre>
 *  worker 0  --TraceTap--> queue --+
 *  worker 1  --TraceTap--> queue --+--> reader thread --TracedFrame--> TraceConsumer
 * </pre>
 *
 * <p>A frame that is wanted is taken out of its batch and decided alone, by the same code as all others: whatever happens
 * between begin and end happens to that frame. Frames of a port keep their order. Its programs run once, on the same maps;
 * with a path wanted, under the interpreter, which says what the compiler's code would have said.
 *
 * <p>Traced frames are few: a trace ends after {@link weir.core.trace.TraceSettings#MAX_FRAMES} at most, takes at most
 * {@link weir.core.trace.TraceSettings#FRAMES_PER_SECOND}, and none while {@link
 * weir.core.trace.TraceSettings#MAX_WAITING} wait for a slow reader. Only for them does a worker allocate. Without a trace
 * none of this exists: workers look at one field a batch.
 *
 * <p>A trace follows a frame on the worker that it came in by. What another worker does with it, whose queue the egress
 * port has, is not seen: the frame is handed over then.
 */
@NullMarked
package weir.core.trace;

import org.jspecify.annotations.NullMarked;
