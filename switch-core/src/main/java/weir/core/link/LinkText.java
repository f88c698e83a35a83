// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.core.fdb.MacAddress;

/** {@link LinkSettings} as text, both ways. */
final class LinkText {
    private static final String KEYS = "delay:20ms, jitter:5ms, distribution:uniform|normal, loss:1%, loss-burst:5,"
            + " duplicate:1%, reorder:1%, corrupt:1%, rate:10mbit, burst:64kb, limit:1000, down, cut:MAC+MAC, direction:to|from|both,"
            + " for:5m and seed:1";

    private final String text;
    private @Nullable Impairments toPort;
    private @Nullable Impairments fromPort;
    private @Nullable Long seed;
    private @Nullable Long forNanos;

    LinkText(String text) {
        this.text = text;
    }

    LinkSettings settings() {
        for (String part : text.split(";", -1)) {
            read(part);
        }
        return new LinkSettings(
                orNone(toPort), orNone(fromPort), seed == null ? 0 : seed, forNanos == null ? 0 : forNanos);
    }

    private static Impairments orNone(@Nullable Impairments impairments) {
        return impairments == null ? Impairments.NONE : impairments;
    }

    private void read(String part) {
        Draft draft = new Draft();
        for (String setting : part.split(",", -1)) {
            int colon = setting.indexOf(':');
            String key = colon < 0 ? setting : setting.substring(0, colon);
            if (draft.seen.contains(key)) {
                throw new IllegalArgumentException("'" + key + "' stands twice in '" + part + "'");
            }
            draft.seen.add(key);
            put(draft, key, colon < 0 ? "" : setting.substring(colon + 1));
        }
        Impairments impairments = draft.impairments();
        if (!draft.direction.equals("from")) {
            requireFree(toPort, "to");
            toPort = impairments;
        }
        if (!draft.direction.equals("to")) {
            requireFree(fromPort, "from");
            fromPort = impairments;
        }
    }

    private void requireFree(@Nullable Impairments before, String direction) {
        if (before != null) {
            throw new IllegalArgumentException("'" + text + "' sets the direction '" + direction + "' twice");
        }
    }

    private void put(Draft draft, String key, String value) {
        switch (key) {
            case "delay" -> draft.delayNanos = LinkUnits.nanos(value);
            case "jitter" -> draft.jitterNanos = LinkUnits.nanos(value);
            case "distribution" -> draft.distribution = distribution(value);
            case "loss" -> draft.loss = LinkUnits.share(value);
            case "loss-burst" -> draft.lossBurstFrames = (int) number(key, value, 7);
            case "duplicate" -> draft.duplicate = LinkUnits.share(value);
            case "reorder" -> draft.reorder = LinkUnits.share(value);
            case "corrupt" -> draft.corrupt = LinkUnits.share(value);
            case "rate" -> draft.rateBitsPerSecond = LinkUnits.bitsPerSecond(value);
            case "burst" -> draft.burstBytes = LinkUnits.bytes(value);
            case "limit" -> draft.limitFrames = (int) number(key, value, 7);
            case "down" -> draft.down = isBare(key, value);
            case "cut" -> draft.cut = stations(value);
            case "direction" -> draft.direction = direction(value);
            case "for" -> forNanos = once(forNanos, key, lifetime(value));
            case "seed" -> seed = once(seed, key, number(key, value, 18));
            default ->
                throw new IllegalArgumentException(
                        "'" + key + "' in '" + text + "' is no setting of a link; there are " + KEYS);
        }
    }

    private static long lifetime(String value) {
        long nanos = LinkUnits.longNanos(value);
        if (nanos == 0) {
            throw new IllegalArgumentException(
                    "'for:" + value + "' is no time; without it settings hold until changed");
        }
        return nanos;
    }

    private static DelayDistribution distribution(String value) {
        for (DelayDistribution each : DelayDistribution.values()) {
            if (each.label().equals(value)) {
                return each;
            }
        }
        throw new IllegalArgumentException("distribution '" + value + "' is neither uniform nor normal");
    }

    private static SortedSet<Long> stations(String value) {
        SortedSet<Long> stations = new TreeSet<>();
        for (String each : value.split("\\+", -1)) {
            long mac = MacAddress.parse(each);
            if (!MacAddress.isValidSource(mac)) {
                throw new IllegalArgumentException("cut '" + each + "' is no address of one station");
            }
            stations.add(mac);
        }
        return stations;
    }

    private static String direction(String value) {
        if (!List.of("to", "from", "both").contains(value)) {
            throw new IllegalArgumentException("direction '" + value + "' is none of to, from, both");
        }
        return value;
    }

    private static boolean isBare(String key, String value) {
        if (!value.isEmpty()) {
            throw new IllegalArgumentException("'" + key + "' takes no value");
        }
        return true;
    }

    private static long number(String key, String value, int digits) {
        if (!value.matches("[0-9]{1," + digits + "}")) {
            throw new IllegalArgumentException(key + " '" + value + "' is not a number of up to " + digits + " digits");
        }
        return Long.parseLong(value);
    }

    private static long once(@Nullable Long before, String key, long value) {
        if (before != null) {
            throw new IllegalArgumentException("'" + key + "' stands twice, and is for both directions");
        }
        return value;
    }

    static String write(LinkSettings settings) {
        List<String> common = new ArrayList<>();
        if (settings.seed() != 0) {
            common.add("seed:" + settings.seed());
        }
        if (settings.forNanos() != 0) {
            common.add("for:" + LinkUnits.ofNanos(settings.forNanos()));
        }
        if (settings.toPort().equals(settings.fromPort())) {
            return join("", settings.toPort(), common);
        }
        return join("direction:to", settings.toPort(), common) + ";"
                + join("direction:from", settings.fromPort(), List.of());
    }

    private static String join(String direction, Impairments it, List<String> common) {
        List<String> parts = new ArrayList<>();
        if (!direction.isEmpty()) {
            parts.add(direction);
        }
        addTimes(parts, it);
        addChances(parts, it);
        if (it.rateBitsPerSecond() > 0) {
            parts.add("rate:" + LinkUnits.ofBits(it.rateBitsPerSecond()));
        }
        if (it.burstBytes() > 0) {
            parts.add("burst:" + LinkUnits.ofBytes(it.burstBytes()));
        }
        if (it.limitFrames() != Impairments.DEFAULT_LIMIT_FRAMES) {
            parts.add("limit:" + it.limitFrames());
        }
        if (it.down()) {
            parts.add("down");
        }
        if (!it.cut().isEmpty()) {
            parts.add(it.cut().stream().map(MacAddress::toString).collect(Collectors.joining("+", "cut:", "")));
        }
        parts.addAll(common);
        return parts.isEmpty() ? "delay:0ns" : String.join(",", parts);
    }

    private static void addTimes(List<String> parts, Impairments it) {
        if (it.delayNanos() > 0) {
            parts.add("delay:" + LinkUnits.ofNanos(it.delayNanos()));
        }
        if (it.jitterNanos() > 0) {
            parts.add("jitter:" + LinkUnits.ofNanos(it.jitterNanos()));
        }
        if (it.distribution() != DelayDistribution.UNIFORM) {
            parts.add("distribution:" + it.distribution().label());
        }
    }

    private static void addChances(List<String> parts, Impairments it) {
        addShare(parts, "loss", it.loss());
        if (it.lossBurstFrames() > 0) {
            parts.add("loss-burst:" + it.lossBurstFrames());
        }
        addShare(parts, "duplicate", it.duplicate());
        addShare(parts, "reorder", it.reorder());
        addShare(parts, "corrupt", it.corrupt());
    }

    private static void addShare(List<String> parts, String key, double share) {
        if (share > 0) {
            parts.add(key + ":" + LinkUnits.ofShare(share));
        }
    }

    /** One direction, while it is read. */
    private static final class Draft {
        private final List<String> seen = new ArrayList<>();
        private String direction = "both";
        private long delayNanos;
        private long jitterNanos;
        private DelayDistribution distribution = DelayDistribution.UNIFORM;
        private double loss;
        private int lossBurstFrames;
        private double duplicate;
        private double reorder;
        private double corrupt;
        private long rateBitsPerSecond;
        private long burstBytes;
        private int limitFrames = Impairments.DEFAULT_LIMIT_FRAMES;
        private boolean down;
        private SortedSet<Long> cut = new TreeSet<>();

        Impairments impairments() {
            return new Impairments(
                    delayNanos,
                    jitterNanos,
                    distribution,
                    loss,
                    lossBurstFrames,
                    duplicate,
                    reorder,
                    corrupt,
                    rateBitsPerSecond,
                    burstBytes,
                    limitFrames,
                    down,
                    cut);
        }
    }
}
