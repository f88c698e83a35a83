// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import weir.control.program.ReplayException.Kind;
import weir.control.text.Spelling;
import weir.core.program.AttachedProgram;
import weir.ebpf.ObjectFile;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;

/**
 * An entry that is put into a map before the program runs, written {@code MAP:KEY=VALUE}. {@link ValueText}
 * says how keys and values are written; the value of a program array is the name of a program, that of a map
 * of maps the name of a map. Maps without keys take {@code MAP:=VALUE}.
 */
public record MapSetting(String map, String key, String value) {
    /** What is said to someone who wrote it otherwise. */
    public static final String SYNTAX =
            "MAP:KEY=VALUE, where KEY and VALUE are numbers (53, 0x35), addresses or hex:BYTES";

    /**
     * Reads what was typed.
     *
     * @throws ReplayException when the text is no setting
     */
    public static MapSetting parse(String text) throws ReplayException {
        int colon = text.indexOf(':');
        int equals = text.indexOf('=', colon + 1);
        if (colon <= 0 || equals < 0) {
            throw new ReplayException(Kind.USAGE, "'" + Printable.of(text) + "' sets nothing", "write " + SYNTAX);
        }
        return new MapSetting(text.substring(0, colon), text.substring(colon + 1, equals), text.substring(equals + 1));
    }

    /**
     * What the setting means in an object. Nothing is loaded yet.
     *
     * @throws ReplayException when the object has no such map, program or key, or the map does not take it
     */
    MapEntry in(ObjectFile object) throws ReplayException {
        List<String> names = object.maps().stream().map(MapSpec::name).toList();
        MapSpec spec = object.map(map)
                .orElseThrow(() -> notFound("no map '" + Printable.of(map) + "' to set", map, names, "maps"));
        checkTakesEntries(spec);
        ValueText text = new ValueText(object.btf(), spec);
        Bytes keyBytes = Bytes.of(spec.keyBytes() == 0 ? noKey() : text.key(key));
        checkInRange(spec, keyBytes);
        String of = "' for map " + Printable.of(map);
        if (spec.type() == MapType.PROG_ARRAY) {
            List<String> programs = object.programs().stream()
                    .filter(each -> each.type() == ProgramType.XDP)
                    .map(ProgramSpec::name)
                    .toList();
            require(programs, "XDP program", of, "programs");
            return new MapEntry.OfProgram(this, spec, keyBytes, value);
        }
        if (spec.type().isMapInMap()) {
            require(names, "map", of, "maps");
            return new MapEntry.OfMap(this, spec, keyBytes, value);
        }
        return new MapEntry.OfBytes(this, spec, keyBytes, Bytes.of(text.value(value)));
    }

    /**
     * Puts the entry into a program's map on a switch.
     *
     * @throws ReplayException when the object has no such map, or the map does not take it
     */
    public void put(AttachedProgram program) throws ReplayException {
        in(program.blueprint()).put(program);
    }

    /**
     * The program that the entry puts into a program array of an object; empty for entries of other maps.
     *
     * @throws ReplayException when the object has no such map or program, or the map does not take it
     */
    public Optional<String> programIn(ObjectFile object) throws ReplayException {
        return in(object) instanceof MapEntry.OfProgram slot ? Optional.of(slot.program()) : Optional.empty();
    }

    /**
     * Whether an object takes the entry, as far as can be told without loading it.
     *
     * @throws ReplayException when it does not
     */
    public void check(ObjectFile object) throws ReplayException {
        in(object);
    }

    private void require(Collection<String> known, String what, String ofMap, String all) throws ReplayException {
        if (!known.contains(value)) {
            throw notFound("no " + what + " '" + Printable.of(value) + ofMap, value, known, all);
        }
    }

    private static ReplayException notFound(String cause, String word, Collection<String> known, String what) {
        return new ReplayException(
                Kind.NOT_FOUND,
                cause,
                known.isEmpty()
                        ? "the object has no " + what
                        : Printable.of(Spelling.didYouMean(word, known) + what + " are "
                                + known.stream().collect(Collectors.joining(", "))));
    }

    private void checkTakesEntries(MapSpec spec) throws ReplayException {
        if (spec.frozen() || (spec.flags() & MapFlags.RDONLY) != 0) {
            throw refused(spec, "it is read-only", "choose a map that control code may write");
        }
        if (spec.type() == MapType.RINGBUF || spec.type() == MapType.PERF_EVENT_ARRAY) {
            throw refused(spec, "only programs write to it", "choose a map that control code may write");
        }
    }

    private byte[] noKey() throws ReplayException {
        if (!key.isEmpty()) {
            throw new ReplayException(
                    Kind.USAGE,
                    "map " + Printable.of(map) + " has no keys, '" + Printable.of(key) + "' is none",
                    "write " + Printable.of(map) + ":=VALUE");
        }
        return new byte[0];
    }

    private void checkInRange(MapSpec spec, Bytes keyBytes) throws ReplayException {
        long max = Integer.toUnsignedLong(spec.maxEntries());
        if (isIndexed(spec.type()) && index(keyBytes) >= max) {
            throw refused(spec, "keys are 0 to " + (max - 1), "write " + SYNTAX);
        }
    }

    private static long index(Bytes keyBytes) {
        long index = 0;
        for (int i = keyBytes.length() - 1; i >= 0; i--) {
            index = index << Byte.SIZE | Byte.toUnsignedLong(keyBytes.at(i));
        }
        return index;
    }

    private static boolean isIndexed(MapType type) {
        return switch (type) {
            case ARRAY, PERCPU_ARRAY, PROG_ARRAY, ARRAY_OF_MAPS, DEVMAP, CPUMAP, XSKMAP -> true;
            default -> false;
        };
    }

    ReplayException refused(MapSpec spec, String why, String hint) {
        return new ReplayException(
                Kind.USAGE,
                "map " + Printable.of(map) + " (" + MapShape.of(spec) + ") does not take " + Printable.of(key) + "="
                        + Printable.of(value) + ": " + why,
                hint);
    }
}
