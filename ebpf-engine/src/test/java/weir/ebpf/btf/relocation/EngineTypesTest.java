// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.btf.reader.BtfReader;
import weir.ebpf.elf.SectionData;
import weir.ebpf.map.MapType;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

class EngineTypesTest {
    @Test
    void offersTheMapTypesThatTheEngineHas() {
        Btf btf = EngineTypes.btf();
        int id = btf.find("bpf_map_type", BtfType.Enumeration.class).orElseThrow();
        Set<Long> numbers = new HashSet<>();
        ((BtfType.Enumeration) btf.type(id)).values().forEach(each -> numbers.add(each.value()));
        Set<Long> expected = new HashSet<>(List.of(0L));
        for (MapType type : MapType.values()) {
            expected.add((long) type.number());
        }
        assertEquals(expected, numbers);
    }

    /** Every struct has the size, and every field the place and size, that the running kernel gives it. */
    @Test
    @RequiresFeature(Feature.KERNEL_BTF)
    void laysTypesOutAsTheKernelDoes() throws IOException, ObjectFileException {
        byte[] bytes = Files.readAllBytes(Path.of("/sys/kernel/btf/vmlinux"));
        Btf kernel = BtfReader.read(SectionData.of(".BTF", bytes)).btf();
        Map<String, Integer> structs = new HashMap<>();
        Map<String, Integer> enums = new HashMap<>();
        for (int id = 1; id < kernel.types().size(); id++) {
            switch (kernel.type(id)) {
                case BtfType.Struct struct -> structs.putIfAbsent(struct.name(), id);
                case BtfType.Enumeration each -> enums.putIfAbsent(each.name(), id);
                default -> {}
            }
        }
        Btf engine = EngineTypes.btf();
        int compared = 0;
        for (int id = 1; id < engine.types().size(); id++) {
            String name = engine.type(id).name();
            if (engine.type(id) instanceof BtfType.Struct && structs.containsKey(name) && !name.isEmpty()) {
                compared++;
                assertEquals(engine.sizeBytes(id), kernel.sizeBytes(structs.get(name)), name);
                List<String> kernelFields = fields(kernel, structs.get(name), 0);
                for (String field : fields(engine, id, 0)) {
                    assertTrue(kernelFields.contains(field), name + ": " + field + " is not in " + kernelFields);
                }
            }
            if (engine.type(id) instanceof BtfType.Enumeration each && enums.containsKey(name)) {
                BtfType.Enumeration other = (BtfType.Enumeration) kernel.type(enums.get(name));
                assertTrue(other.values().containsAll(each.values()), name);
                compared++;
            }
        }
        assertTrue(compared > 20, "compared " + compared);
    }

    /** Fields at all depths, as {@code name @ bit offset : bytes}; those of named inner structs by their last name. */
    private static List<String> fields(Btf btf, int id, long base) {
        List<String> fields = new ArrayList<>();
        for (BtfType.Member member : ((BtfType.Struct) btf.resolved(id)).members()) {
            long offset = base + member.bitOffset();
            fields.add(member.name() + " @ " + offset + " : " + btf.sizeBytes(member.type()) + " " + member.bits());
            if (btf.resolved(member.type()) instanceof BtfType.Struct) {
                fields.addAll(fields(btf, member.type(), offset));
            }
        }
        return fields;
    }
}
