// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether HotSpot has compiled a program's class by its highest tier. It is asked what {@code jcmd
 * Compiler.codelist} shows, which takes some milliseconds; by reflection, since the module does not require
 * {@code java.management}.
 *
 * <pre>
 *  1234 4 0 weir.ebpf.jit.Program/0x00007f...batch(Lweir/ebpf/jit/JitCpu;...)V [0x..., 0x... - 0x...]
 *  id   |  in use
 *       tier: 1 to 3 are C1's, 4 is C2's; 1 is for methods that are not worth more
 * </pre>
 */
final class HotSpotCode {
    /** The method that a run begins with. */
    private static final String ENTRY = "batch";

    private static final int HIGHEST_TIER = 4;
    private static final int TRIVIAL_TIER = 1;
    private static final int FIELDS = 4;
    /** {@code FreqInlineSize}: shorter methods become part of what calls them, and have no code of their own. */
    private static final int INLINED_BYTES = 325;

    private static final @Nullable Query QUERY = query();

    private final String className;
    private final Map<String, Integer> methodBytes = new HashMap<>();

    /** {@code MBeanServer.invoke} with its arguments. */
    private record Query(Method method, Object server, Object name) {
        @Nullable
        String text() {
            try {
                return (String) method.invoke(server, name, "compilerCodelist", new @Nullable Object[0], new String[0]);
            } catch (ReflectiveOperationException | RuntimeException e) {
                return null;
            }
        }
    }

    HotSpotCode(CompiledUnit unit, Class<?> code) {
        className = code.getName();
        for (MethodModel method : ClassFile.of().parse(unit.bytes()).methods()) {
            int bytes = method.findAttribute(Attributes.code())
                    .map(each -> each.codeLength())
                    .orElse(0);
            methodBytes.put(method.methodName().stringValue(), bytes);
        }
    }

    private static @Nullable Query query() {
        try {
            Object server = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getPlatformMBeanServer")
                    .invoke(null);
            Class<?> names = Class.forName("javax.management.ObjectName");
            Object name = names.getConstructor(String.class).newInstance("com.sun.management:type=DiagnosticCommand");
            Method invoke = Class.forName("javax.management.MBeanServer")
                    .getMethod("invoke", names, String.class, Object[].class, String[].class);
            Query query = new Query(invoke, server, name);
            return query.text() == null ? null : query;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /** Whether this JVM tells. */
    static boolean isKnown() {
        return QUERY != null;
    }

    /** Whether the entry, and all long methods that ran often, have code of the highest tier. */
    boolean isCompiled() {
        String list = QUERY == null ? null : QUERY.text();
        if (list == null) {
            return false;
        }
        Map<String, Integer> tiers = new HashMap<>();
        list.lines().filter(line -> line.contains(className)).forEach(line -> note(line, tiers));
        return tiers.getOrDefault(ENTRY, 0) == HIGHEST_TIER
                && tiers.entrySet().stream().allMatch(each -> isDone(each.getKey(), each.getValue()));
    }

    private void note(String line, Map<String, Integer> tiers) {
        String[] fields = line.split(" ", FIELDS);
        int start = className.length() + 1;
        if (fields.length < FIELDS || !fields[2].equals("0") || !fields[3].startsWith(className)) {
            return;
        }
        int end = fields[3].indexOf('(');
        if (end > start) {
            tiers.merge(fields[3].substring(start, end), Integer.parseInt(fields[1]), Math::max);
        }
    }

    private boolean isDone(String method, int tier) {
        return tier == HIGHEST_TIER || tier == TRIVIAL_TIER || methodBytes.getOrDefault(method, 0) <= INLINED_BYTES;
    }
}
