// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.btf.reader.BtfReader;
import weir.ebpf.elf.ElfFile;

/**
 * The types that CO-RE resolves against: what the engine offers to programs, laid out as Linux has it.
 * They are written down in {@code engine-types.c} beside this class's resources, and read from what clang
 * makes of it; {@code ebpf-engine/src/test/ebpf/build.sh} builds and checks it.
 */
public final class EngineTypes {
    private static final String RESOURCE = "engine-types.o";
    private static final Btf BTF = read();
    private static final Map<String, List<Integer>> BY_NAME = index();

    private EngineTypes() {}

    public static Btf btf() {
        return BTF;
    }

    /** Ids of the types of that name, of any kind. */
    static List<Integer> named(String name) {
        return BY_NAME.getOrDefault(name, List.of());
    }

    private static Btf read() {
        try (InputStream in = EngineTypes.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("resource " + RESOURCE + " is missing");
            }
            ElfFile elf = ElfFile.parse(in.readAllBytes());
            return BtfReader.read(elf.section(".BTF").orElseThrow().data()).btf();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ObjectFileException e) {
            throw new IllegalStateException("resource " + RESOURCE + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, List<Integer>> index() {
        Map<String, List<Integer>> byName = new HashMap<>();
        for (int id = 1; id < BTF.types().size(); id++) {
            BtfType type = BTF.type(id);
            boolean isVariable = type instanceof BtfType.Variable || type instanceof BtfType.DataSection;
            if (!type.name().isEmpty() && !isVariable) {
                byName.computeIfAbsent(type.name(), name -> new ArrayList<>()).add(id);
            }
        }
        return byName;
    }
}
