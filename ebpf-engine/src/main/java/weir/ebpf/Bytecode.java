// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.util.List;
import java.util.Map;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.interpreter.CheckedProgram;
import weir.ebpf.jit.BytecodeText;
import weir.ebpf.jit.JitException;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/** What the compiler makes of programs, for people to read. Pure. */
public final class Bytecode {
    private Bytecode() {}

    /**
     * The JVM's instructions of a program that is compiled with all checks.
     *
     * @param maps by the index that the code uses
     * @return text lines by the slot of the instruction that they come from
     * @throws LoadException when the program cannot be loaded, or not be compiled
     */
    public static Map<Integer, List<String>> of(ProgramSpec program, List<MapSpec> maps) throws LoadException {
        HelperTable helpers = HelperTable.xdpInSwitch();
        try {
            return BytecodeText.of(CheckedProgram.of(program, helpers, maps), helpers, maps);
        } catch (JitException e) {
            throw new LoadException(String.valueOf(e.getMessage()));
        }
    }
}
