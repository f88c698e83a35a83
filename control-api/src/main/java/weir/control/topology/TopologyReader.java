// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.program.MapSetting;
import weir.control.program.ReplayException;
import weir.control.run.PortSpecs;
import weir.control.text.Spelling;
import weir.control.topology.ProgramDefinition.EngineKind;
import weir.core.fdb.MacAddress;
import weir.core.link.Impairments;
import weir.core.link.LinkSettings;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.program.OffloadView;
import weir.core.program.OnFault;
import weir.core.rate.StormLimits;
import weir.core.worker.WaitMode;
import weir.ebpf.ObjectFile;
import weir.ebpf.program.ProgramSpec;

/** Reads definitions from JSON. All that is wrong is told at once; nothing on the machine is touched. */
public final class TopologyReader {
    /** What {@code apiVersion} says. */
    public static final String API_VERSION = "weir/v1";

    static final String KIND = "Topology";

    /** Stands for an address that cannot be read, which is told already. */
    private static final long SOME_STATION = 2;

    /** What is said of names that are none. */
    public static final String NAME_RULE = "names are 1 to 15 letters, digits, '_', '.' and '-', and begin with no '-'";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_.-]{0,14}");

    private final List<DefinitionErrors.Place> errors;
    private final ObjectNames objects;
    private final boolean isFile;
    private final Map<String, String> placeByIdentity = new LinkedHashMap<>();

    @SuppressWarnings("ReferenceEquality") // a constant, which is only itself
    private TopologyReader(ObjectNames objects, List<DefinitionErrors.Place> errors) {
        this.objects = objects;
        this.errors = errors;
        isFile = objects != ObjectNames.DIGESTS;
    }

    /** How a part of a definition is read. */
    @FunctionalInterface
    private interface Part<T> {
        T read(TopologyReader reader, ObjectReader fields);
    }

    private static <T> T read(JsonNode json, Part<T> part) throws DefinitionErrors {
        return read(json, ObjectNames.DIGESTS, part);
    }

    private static <T> T read(JsonNode json, ObjectNames objects, Part<T> part) throws DefinitionErrors {
        TopologyReader reader = new TopologyReader(objects, new ArrayList<>());
        T value = part.read(reader, new ObjectReader(json, "", reader.errors));
        if (!reader.errors.isEmpty()) {
            throw new DefinitionErrors(reader.errors);
        }
        return value;
    }

    /** Reads a whole topology. */
    public static Topology topology(JsonNode json) throws DefinitionErrors {
        return topology(json, ObjectNames.DIGESTS);
    }

    /** Reads a whole topology in which object files have names of their own. */
    static Topology topology(JsonNode json, ObjectNames objects) throws DefinitionErrors {
        return read(json, objects, TopologyReader::topology);
    }

    /** Reads the definition of a switch; fields of the names given are left to the caller. */
    public static SwitchDefinition switchDefinition(JsonNode json, String... besides) throws DefinitionErrors {
        return read(json, (reader, fields) -> {
            for (String name : besides) {
                fields.field(name);
            }
            return reader.switchDefinition(fields);
        });
    }

    /** Reads the definition of a port; fields of the names given are left to the caller. */
    public static PortDefinition portDefinition(JsonNode json, String... besides) throws DefinitionErrors {
        return read(json, (reader, fields) -> {
            for (String name : besides) {
                fields.field(name);
            }
            return reader.portDefinition(fields);
        });
    }

    /** Reads the definition of a program. */
    public static ProgramDefinition programDefinition(JsonNode json) throws DefinitionErrors {
        return read(json, TopologyReader::programDefinition);
    }

    /** Reads a static entry of a forwarding database. */
    public static StaticEntry staticEntry(JsonNode json) throws DefinitionErrors {
        return read(json, TopologyReader::staticEntry);
    }

    /** Reads settings of a link, {@code {"settings": "delay:20ms"}}; they may end by themselves. */
    public static LinkSettings linkSettings(JsonNode json) throws DefinitionErrors {
        return read(json, (reader, fields) -> {
            LinkSettings none = LinkSettings.both(Impairments.NONE);
            if (fields.field("settings") == null) {
                fields.wrong(fields.pointerTo("settings"), "'settings' is missing", "write delay:20ms,loss:1%");
            }
            LinkSettings settings = fields.parsed("settings", none, LinkSettings::parse);
            fields.end();
            return settings;
        });
    }

    /** Reads an entry of a map without its name, {@code {"key": "10.0.0.1", "value": 7}}; some maps have no keys. */
    public static MapSetting mapSetting(JsonNode json) throws DefinitionErrors {
        return read(json, (reader, fields) -> {
            if (fields.field("value") == null) {
                fields.wrong(fields.pointerTo("value"), "'value' is missing", "write it as text or a number");
            }
            MapSetting setting = new MapSetting("", fields.scalar("key"), fields.scalar("value"));
            fields.end();
            return setting;
        });
    }

    /** Whether a switch or a port may have that name: {@link #NAME_RULE}, and are not '.' or '..'. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches() && !text.equals(".") && !text.equals("..");
    }

    private ObjectReader at(JsonNode json, String pointer) {
        return new ObjectReader(json, pointer, errors);
    }

    private Topology topology(ObjectReader fields) {
        if (!fields.text("apiVersion", "").equals(API_VERSION)) {
            fields.wrong(
                    fields.pointerTo("apiVersion"),
                    "'apiVersion' is not " + API_VERSION,
                    "write apiVersion: " + API_VERSION);
        }
        if (!fields.text("kind", "").equals(KIND)) {
            fields.wrong(fields.pointerTo("kind"), "'kind' is not " + KIND, "write kind: " + KIND);
        }
        Map<String, SwitchDefinition> switches = switches(fields);
        fields.end();
        return new Topology(switches);
    }

    /**
     * Reads the field {@code switches} of an object of another text, as topologies have it.
     *
     * @param errors where errors are noted
     */
    public static Map<String, SwitchDefinition> switches(
            ObjectReader fields, ObjectNames objects, List<DefinitionErrors.Place> errors) {
        return new TopologyReader(objects, errors).switches(fields);
    }

    private Map<String, SwitchDefinition> switches(ObjectReader fields) {
        Map<String, SwitchDefinition> switches = new LinkedHashMap<>();
        JsonNode all = fields.field("switches");
        if (all != null) {
            ObjectReader byName = at(all, fields.pointerTo("switches"));
            for (String name : byName.names()) {
                checkName(byName, name, "switch");
                switches.put(name, switchDefinition(at(all.get(name), byName.pointerTo(name))));
            }
        }
        return switches;
    }

    private static void checkName(ObjectReader fields, String name, String what) {
        if (!isName(name)) {
            fields.wrong(fields.pointerTo(name), "'" + name + "' is no name for a " + what, NAME_RULE);
        }
    }

    private SwitchDefinition switchDefinition(ObjectReader fields) {
        Map<String, PortDefinition> ports = new LinkedHashMap<>();
        JsonNode all = fields.field("ports");
        if (all != null) {
            ObjectReader byName = at(all, fields.pointerTo("ports"));
            for (String name : byName.names()) {
                checkName(byName, name, "port");
                ports.put(name, port(all.get(name), byName.pointerTo(name)));
            }
        }
        List<StaticEntry> fdb = new ArrayList<>();
        JsonNode entries = fields.field("fdb");
        if (entries != null && !entries.isArray()) {
            fields.wrong(fields.pointerTo("fdb"), "'fdb' is not a list", "");
        } else if (entries != null) {
            for (int i = 0; i < entries.size(); i++) {
                fdb.add(staticEntry(at(entries.get(i), fields.pointerTo("fdb") + "/" + i)));
            }
        }
        checkTogether(ports, fdb, fields);
        SwitchDefinition definition = new SwitchDefinition(
                fields.number("workers", 1, SwitchDefinition.MAX_WORKERS, SwitchDefinition.DEFAULT.workers()),
                fields.choice("wait", WaitMode.class, SwitchDefinition.DEFAULT.waitMode()),
                fields.flag("loop_guard", SwitchDefinition.DEFAULT.loopGuard()),
                program(fields),
                ports,
                new LinkedHashSet<>(fdb));
        fields.end();
        return definition;
    }

    /** A spec alone, or an object. */
    private PortDefinition port(JsonNode json, String pointer) {
        if (json.isString()) {
            checkSpec(json.stringValue(), pointer);
            return PortDefinition.of(json.stringValue());
        }
        if (!json.isObject()) {
            errors.add(new DefinitionErrors.Place(
                    pointer, "a port is neither text nor an object", "write its spec, such as tap:web"));
            return PortDefinition.of("");
        }
        return portDefinition(at(json, pointer));
    }

    private void checkSpec(String spec, String pointer) {
        try {
            PortSpecs.parse(spec);
        } catch (PortException e) {
            errors.add(new DefinitionErrors.Place(pointer, String.valueOf(e.getMessage()), e.hint()));
        }
    }

    /**
     * What only shows when all of a switch is known: entries that lead nowhere, and, of a file, whatever stands twice. In
     * requests the latter are conflicts, which are told by whoever knows what is there already.
     */
    private void checkTogether(Map<String, PortDefinition> ports, List<StaticEntry> fdb, ObjectReader fields) {
        if (isFile) {
            checkOnce(ports, fields);
        }
        Map<String, Integer> byAddress = new LinkedHashMap<>();
        for (int i = 0; i < fdb.size(); i++) {
            StaticEntry entry = fdb.get(i);
            String at = fields.pointerTo("fdb", Integer.toString(i));
            if (isName(entry.port()) && !ports.containsKey(entry.port())) {
                fields.wrong(
                        at + "/port",
                        "no port '" + entry.port() + "' on this switch",
                        Spelling.didYouMean(entry.port(), ports.keySet())
                                + (ports.isEmpty()
                                        ? "it has no ports"
                                        : "ports are " + String.join(", ", ports.keySet())));
            }
            String address = MacAddress.toString(entry.mac()) + " in VLAN " + entry.vlan();
            Integer before = byAddress.put(address, i);
            if (isFile && before != null && MacAddress.isValidSource(entry.mac())) {
                fields.wrong(at, address + " stands twice", "entry " + before + " has it already");
            }
        }
    }

    private void checkOnce(Map<String, PortDefinition> ports, ObjectReader fields) {
        Map<Integer, String> byNumber = new LinkedHashMap<>();
        ports.forEach((name, port) -> {
            String at = fields.pointerTo("ports", name);
            String before = port.number() == 0 ? null : byNumber.put(port.number(), name);
            if (before != null) {
                fields.wrong(at, "number " + port.number() + " is that of port " + before, "number each port once");
            }
            checkOnce(port.spec(), at, fields.pointer());
        });
    }

    /** Interfaces, sockets and files are attached once; ports that are of this process only, once in a switch. */
    private void checkOnce(String spec, String at, String switchPointer) {
        try {
            boolean isOfMachine = !spec.startsWith("null:") && !spec.startsWith("memory:");
            String identity = (isOfMachine ? "" : switchPointer + " ")
                    + PortSpecs.parse(spec).identity();
            String before = placeByIdentity.put(identity, at);
            if (before != null) {
                errors.add(new DefinitionErrors.Place(
                        at, "'" + spec + "' names the same port as " + before, "name each interface once"));
            }
        } catch (PortException e) { // was told where the spec stands
            return;
        }
    }

    private PortDefinition portDefinition(ObjectReader fields) {
        String spec = fields.text("spec", "");
        checkSpec(spec, fields.pointerTo("spec"));
        PortDefinition definition = new PortDefinition(
                spec,
                fields.number("number", 1, PortOptions.MAX_NUMBER, 0),
                fields.parsed("vlan", VlanMode.UNAWARE, VlanMode::parse),
                fields.flag("hairpin", false),
                fields.parsed("storm", StormLimits.NONE, StormLimits::parse),
                fields.<@Nullable LinkSettings>parsed("link", null, LinkSettings::parse),
                program(fields));
        LinkSettings link = definition.link();
        if (link != null && link.forNanos() != 0) {
            fields.wrong(fields.pointerTo("link"), "a link in a definition cannot end by itself", "leave out for:TIME");
        }
        fields.end();
        return definition;
    }

    private @Nullable ProgramDefinition program(ObjectReader fields) {
        JsonNode json = fields.field("program");
        return json == null ? null : programDefinition(at(json, fields.pointerTo("program")));
    }

    private ProgramDefinition programDefinition(ObjectReader fields) {
        String text = fields.text("object", "");
        String digest = "";
        @Nullable ObjectFile content = null;
        try {
            ObjectNames.NamedObject object = objects.find(text);
            digest = object.digest();
            content = object.content();
        } catch (ObjectNames.UnknownObject e) {
            fields.wrong(fields.pointerTo("object"), String.valueOf(e.getMessage()), e.hint());
        }
        ProgramDefinition definition = new ProgramDefinition(
                digest,
                fields.text("program", ""),
                fields.choice("engine", EngineKind.class, EngineKind.JIT),
                fields.flag("unchecked", false),
                fields.choice("on_fault", OnFault.class, OnFault.DROP),
                fields.choice("offloads", OffloadView.class, OffloadView.BY_WHAT_IT_DOES),
                maps(fields));
        if (content != null) {
            checkAgainst(content, definition, fields);
        }
        fields.end();
        return definition;
    }

    /** What can be told of a program before it is loaded: whether the object has it, and takes the entries. */
    private static void checkAgainst(ObjectFile object, ProgramDefinition definition, ObjectReader fields) {
        List<String> names = object.programs().stream().map(ProgramSpec::name).toList();
        if (!definition.program().isEmpty() && !names.contains(definition.program())) {
            fields.wrong(
                    fields.pointerTo("program"),
                    "the object has no program '" + definition.program() + "'",
                    Spelling.didYouMean(definition.program(), names) + "programs are " + String.join(", ", names));
        }
        for (MapSetting entry : definition.maps()) {
            try {
                entry.check(object);
            } catch (ReplayException e) {
                fields.wrong(
                        fields.pointerTo("maps", entry.map(), entry.key()), String.valueOf(e.getMessage()), e.hint());
            }
        }
    }

    private List<MapSetting> maps(ObjectReader fields) {
        List<MapSetting> settings = new ArrayList<>();
        JsonNode all = fields.field("maps");
        if (all != null) {
            ObjectReader byName = at(all, fields.pointerTo("maps"));
            for (String map : byName.names()) {
                ObjectReader entries = at(all.get(map), byName.pointerTo(map));
                for (String key : entries.names()) {
                    settings.add(new MapSetting(map, key, entries.scalar(key)));
                }
            }
        }
        return settings;
    }

    private StaticEntry staticEntry(ObjectReader fields) {
        long mac = fields.parsed("mac", SOME_STATION, MacAddress::parse);
        if (fields.field("mac") == null) {
            fields.wrong(fields.pointerTo("mac"), "'mac' is missing", "write one like 02:00:00:00:00:01");
        } else if (!MacAddress.isValidSource(mac)) {
            fields.wrong(
                    fields.pointerTo("mac"),
                    "'" + MacAddress.toString(mac) + "' is no address of a station",
                    "write one like 02:00:00:00:00:01, with an even second digit");
        }
        String port = fields.text("port", "");
        if (!isName(port)) {
            fields.wrong(fields.pointerTo("port"), "'" + port + "' is no name of a port", "");
        }
        StaticEntry entry = new StaticEntry(fields.number("vlan", 0, VlanMode.MAX_VLAN, 0), mac, port);
        fields.end();
        return entry;
    }
}
