// SPDX-License-Identifier: Apache-2.0

package weir.control.events;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.control.plane.EventHub.Event;
import weir.control.plane.Happening;
import weir.control.topology.Action;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.SwitchEvent;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.program.ProgramEvent;
import weir.core.program.ProgramPlace;

/** Events as values that become JSON; {@code openapi.yaml} has their shapes. */
public final class EventJson {
    private EventJson() {}

    /** What kind of event it is. */
    public static EventType type(Event event) {
        return switch (event.what()) {
            case Happening.Configured _ -> EventType.CONFIG;
            case Happening.OfSwitch it -> type(it.event());
        };
    }

    private static EventType type(SwitchEvent event) {
        return switch (event) {
            case SwitchEvent.PortAttached _, SwitchEvent.PortDetached _, SwitchEvent.PortStateChanged _ -> EventType.PORT;
            case SwitchEvent.LinkChanged _ -> EventType.LINK;
            case SwitchEvent.MacFlap _ -> EventType.FDB;
            case SwitchEvent.StormStarted _ -> EventType.STORM;
            case SwitchEvent.LoopFound _, SwitchEvent.LoopReleased _ -> EventType.LOOP;
            case SwitchEvent.ProgramChanged _ -> EventType.PROGRAM;
            case SwitchEvent.WorkerFault _ -> EventType.WORKER;
        };
    }

    /** All that it tells. */
    public static Map<String, Object> of(Event event) {
        Map<String, Object> json = head(event.switchName(), event.time());
        switch (event.what()) {
            case Happening.Configured it -> put(json, it.action());
            case Happening.OfSwitch it -> put(json, it.event());
        }
        return json;
    }

    private static Map<String, Object> head(String switchName, Instant time) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("time", time.toString());
        json.put("switch", switchName);
        return json;
    }

    private static void put(Map<String, Object> json, Action action) {
        json.put("what", "changed");
        json.put("sign", action.kind().sign());
        json.put("place", action.place());
        json.put("text", action.text());
    }

    private static void put(Map<String, Object> json, SwitchEvent event) {
        switch (event) {
            case SwitchEvent.PortAttached it -> {
                json.put("what", "attached");
                json.put("port", it.port());
                json.put("number", it.number());
                json.put("spec", it.spec());
            }
            case SwitchEvent.PortDetached it -> {
                json.put("what", "detached");
                json.put("port", it.port());
            }
            case SwitchEvent.PortStateChanged it -> {
                json.put("what", "state");
                json.put("port", it.port());
                json.put("state", it.state());
                json.put("cause", it.cause());
            }
            case SwitchEvent.LinkChanged it -> {
                json.put("what", it.settings().isEmpty() ? "cleared" : "set");
                json.put("port", it.port());
                json.put("settings", it.settings());
                json.put("cause", it.cause());
            }
            case SwitchEvent.MacFlap it -> {
                json.put("what", "mac_flap");
                json.put("vlan", it.vlan());
                json.put("mac", it.mac());
                json.put("port", it.heldAt());
            }
            case SwitchEvent.StormStarted it -> {
                json.put("what", "started");
                json.put("port", it.port());
                json.put("kind", it.kind().label());
                json.put("limit_frames_per_second", it.limitFramesPerSecond());
            }
            case SwitchEvent.LoopFound it -> {
                json.put("what", "blocked");
                json.put("port", it.port());
                json.put("other", it.other());
            }
            case SwitchEvent.LoopReleased it -> {
                json.put("what", "released");
                json.put("port", it.port());
            }
            case SwitchEvent.ProgramChanged it -> put(json, it.event());
            case SwitchEvent.WorkerFault it -> {
                json.put("what", "fault");
                json.put("worker", it.worker());
                json.put("cause", it.cause());
            }
        }
    }

    private static void put(Map<String, Object> json, ProgramEvent event) {
        switch (event) {
            case ProgramEvent.Loaded it -> put(json, "loaded", it.place(), it.program());
            case ProgramEvent.Replaced it -> {
                put(json, "replaced", it.place(), it.program());
                json.put("before", it.before());
            }
            case ProgramEvent.Unloaded it -> put(json, "unloaded", it.place(), it.program());
            case ProgramEvent.RolledBack it -> {
                put(json, "rolled_back", it.place(), it.program());
                json.put("failed", it.failed());
                json.put("faults", it.faults());
                json.put("frames", it.frames());
                json.put("cause", it.cause());
            }
        }
    }

    private static void put(Map<String, Object> json, String what, ProgramPlace place, String program) {
        json.put("what", what);
        if (place instanceof ProgramPlace.OnPort(String port)) {
            json.put("port", port);
        }
        json.put("program", program);
    }

    /** Counters of a switch now. Waits for nobody. */
    public static Map<String, Object> stats(String name, Switch sw, Instant time) {
        Map<String, Object> json = head(name, time);
        json.put("fdb_entries", sw.fdbEntries());
        Map<String, Object> ports = new LinkedHashMap<>();
        for (PortInfo port : sw.ports()) {
            ports.put(port.name(), stats(port));
        }
        json.put("ports", ports);
        return json;
    }

    private static Map<String, Object> stats(PortInfo port) {
        PortCounters counters = port.counters();
        Map<String, Long> drops = new LinkedHashMap<>();
        for (Map.Entry<DropReason, Long> drop : counters.drops().entrySet()) {
            drops.put(drop.getKey().label(), drop.getValue());
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("state", port.state());
        json.put("received", counters.received());
        json.put("received_bytes", counters.receivedBytes());
        json.put("transmitted", counters.transmitted());
        json.put("transmitted_bytes", counters.transmittedBytes());
        json.put("drops", drops);
        return json;
    }
}
