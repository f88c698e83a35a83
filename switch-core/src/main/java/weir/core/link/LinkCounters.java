// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

/**
 * What the emulation of a port's link did in one direction. Frames that it dropped are among the port's drops: {@code
 * link_loss}, {@code link_down}, {@code link_queue_full}.
 *
 * @param held frames that are on their way now
 * @param duplicated frames that were sent twice
 * @param reordered frames that overtook others
 * @param corrupted frames with a bit flipped
 */
public record LinkCounters(long held, long duplicated, long reordered, long corrupted) {
    /** Nothing happened. */
    public static final LinkCounters NONE = new LinkCounters(0, 0, 0, 0);

    /** What two workers did. */
    public LinkCounters plus(LinkCounters other) {
        return new LinkCounters(
                held + other.held,
                duplicated + other.duplicated,
                reordered + other.reordered,
                corrupted + other.corrupted);
    }
}
