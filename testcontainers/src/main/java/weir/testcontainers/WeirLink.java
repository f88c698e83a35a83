// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import weir.testcontainers.LinkDraft.Direction;

/**
 * The link between a container and the switch. Each method changes one thing at once and leaves the others as they are; they
 * can be chained:
 *
 * <pre>{@code
 * weir.link("web").loss(0.1).delay(Duration.ofMillis(20));
 * weir.link("web").toContainer().rate(1_000_000);
 * }</pre>
 *
 * <p>What is said of chance is a probability from 0 to 1, for each frame and each direction by itself: a question and its
 * answer both get through a link with a loss of 0.1 in 81 of 100 cases. What happens to the n-th frame since the last change
 * of the link follows from {@linkplain WeirNetwork#seed the seed}. Any thread.
 *
 * <p>All methods throw {@link IllegalArgumentException} for a value out of range or one that does not fit the others, such as a
 * jitter larger than the delay, and {@link WeirException} when the container is no longer on the network.
 */
public final class WeirLink {
    private static final int PERCENT_DIGITS = 2;
    private static final int MOST_DIGITS = 9;
    private static final String DOWN = "down";

    private final WeirNetwork network;
    private final String containerId;
    private final Direction direction;

    WeirLink(WeirNetwork network, String containerId, Direction direction) {
        this.network = network;
        this.containerId = containerId;
        this.direction = direction;
    }

    /** The same link; what is set is for frames to the container only. */
    public WeirLink toContainer() {
        return new WeirLink(network, containerId, Direction.TO);
    }

    /** The same link; what is set is for frames from the container only. */
    public WeirLink fromContainer() {
        return new WeirLink(network, containerId, Direction.FROM);
    }

    /** Frames take so long, up to a minute; 0 to {@link #jitter} and {@link #reorder}, too. */
    public WeirLink delay(Duration time) {
        if (time.isZero()) {
            network.change(
                    containerId,
                    draft -> draft.with(direction, "delay", "")
                            .with(direction, "jitter", "")
                            .with(direction, "reorder", ""));
            return this;
        }
        return set("delay", nanos(time));
    }

    /** Delays spread evenly by up to this around {@link #delay}, which comes first and is at least as long. */
    public WeirLink jitter(Duration time) {
        return set("jitter", time.isZero() ? "" : nanos(time));
    }

    /** So many frames are lost; 0 for none any more. */
    public WeirLink loss(double probability) {
        if (probability == 0) {
            lossBurst(0);
        }
        return set("loss", percent(probability));
    }

    /** Lost frames come in rows of so many on average, 0 for each by itself; {@link #loss} comes first. */
    public WeirLink lossBurst(int frames) {
        return set("loss-burst", frames == 0 ? "" : Integer.toString(frames));
    }

    /** So many frames arrive twice. */
    public WeirLink duplicate(double probability) {
        return set("duplicate", percent(probability));
    }

    /** So many frames are not delayed and overtake others; {@link #delay} comes first. */
    public WeirLink reorder(double probability) {
        return set("reorder", percent(probability));
    }

    /** In so many frames one bit is flipped. */
    public WeirLink corrupt(double probability) {
        return set("corrupt", percent(probability));
    }

    /** No more than this; 0 for no limit. */
    public WeirLink rate(long bitsPerSecond) {
        return set("rate", bitsPerSecond == 0 ? "" : bitsPerSecond + "bit");
    }

    /** Nothing gets through until {@link #up}. */
    public WeirLink down() {
        return set(DOWN, DOWN);
    }

    /** Ends {@link #down}. */
    public WeirLink up() {
        return set(DOWN, "");
    }

    /** Ends all that was set, for both directions; partitions stay. */
    public WeirLink clear() {
        network.change(containerId, draft -> LinkDraft.NOTHING);
        return this;
    }

    private WeirLink set(String key, String value) {
        network.change(containerId, draft -> draft.with(direction, key, value));
        return this;
    }

    private static String nanos(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException(time + " is negative");
        }
        return time.toNanos() + "ns";
    }

    private static String percent(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(probability + " is no probability from 0 to 1");
        }
        BigDecimal percent = BigDecimal.valueOf(probability)
                .movePointRight(PERCENT_DIGITS)
                .setScale(MOST_DIGITS, RoundingMode.HALF_EVEN)
                .stripTrailingZeros();
        return percent.signum() == 0 ? "" : percent.toPlainString() + "%";
    }
}
