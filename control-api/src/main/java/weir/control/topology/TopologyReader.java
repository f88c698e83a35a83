// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.program.MapSetting;
import weir.control.run.PortSpecs;
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

/** Reads definitions from JSON. All that is wrong is told at once; nothing on the machine is touched. */
public final class TopologyReader {
    /** What {@code apiVersion} says. */
    public static final String API_VERSION = "weir/v1";

    static final String KIND = "Topology";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,15}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private final List<DefinitionErrors.Place> errors = new ArrayList<>();

    private TopologyReader() {}

    /** How a part of a definition is read. */
    @FunctionalInterface
    private interface Part<T> {
        T read(TopologyReader reader, ObjectReader fields);
    }

    private static <T> T read(JsonNode json, Part<T> part) throws DefinitionErrors {
        TopologyReader reader = new TopologyReader();
        T value = part.read(reader, new ObjectReader(json, "", reader.errors));
        if (!reader.errors.isEmpty()) {
            throw new DefinitionErrors(reader.errors);
        }
        return value;
    }

    /** Reads a whole topology. */
    public static Topology topology(JsonNode json) throws DefinitionErrors {
        return read(json, TopologyReader::topology);
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

    /** Whether a switch or a port may have that name: 1 to 15 letters, digits, '_', '.', '-', not '.' or '..'. */
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
        Map<String, SwitchDefinition> switches = new LinkedHashMap<>();
        JsonNode all = fields.field("switches");
        if (all != null) {
            ObjectReader byName = at(all, fields.pointerTo("switches"));
            for (String name : byName.names()) {
                checkName(byName, name, "switch");
                switches.put(name, switchDefinition(at(all.get(name), byName.pointerTo(name))));
            }
        }
        fields.end();
        return new Topology(switches);
    }

    private static void checkName(ObjectReader fields, String name, String what) {
        if (!isName(name)) {
            fields.wrong(
                    fields.pointerTo(name),
                    "'" + name + "' is no name for a " + what,
                    "names are 1 to 15 letters, digits, '_', '.' and '-'");
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
        Set<StaticEntry> fdb = new LinkedHashSet<>();
        JsonNode entries = fields.field("fdb");
        if (entries != null && !entries.isArray()) {
            fields.wrong(fields.pointerTo("fdb"), "'fdb' is not a list", "");
        } else if (entries != null) {
            for (int i = 0; i < entries.size(); i++) {
                fdb.add(staticEntry(at(entries.get(i), fields.pointerTo("fdb") + "/" + i)));
            }
        }
        SwitchDefinition definition = new SwitchDefinition(
                fields.number("workers", 1, SwitchDefinition.MAX_WORKERS, SwitchDefinition.DEFAULT.workers()),
                fields.choice("wait", WaitMode.class, SwitchDefinition.DEFAULT.waitMode()),
                fields.flag("loop_guard", SwitchDefinition.DEFAULT.loopGuard()),
                program(fields),
                ports,
                fdb);
        fields.end();
        return definition;
    }

    /** A spec alone, or an object. */
    private PortDefinition port(JsonNode json, String pointer) {
        if (json.isString()) {
            checkSpec(json.stringValue(), pointer);
            return PortDefinition.of(json.stringValue());
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
        String object = fields.text("object", "");
        if (!DIGEST.matcher(object).matches()) {
            fields.wrong(
                    fields.pointerTo("object"),
                    "'object' is no digest like sha256:0123..., of 64 hexadecimal digits",
                    "send the object file first; the answer has its digest");
        }
        ProgramDefinition definition = new ProgramDefinition(
                object,
                fields.text("program", ""),
                fields.choice("engine", EngineKind.class, EngineKind.JIT),
                fields.flag("unchecked", false),
                fields.choice("on_fault", OnFault.class, OnFault.DROP),
                fields.choice("offloads", OffloadView.class, OffloadView.BY_WHAT_IT_DOES),
                maps(fields));
        fields.end();
        return definition;
    }

    private List<MapSetting> maps(ObjectReader fields) {
        List<MapSetting> settings = new ArrayList<>();
        JsonNode all = fields.field("maps");
        if (all != null) {
            ObjectReader byName = at(all, fields.pointerTo("maps"));
            for (String map : byName.names()) {
                JsonNode json = all.get(map);
                ObjectReader entries = at(json, byName.pointerTo(map));
                for (String key : entries.names()) {
                    settings.add(new MapSetting(map, key, entries.scalar(key)));
                }
            }
        }
        return settings;
    }

    private StaticEntry staticEntry(ObjectReader fields) {
        long mac = fields.parsed("mac", 0L, MacAddress::parse);
        if (!MacAddress.isValidSource(mac)) {
            fields.wrong(
                    fields.pointerTo("mac"), "'mac' is no address of a station", "write one like 02:00:00:00:00:01");
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
