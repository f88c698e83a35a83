// SPDX-License-Identifier: Apache-2.0

/**
 * {@code weir bench rfc2544} and {@code weir bench rfc2889}, without their command lines: the tests of both methodologies as
 * sequences of trials of {@link weir.control.tester.Tester}.
 *
 * <pre>
 *  Rfc2544, Rfc2889     one method a test; rows for a report
 *    RateTrials         learning, warm-up, the highest rate that there is, throughput by search
 *      RateSearch       pure: which rate to try next
 *      Load             which ports send to whom
 * </pre>
 */
@NullMarked
package weir.control.bench.rfc;

import org.jspecify.annotations.NullMarked;
