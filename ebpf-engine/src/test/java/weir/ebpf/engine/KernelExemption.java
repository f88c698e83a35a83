// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A case of the contract that the running kernel does not answer as the case expects, and why.
 *
 * <pre>
 * refused | FILE: CASE            the kernel's verifier refuses the program
 * other | FILE: CASE | REASON
 * </pre>
 */
record KernelExemption(boolean isRefused, String reason) {
    private static final String RESOURCE = "kernel-exemptions.txt";

    /** By file and case, as in the names of the tests. */
    static Map<String, KernelExemption> read() {
        InputStream stream = Objects.requireNonNull(KernelExemption.class.getResourceAsStream(RESOURCE), RESOURCE);
        Map<String, KernelExemption> exemptions = new LinkedHashMap<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line : reader.lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    add(exemptions, line, line.split("\\|"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return exemptions;
    }

    private static void add(Map<String, KernelExemption> exemptions, String line, String[] columns) {
        boolean isRefused = columns[0].strip().equals("refused");
        if (columns.length != (isRefused ? 2 : 3)) {
            throw new IllegalArgumentException(line);
        }
        KernelExemption exemption = new KernelExemption(isRefused, isRefused ? "" : columns[2].strip());
        if (exemptions.put(columns[1].strip(), exemption) != null) {
            throw new IllegalArgumentException("twice: " + line);
        }
    }
}
