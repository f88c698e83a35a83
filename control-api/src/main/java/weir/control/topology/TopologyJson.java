// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.control.program.MapSetting;
import weir.core.fdb.MacAddress;
import weir.core.link.LinkSettings;
import weir.core.port.VlanMode;

/** Definitions as maps and lists that become JSON or YAML; {@link TopologyReader} reads them back. Defaults are left out. */
public final class TopologyJson {
    private TopologyJson() {}

    public static Map<String, Object> of(Topology topology) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("apiVersion", TopologyReader.API_VERSION);
        json.put("kind", TopologyReader.KIND);
        Map<String, Object> switches = new LinkedHashMap<>();
        topology.switches().forEach((name, definition) -> switches.put(name, of(definition)));
        json.put("switches", switches);
        return json;
    }

    public static Map<String, Object> of(SwitchDefinition definition) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workers", definition.workers());
        json.put("wait", lower(definition.waitMode()));
        json.put("loop_guard", definition.loopGuard());
        putProgram(json, definition.program());
        Map<String, Object> ports = new LinkedHashMap<>();
        definition.ports().forEach((name, port) -> ports.put(name, of(port)));
        json.put("ports", ports);
        List<Object> fdb = new ArrayList<>();
        definition.fdb().forEach(entry -> fdb.add(of(entry)));
        if (!fdb.isEmpty()) {
            json.put("fdb", fdb);
        }
        return json;
    }

    public static Map<String, Object> of(PortDefinition definition) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("spec", definition.spec());
        if (definition.number() != 0) {
            json.put("number", definition.number());
        }
        if (!definition.vlan().equals(VlanMode.UNAWARE)) {
            json.put("vlan", definition.vlan().toString());
        }
        if (definition.hairpin()) {
            json.put("hairpin", true);
        }
        if (!definition.storm().isNone()) {
            json.put("storm", definition.storm().toString());
        }
        LinkSettings link = definition.link();
        if (link != null) {
            json.put("link", link.toString());
        }
        putProgram(json, definition.program());
        return json;
    }

    public static Map<String, Object> of(StaticEntry entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("vlan", entry.vlan());
        json.put("mac", MacAddress.toString(entry.mac()));
        json.put("port", entry.port());
        return json;
    }

    public static Map<String, Object> of(ProgramDefinition definition) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("object", definition.object());
        json.put("program", definition.program());
        json.put("engine", lower(definition.engine()));
        json.put("unchecked", definition.unchecked());
        json.put("on_fault", lower(definition.onFault()));
        json.put("offloads", lower(definition.offloads()));
        Map<String, Map<String, String>> maps = new LinkedHashMap<>();
        for (MapSetting setting : definition.maps()) {
            maps.computeIfAbsent(setting.map(), name -> new LinkedHashMap<>()).put(setting.key(), setting.value());
        }
        if (!maps.isEmpty()) {
            json.put("maps", maps);
        }
        return json;
    }

    private static void putProgram(Map<String, Object> json, @Nullable ProgramDefinition program) {
        if (program != null) {
            json.put("program", of(program));
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
