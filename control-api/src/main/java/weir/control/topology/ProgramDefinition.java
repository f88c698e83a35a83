// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.List;
import weir.control.program.MapSetting;
import weir.core.program.OffloadView;
import weir.core.program.OnFault;

/**
 * An eBPF program that is wanted at a place.
 *
 * @param object the object file by the digest of its content, {@code sha256:} and 64 hexadecimal digits
 * @param program name of the program in the object; empty where it has only one for ports
 * @param unchecked leave out what compiled code checks a second time
 * @param maps entries that are put into maps before the program sees a frame
 */
public record ProgramDefinition(
        String object,
        String program,
        EngineKind engine,
        boolean unchecked,
        OnFault onFault,
        OffloadView offloads,
        List<MapSetting> maps) {
    /** What runs a program. */
    public enum EngineKind {
        JIT,
        INTERPRETER
    }

    public ProgramDefinition {
        maps = List.copyOf(maps);
    }

    /** The only program of an object, as most want it. */
    public static ProgramDefinition of(String object) {
        return new ProgramDefinition(
                object, "", EngineKind.JIT, false, OnFault.DROP, OffloadView.BY_WHAT_IT_DOES, List.of());
    }

    public ProgramDefinition withMaps(List<MapSetting> changed) {
        return new ProgramDefinition(object, program, engine, unchecked, onFault, offloads, changed);
    }
}
