// SPDX-License-Identifier: Apache-2.0

package weir.control.events;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.control.plane.EventHub.Event;
import weir.control.plane.Happening;
import weir.control.report.EventText;
import weir.control.report.PortReport;
import weir.control.topology.Action;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.SwitchEvent;
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
            case SwitchEvent.PortAttached _, SwitchEvent.PortDetached _, SwitchEvent.PortStateChanged _ ->
                EventType.PORT;
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
        json.put("type", type(event).label());
        switch (event.what()) {
            case Happening.Configured it -> put(json, it.action());
            case Happening.OfSwitch it -> {
                put(json, it.event());
                json.put("text", EventText.lineOf(it.event()));
            }
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
        json.put("kind", "config_changed");
        json.put("sign", action.kind().sign());
        json.put("place", action.place());
        json.put("text", action.kind().sign() + " " + action.place() + ": " + action.text());
    }

    private static void put(Map<String, Object> json, SwitchEvent event) {
        switch (event) {
            case SwitchEvent.PortAttached it -> {
                json.put("kind", "port_attached");
                json.put("port", it.port());
                json.put("number", it.number());
                json.put("spec", it.spec());
            }
            case SwitchEvent.PortDetached it -> {
                json.put("kind", "port_detached");
                json.put("port", it.port());
            }
            case SwitchEvent.PortStateChanged it -> {
                json.put("kind", "port_state");
                json.put("port", it.port());
                json.put("state", it.state());
                json.put("cause", it.cause());
            }
            case SwitchEvent.LinkChanged it -> {
                json.put("kind", it.settings().isEmpty() ? "link_cleared" : "link_set");
                json.put("port", it.port());
                json.put("settings", it.settings());
                json.put("cause", it.cause());
            }
            case SwitchEvent.MacFlap it -> {
                json.put("kind", "mac_flap");
                json.put("vlan", it.vlan());
                json.put("mac", it.mac());
                json.put("port", it.heldAt());
            }
            case SwitchEvent.StormStarted it -> {
                json.put("kind", "storm_started");
                json.put("port", it.port());
                json.put("traffic", it.kind().label());
                json.put("limit_frames_per_second", it.limitFramesPerSecond());
            }
            case SwitchEvent.LoopFound it -> {
                json.put("kind", "loop_found");
                json.put("port", it.port());
                json.put("other", it.other());
            }
            case SwitchEvent.LoopReleased it -> {
                json.put("kind", "loop_released");
                json.put("port", it.port());
            }
            case SwitchEvent.ProgramChanged it -> put(json, it.event());
            case SwitchEvent.WorkerFault it -> {
                json.put("kind", "worker_fault");
                json.put("worker", it.worker());
                json.put("cause", it.cause());
            }
        }
    }

    private static void put(Map<String, Object> json, ProgramEvent event) {
        switch (event) {
            case ProgramEvent.Loaded it -> put(json, "program_loaded", it.place(), it.program());
            case ProgramEvent.Replaced it -> {
                put(json, "program_replaced", it.place(), it.program());
                json.put("before", it.before());
            }
            case ProgramEvent.Unloaded it -> put(json, "program_unloaded", it.place(), it.program());
            case ProgramEvent.RolledBack it -> {
                put(json, "program_rolled_back", it.place(), it.program());
                json.put("failed", it.failed());
                json.put("faults", it.faults());
                json.put("frames", it.frames());
                json.put("cause", it.cause());
            }
        }
    }

    private static void put(Map<String, Object> json, String kind, ProgramPlace place, String program) {
        json.put("kind", kind);
        if (place instanceof ProgramPlace.OnPort(String port)) {
            json.put("port", port);
        }
        json.put("program", program);
    }

    /** Counters of a switch now. Waits for nobody. */
    public static Map<String, Object> stats(String name, Switch sw, Instant time) {
        Map<String, Object> json = head(name, time);
        json.put("monotonic_ns", System.nanoTime());
        Map<String, Object> ports = new LinkedHashMap<>();
        for (PortInfo port : sw.ports()) {
            ports.put(port.name(), PortReport.of(port, port.counters()));
        }
        json.put("ports", ports);
        json.put("drops", PortReport.labelled(sw.total().drops()));
        json.put("fdb_entries", sw.fdbEntries());
        return json;
    }
}
