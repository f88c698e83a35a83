// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What {@code weir top} shows, which keys and answers change. One thread. */
final class TopState {
    private static final double MIN_INTERVAL = 0.25;
    private static final double MAX_INTERVAL = 60;
    private static final int PAGE = 10;

    /** By what ports stand one below the other. */
    enum Order {
        NUMBER,
        RECEIVED,
        TRANSMITTED,
        DROPS,
        NAME;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        private Order next() {
            return switch (this) {
                case NUMBER -> RECEIVED;
                case RECEIVED -> TRANSMITTED;
                case TRANSMITTED -> DROPS;
                case DROPS -> NAME;
                case NAME -> NUMBER;
            };
        }
    }

    private @Nullable String shown;
    private double interval;
    private Order order = Order.NUMBER;
    private boolean paused;
    private boolean help;
    private int cursor;
    private String trouble = "";
    private TopSample before;
    private TopSample now;

    TopState(TopSample first, double interval) {
        shown = first.shown();
        this.interval = interval;
        before = first;
        now = first;
    }

    /** A newer answer, or what went wrong instead. Two of the same switch are needed for rates. */
    void take(@Nullable TopSample sample, String whatWentWrong) {
        trouble = whatWentWrong;
        if (sample == null || paused || !Objects.equals(sample.shown(), shown)) {
            return;
        }
        boolean isSame = Objects.equals(now.shown(), sample.shown());
        before = isSame ? now : sample;
        now = sample;
        cursor = Math.min(cursor, Math.max(0, rows() - 1));
    }

    /**
     * A key.
     *
     * @return whether the daemon has to be asked for something else
     */
    boolean press(TopKey key) {
        if (help) {
            help = key == TopKey.NONE;
            return false;
        }
        switch (key) {
            case UP -> move(-1);
            case DOWN -> move(1);
            case PAGE_UP -> move(-PAGE);
            case PAGE_DOWN -> move(PAGE);
            case FIRST -> cursor = 0;
            case ORDER -> order = order.next();
            case PAUSE -> paused = !paused;
            case HELP -> help = true;
            case SLOWER -> interval = Math.min(MAX_INTERVAL, interval * 2);
            case FASTER -> interval = Math.max(MIN_INTERVAL, interval / 2);
            case OPEN -> open();
            case BACK -> show(null);
            case NONE, OTHER, REDRAW, QUIT -> {
                // Nothing to see.
            }
        }
        return key == TopKey.OPEN || key == TopKey.BACK || key == TopKey.SLOWER || key == TopKey.FASTER;
    }

    private void move(int rows) {
        cursor = Math.clamp((long) cursor + rows, 0, Math.max(0, rows() - 1));
    }

    private int rows() {
        if (!Objects.equals(now.shown(), shown)) {
            return 0;
        }
        return shown == null ? now.switches().size() : now.stats().path("ports").size();
    }

    private void open() {
        List<String> names = List.copyOf(now.switches().propertyNames());
        if (shown == null && cursor < names.size()) {
            show(names.get(cursor));
        }
    }

    private void show(@Nullable String name) {
        if (!Objects.equals(name, shown)) {
            shown = name;
            cursor = 0;
            paused = false;
        }
    }

    /** The switch that is looked at; null for all of them. */
    @Nullable
    String shown() {
        return shown;
    }

    /** Seconds between two looks. */
    double interval() {
        return interval;
    }

    Order order() {
        return order;
    }

    boolean isPaused() {
        return paused;
    }

    boolean isHelpWanted() {
        return help;
    }

    /** The row that is marked, or that the page begins with, from 0. */
    int cursor() {
        return cursor;
    }

    /** What is wrong with the daemon; empty when nothing is. */
    String trouble() {
        return trouble;
    }

    TopSample before() {
        return before;
    }

    TopSample now() {
        return now;
    }
}
