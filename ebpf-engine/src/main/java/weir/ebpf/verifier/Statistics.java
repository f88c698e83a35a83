// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.time.Duration;

/**
 * What a verification took.
 *
 * @param instructions walked, each as often as a path came by; the kernel's "processed insns"
 * @param storedStates that later paths were compared with
 * @param peakStates most of them at one time
 * @param pending most branches that waited at one time
 * @param stackBytes deepest stack of all chains of calls; 0 where the program was refused before
 * @param time from the start to the verdict
 */
public record Statistics(
        long instructions, long storedStates, long peakStates, int pending, int stackBytes, Duration time) {}
