// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import weir.ebpf.testing.TestObjects;

/** Where the examples are run; a test class names one and takes the contracts that it keeps. */
interface Loader {
    Subject load(byte[] file);

    /** An object of {@code examples/programs}. */
    default Subject example(String name) {
        return load(TestObjects.exampleBytes(name));
    }

    /** An object of {@code ebpf-engine/src/test/ebpf/idioms}. */
    default Subject idiom(String name) {
        return load(TestObjects.bytes("idioms/" + name));
    }
}
